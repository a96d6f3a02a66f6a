#include "backtest/events.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <unordered_map>

#include "csv/records.h"
#include "earshot/connector.h"
#include "event/codec.h"
#include "processors/customer/profile.h"
#include "support/gunzip.h"

namespace earshot::backtest {
namespace {

class Gathered {
 public:
  // True if the customer is new.
  bool add(const std::string& customer, Timestamp at) {
    const auto [known, is_new] = numbers_.try_emplace(customer, static_cast<std::uint32_t>(past.customers.size()));
    if (is_new) past.customers.push_back(customer);
    past.events.push_back({at, known->second});
    return is_new;
  }
  Past take() {
    std::stable_sort(past.events.begin(), past.events.end(),
                     [](const PastEvent& a, const PastEvent& b) { return a.at < b.at; });
    return std::move(past);
  }
  Past past;

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

class Rows final : public Reader, private csv::Records {
 public:
  explicit Rows(const EventFile& file) : Records({}), file_(file) {}

  void feed(std::string_view bytes) override { Records::feed(bytes); }
  void finish() override { Records::finish(); }

  Result<Past> take() {
    if (!problem_.empty()) return Error{ErrorKind::Invalid, file_.path.string() + ": " + problem_};
    if (!has_header_)
      return Error{ErrorKind::Invalid, file_.path.string() + " is empty; it needs a header with customer_id and ts"};
    return gathered_.take();
  }

 private:
  void record(std::string_view raw, std::int64_t line) override {
    if (!problem_.empty()) return;
    csv::split_record(raw, {}, cells_);
    if (!has_header_) return header();
    if (cells_.size() != columns_)
      return refuse(line, "has " + std::to_string(cells_.size()) + " fields instead of " + std::to_string(columns_));
    for (const auto& [column, value] : wanted_) {
      if (cell(column) != value) return;
    }
    if (type_ && !file_.activity.contains(std::string(cell(*type_)))) return;
    const auto at = time_of(std::string(cell(ts_)));
    if (!at) return refuse(line, "'" + cells_[ts_] + "' is no time; write 2026-11-20T08:15:30Z or 2026-11-20");
    if (cell(customer_).empty()) return refuse(line, "customer_id is empty");
    if (gathered_.add(std::string(cell(customer_)), *at) && segment_)
      gathered_.past.segments.emplace_back(segment_name(cell(*segment_)));
  }

  // As the configuration would name it: small letters, digits, - and _.
  static std::string segment_name(std::string_view value) {
    std::string name(value.substr(0, kSegmentNameBytesMax));
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) c = '-';
    }
    return name;
  }

  void malformed(std::string_view, std::int64_t line, std::string_view why) override { refuse(line, std::string(why)); }
  void too_long(PassingBytes&, std::int64_t line) override { refuse(line, "is too long"); }

  void header() {
    has_header_ = true;
    columns_ = cells_.size();
    if (!cells_.empty() && cells_[0].starts_with("\xef\xbb\xbf")) cells_[0].erase(0, 3);
    const auto customer = column("customer_id"), ts = column("ts");
    if (!customer || !ts) {
      problem_ = std::string("column ") + (customer ? "ts" : "customer_id") + " is missing";
      return;
    }
    customer_ = *customer;
    ts_ = *ts;
    if (!file_.activity.empty()) {
      type_ = column("type");
      if (!type_) problem_ = "column type is missing, and --activity asks for it";
    }
    if (!file_.segment.empty()) {
      segment_ = column(file_.segment);
      if (!segment_) problem_ = "column " + file_.segment + " is missing, and --segment asks for it";
    }
    for (const auto& [name, value] : file_.where) {
      const auto found = column(name);
      if (!found) problem_ = "column " + name + " is missing, and --where asks for it";
      wanted_.emplace_back(found.value_or(0), value);
    }
  }

