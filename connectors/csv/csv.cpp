#include "csv/csv.h"

#include <algorithm>
#include <unordered_map>

#include "base/utf8.h"
#include "csv/records.h"
#include "support/readers.h"
#include "support/text.h"

namespace earshot {
namespace {

constexpr std::string_view kName = "csv";

struct Plan {
  CsvSettings settings;
  csv::Dialect dialect;
  Mapping mapping;
};

// One row, seen by the names of its columns.
class Row final : public ItemFields {
 public:
  Row(const std::vector<std::string>& columns, const std::vector<std::string>& cells)
      : columns_(columns), cells_(cells) {}

  std::optional<std::string_view> find(std::string_view name) const override {
    if (name == "@file") return file;
    if (name == "@row") return number;
    if (name == "@hash") return hash;
    const auto column = std::find(columns_.begin(), columns_.end(), name);
    const auto index = static_cast<std::size_t>(column - columns_.begin());
    if (column == columns_.end() || index >= cells_.size()) return std::nullopt;
    return csv::plain_cell(cells_[index]);
  }

  std::string file;
  std::string number;
  std::string hash;

 private:
  const std::vector<std::string>& columns_;
  const std::vector<std::string>& cells_;
};

class CsvReader final : public Reader, private csv::Records {
 public:
  CsvReader(const Plan& plan, const Origin& origin, Findings& findings)
      : Records(plan.dialect), plan_(plan), reporter_(kName, origin, findings), columns_(plan.settings.columns) {}

  void feed(std::string_view bytes) override { Records::feed(bytes); }
  void finish() override { Records::finish(); }

 private:
  void record(std::string_view raw, std::int64_t line) override {
    if (is_unusable_) return;
    const std::string where = place(line);
    const auto text = decoded(raw);
    if (!text) {
      if (is_header_next())
        return refuse_header({DeadLetterReason::connector, "the header is not " + plan_.settings.encoding}, raw, where);
      ++row_;
      return reporter_.refuse({DeadLetterReason::connector, "not " + plan_.settings.encoding}, raw, where);
    }
    csv::split_record(*text, plan_.dialect, cells_);
    if (is_header_next()) {
      for (const std::string& cell : cells_) columns_.emplace_back(csv::plain_cell(cell));
      has_header_ = true;
      return check_columns(raw, where);
    }
    ++row_;
    row(raw, where);
  }

  void row(std::string_view raw, const std::string& where) {
    if (columns_.empty()) {
      for (std::size_t i = 1; i <= cells_.size(); ++i) columns_.push_back(std::to_string(i));
      if (check_columns(raw, where); is_unusable_) return;
    }
    while (cells_.size() > columns_.size() && csv::plain_cell(cells_.back()).empty()) cells_.pop_back();
    if (cells_.size() != columns_.size()) {
      return reporter_.refuse(
          {DeadLetterReason::connector,
           "has " + std::to_string(cells_.size()) + " fields instead of " + std::to_string(columns_.size())},
          raw, where);
    }
    Row row(columns_, cells_);
    row.file = reporter_.origin().name;
    row.number = std::to_string(row_);
    if (plan_.mapping.needs_hash()) {
      auto hash = row_hash();
      if (!hash) return reporter_.refuse(std::move(hash.error()), raw, where);
      row.hash = std::move(*hash);
    }
    Mapped mapped = plan_.mapping.apply(row, row_);
    if (Event* event = std::get_if<Event>(&mapped)) return reporter_.accept(std::move(*event), raw, where);
    if (Refusal* refusal = std::get_if<Refusal>(&mapped)) return reporter_.refuse(std::move(*refusal), raw, where);
    reporter_.skipped();
  }

  void malformed(std::string_view first_line, std::int64_t line, std::string_view why) override {
    if (is_unusable_) return;
    if (is_header_next())
      return refuse_header({DeadLetterReason::connector, "the header: " + std::string(why)}, first_line, place(line));
    ++row_;
    reporter_.refuse({DeadLetterReason::connector, std::string(why)}, first_line, place(line));
  }

