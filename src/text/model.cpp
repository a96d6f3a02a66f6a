#include "text/model.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/hash.h"
#include "text/scorer.h"

namespace earshot::text {
namespace {

constexpr std::string_view kMagic = "EARSHTXT";
constexpr std::uint32_t kFormat = 2;
constexpr std::size_t kChecksumBytes = 16;
constexpr std::int32_t kKindWeightMax = 16;

void put32(std::string& out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

void put_section(std::string& out, std::string_view bytes) {
  put32(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}

std::string checksum(std::string_view bytes) {
  const Fingerprint print = fingerprint(bytes);
  std::string out;
  for (const std::uint64_t half : {print.high, print.low}) {
    put32(out, static_cast<std::uint32_t>(half));
    put32(out, static_cast<std::uint32_t>(half >> 32));
  }
  return out;
}

// Reads forward; after the first short read everything reads as zero and `is_short` stays set.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::uint8_t byte() {
    if (bytes_.empty()) {
      is_short = true;
      return 0;
    }
    const auto value = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return value;
  }
  std::uint32_t u32() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(byte()) << (8 * i);
    return value;
  }
  std::string_view section() {
    const std::uint32_t size = u32();
    if (size > bytes_.size()) {
      is_short = true;
      return {};
    }
    const std::string_view part = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return part;
  }
  bool at_end() const { return bytes_.empty(); }
  std::size_t left() const { return bytes_.size(); }
  bool is_short = false;

 private:
  std::string_view bytes_;
};

// One list of every number, for writing and for reading, so that they cannot disagree.
template <class Numbers, class Visit>
void each_number(Numbers& numbers, Visit visit) {
  for (auto& value : numbers.kind_weight) visit(value);
  for (auto& value : numbers.step) visit(value);
  for (auto* table : {&numbers.bias, &numbers.sharpness, &numbers.threshold}) {
    for (auto& language : *table) {
      for (auto& value : language) visit(value);
    }
  }
}

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kSpareBytes = 16;  // a cell is read in steps of 16 and 8 bytes, the last one beyond its end
constexpr std::size_t kTagRowBytes = kPlacesPerRow * sizeof(std::uint16_t);
constexpr std::size_t kCellRowBytes = kPlacesPerRow * sizeof(Cell);
constexpr std::uint32_t kRowsMax = 1u << 24;

void pad(std::string& out) { out.resize((out.size() + kAlignment - 1) / kAlignment * kAlignment); }

bool is_plausible(const ModelNumbers& numbers) {
  return std::all_of(numbers.kind_weight.begin(), numbers.kind_weight.end(),
                     [](std::int32_t weight) { return weight >= 0 && weight <= kKindWeightMax; });
}

template <class Bytes>
std::string as_bytes(const Bytes& values) {
  static_assert(std::endian::native == std::endian::little, "models are used as they lie on disk");
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0])};
}

}  // namespace

void ModelParts::resize(std::uint32_t new_rows) {
  rows = new_rows;
  tags.assign(rows * kPlacesPerRow, 0);
  cells.assign(rows * kPlacesPerRow, Cell{});
}

bool ModelParts::add(std::uint32_t hash, const Cell& cell) {
  const std::size_t first = CellTable::row_of(hash, rows) * kPlacesPerRow;
  const std::uint16_t tag = CellTable::tag_of(hash);
  for (std::size_t place = first; place < first + kPlacesPerRow; ++place) {
    if (tags[place] == tag) return false;
    if (tags[place] != 0) continue;
    tags[place] = tag;
    cells[place] = cell;
    return true;
  }
  return false;
}

std::string ModelParts::save() const {
  std::string numbers_section;
  each_number(numbers, [&](std::int32_t value) { put32(numbers_section, static_cast<std::uint32_t>(value)); });
  std::string simplified_section;
  for (const auto& [from, to] : simplified) {
    put32(simplified_section, from);
    put32(simplified_section, to);
  }
  std::string out(kMagic);
  put32(out, kFormat);
  put_section(out, name);
  put_section(out, numbers_section);
  put_section(out, lexicon);
  put_section(out, simplified_section);
  pad(out);
  put32(out, rows);
  pad(out);
  out += as_bytes(tags);
  out += as_bytes(cells);
  out.append(kSpareBytes, '\0');
  return out + checksum(out);
}

Result<Model> Model::load(std::string_view bytes) {
  if (!bytes.starts_with(kMagic))
    return Error{ErrorKind::Invalid, "this is no text model: it does not begin with EARSHTXT"};
  if (bytes.size() < kMagic.size() + 4 + kChecksumBytes)
    return Error{ErrorKind::Corrupt, "the text model is cut short"};
  const std::string_view body = bytes.substr(0, bytes.size() - kChecksumBytes);
  if (bytes.substr(body.size()) != checksum(body)) {
    return Error{ErrorKind::Corrupt, "the text model's checksum does not match its bytes; copy the file again"};
  }
  Reader in(body.substr(kMagic.size()));
  if (const std::uint32_t format = in.u32(); format != kFormat) {
    return Error{ErrorKind::Invalid, "the text model has format " + std::to_string(format) + ", this program reads " +
                                         std::to_string(kFormat) + "; train it again with `earshot train`"};
  }
  Model model;
  model.name = in.section();
  Reader numbers_in(in.section());
  each_number(model.numbers, [&](std::int32_t& value) { value = static_cast<std::int32_t>(numbers_in.u32()); });
  model.lexicon = in.section();
  for (Reader pairs(in.section()); !pairs.at_end() && !pairs.is_short;) {
    const char32_t from = pairs.u32();
    const char32_t to = pairs.u32();
    if (std::min(from, to) < Simplified::kFirst || std::max(from, to) > Simplified::kLast) {
      return Error{ErrorKind::Corrupt, "the text model maps a sign that is no ideograph"};
    }
    model.simplified.emplace_back(from, to);
  }
  const std::size_t rows_at = (body.size() - in.left() + kAlignment - 1) / kAlignment * kAlignment;
  const std::size_t tags_at = rows_at + kAlignment;
  if (in.is_short || numbers_in.is_short || !is_plausible(model.numbers) || tags_at > body.size()) {
    return Error{ErrorKind::Corrupt, "the text model's sections do not fit together"};
  }
  const std::uint32_t rows = Reader(body.substr(rows_at)).u32();
  const std::size_t cells_at = tags_at + rows * kTagRowBytes;
  if (rows == 0 || rows > kRowsMax || cells_at + rows * kCellRowBytes + kSpareBytes != body.size()) {
    return Error{ErrorKind::Corrupt, "the text model's cells do not fit its size"};
  }
  std::memcpy(&model.print, bytes.data() + body.size(), sizeof model.print);
  model.cells = CellTable(body.data() + tags_at, body.data() + cells_at, rows);
  return model;
}

Logits score(const Model& model, const std::vector<Feature>& features, std::size_t language) {
  Scorer scorer(model, language);
  for (const Feature& feature : features) scorer.add(feature.hash, feature.kind);
  return scorer.logits();
}

}  // namespace earshot::text