  std::optional<std::size_t> column(std::string_view name) const {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (cell(i) == name) return i;
    }
    return std::nullopt;
  }
  std::string_view cell(std::size_t index) const { return csv::plain_cell(cells_[index]); }

  static std::optional<Timestamp> time_of(const std::string& text) {
    return parse_rfc3339(text.size() == 10 ? text + "T00:00:00Z" : text);
  }

  void refuse(std::int64_t line, const std::string& why) {
    if (gathered_.past.refused++ == 0) gathered_.past.first_refusal = "line " + std::to_string(line) + ": " + why;
  }

  const EventFile& file_;
  Gathered gathered_;
  std::vector<std::string> cells_;
  std::vector<std::pair<std::size_t, std::string>> wanted_;
  bool has_header_ = false;
  std::size_t columns_ = 0;
  std::size_t customer_ = 0;
  std::size_t ts_ = 0;
  std::optional<std::size_t> type_;
  std::optional<std::size_t> segment_;
  std::string problem_;
};

}  // namespace

std::vector<std::vector<DayNumber>> Past::active_days() const {
  std::vector<std::vector<DayNumber>> days(customers.size());
  for (const PastEvent& event : events) {
    auto& of = days[event.customer];
    const DayNumber day = day_of(event.at);
    if (of.empty() || of.back() != day) of.push_back(day);
  }
  return days;
}

Result<Past> read_events(const EventFile& file) {
  std::ifstream bytes(file.path, std::ios::binary);
  if (!bytes) return Error{ErrorKind::NotFound, "there is no file " + file.path.string()};
  Rows rows(file);
  std::optional<Gunzip> inflated;
  std::string piece(std::size_t{1} << 16, '\0');
  bool is_first = true;
  while (bytes.read(piece.data(), static_cast<std::streamsize>(piece.size())) || bytes.gcount() > 0) {
    const std::string_view read(piece.data(), static_cast<std::size_t>(bytes.gcount()));
    if (is_first && Gunzip::is_gzip(read)) inflated.emplace(rows);
    is_first = false;
    if (!inflated) {
      rows.feed(read);
    } else if (auto fed = inflated->feed(read); !fed) {
      return std::move(fed.error()).in(file.path.string());
    }
  }
  if (!inflated) {
    rows.finish();
  } else if (auto finished = inflated->finish(); !finished) {
    return std::move(finished.error()).in(file.path.string());
  }
  return rows.take();
}

Result<Past> read_log(const LogReader& log, int partitions, std::string_view tenant, const CustomerSettings& settings) {
  constexpr std::size_t kRecords = 4096;
  Gathered gathered;
  EventDecoder decoder;
  std::unordered_map<std::string, state::Facet> traits;  // all that segments go by
  for (int number = 0; number < partitions; ++number) {
    const TopicPartition partition{index_of(Topic::activity), static_cast<std::uint16_t>(number)};
    const auto begin = log.begin(partition);
    if (!begin) return begin.error();
    for (Offset next = *begin, from = -1; next != from;) {
      from = next;
      auto read = log.read(partition, from, kRecords, [&](const StoredRecord& record) {
        next = record.offset + 1;
        const auto event = decoder.decode(record.value);
        const auto* activity = event ? std::get_if<ActivityRecorded>(&event->body) : nullptr;
        if (activity == nullptr || event->tenant != tenant) return true;
        const Reading reading = read_activity(*activity, settings);
        const std::string customer = activity->customer.hex();
        if (!settings.segments.empty()) Profile::note_traits(*activity, reading, traits[customer]);
        if (reading.active_day) gathered.add(customer, activity->at);
        return true;
      });
      if (!read) return std::move(read.error()).in("reading the event log");
    }
  }
  Past past = gathered.take();
  if (settings.segments.empty()) return past;
  for (const std::string& customer : past.customers) {
    Traits theirs;
    Profile::add_traits(traits[customer], theirs);
    past.segments.emplace_back(segment_of(settings.segments, theirs));
  }
  return past;
}

}  // namespace earshot::backtest