  void too_long(PassingBytes& bytes, std::int64_t line) override {
    if (is_unusable_) return;
    is_unusable_ = is_header_next();
    ++row_;
    reporter_.refuse({DeadLetterReason::too_large, "a row is longer than " + std::to_string(kLineBytesMax) + " bytes"},
                     bytes, place(line));
  }

  bool is_header_next() const { return plan_.settings.header && !has_header_; }
  static std::string place(std::int64_t line) { return "line " + std::to_string(line); }

  std::optional<std::string> decoded(std::string_view raw) const {
    const std::string& encoding = plan_.settings.encoding;
    if (encoding != "gb18030" && is_valid_utf8(raw)) return std::string(raw);
    return encoding == "utf-8" ? std::nullopt : gb18030_to_utf8(raw);
  }

  // A file whose columns are not those of the mapping is of no use: one dead letter for it, not one for each row.
  void check_columns(std::string_view raw, const std::string& where) {
    for (const std::string& name : plan_.mapping.required_fields()) {
      if (name.starts_with('@')) continue;
      const auto times = std::count(columns_.begin(), columns_.end(), name);
      if (times == 1) continue;
      return refuse_header(
          {DeadLetterReason::connector, "column " + name + (times == 0 ? " is missing" : " stands more than once") +
                                            "; none of the rows of this file was read"},
          raw, where);
    }
  }

  void refuse_header(Refusal refusal, std::string_view raw, const std::string& where) {
    reporter_.refuse(std::move(refusal), raw, where);
    is_unusable_ = true;
  }

  // The same for the same row in any order of rows; the second of two equal rows gets a name of its own.
  tl::expected<std::string, Refusal> row_hash() {
    std::string joined;
    for (const std::string& cell : cells_) {
      joined += csv::plain_cell(cell);
      joined += '\x1f';
    }
    const Fingerprint hash = fingerprint(joined);
    if (rows_seen_.size() >= kHashedRowsMax && !rows_seen_.contains(hash)) {
      return tl::unexpected(Refusal{DeadLetterReason::connector, "more than " + std::to_string(kHashedRowsMax) +
                                                                     " rows without an id; set id in the mapping"});
    }
    const int times = ++rows_seen_[hash];
    return times == 1 ? hash.hex() : hash.hex() + "-" + std::to_string(times);
  }

  const Plan& plan_;
  Reporter reporter_;
  std::vector<std::string> columns_;
  std::vector<std::string> cells_;
  std::unordered_map<Fingerprint, int> rows_seen_;
  std::int64_t row_ = 0;
  bool has_header_ = false;
  bool is_unusable_ = false;
};

class Csv final : public Connector {
 public:
  explicit Csv(Plan plan) : plan_(std::move(plan)) {}
  std::string_view name() const override { return kName; }
  std::unique_ptr<Reader> open(const Origin& origin, Findings& findings) const override {
    return std::make_unique<CsvReader>(plan_, origin, findings);
  }

 private:
  Plan plan_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_csv(const CsvSettings& settings) {
  const auto is_one_of = [](std::string_view value, std::initializer_list<std::string_view> known) {
    return std::find(known.begin(), known.end(), value) != known.end();
  };
  if (!is_one_of(settings.encoding, {"utf-8", "gb18030", "auto"}))
    return Error{ErrorKind::Invalid, "encoding: is not utf-8, gb18030 or auto"};
  if (!is_one_of(settings.separator, {",", "\t", ";"}))
    return Error{ErrorKind::Invalid, "separator: is not a comma, a tab or a semicolon"};
  if (settings.header && !settings.columns.empty())
    return Error{ErrorKind::Invalid, "columns: are named by the header; set header to false"};
  auto mapping = Mapping::make(kName, settings.map);
  if (!mapping) return std::move(mapping.error()).in("map");
  const csv::Dialect dialect{settings.separator.front(), settings.quotes};
  return std::make_unique<Csv>(Plan{settings, dialect, std::move(*mapping)});
}

}  // namespace earshot
