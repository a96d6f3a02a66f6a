#include "text/model.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/hash.h"

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

// Cells are fetched from memory a chunk ahead of their use.
constexpr std::size_t kChunk = 128;

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kSpareBytes = 16;  // a cell is read in steps of 16 and 8 bytes, the last one beyond its end
constexpr std::size_t kTagRowBytes = kPlacesPerRow * sizeof(std::uint16_t);
constexpr std::size_t kCellRowBytes = kPlacesPerRow * sizeof(Cell);
constexpr std::uint32_t kRowsMax = 1u << 24;

void pad(std::string& out) {
  out.resize((out.size() + kAlignment - 1) / kAlignment * kAlignment);
}

// Weighted sums of cells: also the rarity, whose sum nobody reads, because full vectors are the fastest. A kind's weight
// is at most 16 and a cell's at most 127, so 16 products always fit into 16 bits.
class Sums {
 public:
  void add(const Cell* cell, std::int16_t weight) {
    Bytes low;
    ShortBytes high;
    std::memcpy(&low, cell, sizeof low);
    std::memcpy(&high, reinterpret_cast<const char*>(cell) + sizeof low, sizeof high);
    low_ += __builtin_convertvector(low, Shorts) * weight;
    high_ += __builtin_convertvector(high, FewShorts) * weight;
    if (++in_few_ == 16) flush();
  }

  const std::array<std::int32_t, 24>& totals() {
    flush();
    return totals_;
  }

 private:
  using Bytes [[gnu::vector_size(16)]] = std::int8_t;
  using ShortBytes [[gnu::vector_size(8)]] = std::int8_t;
  using Shorts [[gnu::vector_size(32)]] = std::int16_t;
  using FewShorts [[gnu::vector_size(16)]] = std::int16_t;

  void flush() {
    for (std::size_t i = 0; i < 16; ++i) totals_[i] += low_[i];
    for (std::size_t i = 0; i < 8; ++i) totals_[16 + i] += high_[i];
    low_ = Shorts{};
    high_ = FewShorts{};
    in_few_ = 0;
  }

  Shorts low_{};
  FewShorts high_{};
  int in_few_ = 0;
  std::array<std::int32_t, 24> totals_{};
};

bool is_plausible(const ModelNumbers& numbers) {
  return std::all_of(numbers.kind_weight.begin(), numbers.kind_weight.end(),
                     [](std::int32_t weight) { return weight >= 0 && weight <= kKindWeightMax; });
}

template <class Bytes>
std::string as_bytes(const Bytes& values) {
  static_assert(std::endian::native == std::endian::little, "models are used as they lie on disk");
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0])};
}

// Adds up features until told to look at what there is.
class Scorer {
 public:
  Scorer(const Model& model, std::size_t language) : model_(model), language_(language) {}

  void add(const Feature& feature) {
    const Cell* cell = model_.cells.find(feature.hash);
    if (cell == nullptr) return;
    __builtin_prefetch(cell);
    chunk_[in_chunk_++] = {cell, static_cast<std::int16_t>(model_.numbers.kind_weight[feature.kind])};
    if (in_chunk_ == kChunk) flush();
  }

  Logits logits() {
    flush();
    Logits logits;
    logits.known = known_;
    logits.length = std::max<std::int64_t>(1, whole_root(squares_));
    const auto& totals = sums_.totals();
    for (std::size_t h = 0; h < kHeads; ++h) logits.head[h] = logit(h, totals[h + 1], logits.length);
    mix_genre(logits.head);
    return logits;
  }

  // What was added since the last clause ended.
  void end_clause(ClauseLogits& clause) {
    flush();
    const auto& totals = sums_.totals();
    const std::int64_t length = std::max<std::int64_t>(1, whole_root(squares_ - clause_squares_));
    std::array<Fixed, kHeads> head{};
    for (std::size_t h = 0; h <= kGenreHead; ++h) head[h] = logit(h, totals[h + 1] - clause_totals_[h + 1], length);
    mix_genre(head);
    clause.negative = head[kNegativeHead];
    clause.positive = head[kPositiveHead];
    clause.known = static_cast<std::uint32_t>(known_ - clause_known_);
    clause_totals_ = totals;
    clause_squares_ = squares_;
    clause_known_ = known_;
  }

 private:
  struct Known {
    const Cell* cell = nullptr;
    std::int16_t weight = 0;
  };

  Fixed logit(std::size_t head, std::int64_t total, std::int64_t length) const {
    const Fixed sum = model_.numbers.bias[language_][head] + total * model_.numbers.step[head] / length;
    return std::clamp<Fixed>(sum, -kFixedLimit, kFixedLimit);
  }

  static void mix_genre(std::array<Fixed, kHeads>& head) {
    const std::int64_t social = sigmoid_permille(head[kGenreHead]);
    head[kNegativeHead] += head[kSocialNegativeHead] * social / 1000;
    head[kPositiveHead] += head[kSocialPositiveHead] * social / 1000;
  }

  void flush() {
    for (std::size_t i = 0; i < in_chunk_; ++i) {
      const std::int64_t value = std::int64_t{chunk_[i].weight} * chunk_[i].cell->rarity;
      squares_ += value * value;
      sums_.add(chunk_[i].cell, chunk_[i].weight);
    }
    known_ += in_chunk_;
    in_chunk_ = 0;
  }

  const Model& model_;
  std::size_t language_;
  Sums sums_;
  std::int64_t squares_ = 0;
  std::size_t known_ = 0;
  std::array<Known, kChunk> chunk_;
  std::size_t in_chunk_ = 0;
  std::array<std::int32_t, 24> clause_totals_{};
  std::int64_t clause_squares_ = 0;
  std::size_t clause_known_ = 0;
};

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

const Cell* CellTable::find(std::uint32_t hash) const {
  const std::uint32_t row = row_of(hash, rows_);
  std::uint64_t tags = 0;
  std::memcpy(&tags, tags_ + row * kTagRowBytes, sizeof tags);
  constexpr std::uint64_t kEach = 0x0001000100010001ull;
  const std::uint64_t differences = tags ^ kEach * tag_of(hash);
  const std::uint64_t equal = (differences - kEach) & ~differences & kEach << 15;  // the lowest one set is exact
  if (equal == 0) return nullptr;
  const std::size_t place = static_cast<std::size_t>(std::countr_zero(equal)) / 16;
  return reinterpret_cast<const Cell*>(cells_) + row * kPlacesPerRow + place;
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
  model.cells = CellTable(body.data() + tags_at, body.data() + cells_at, rows);
  return model;
}

Logits score(const Model& model, const std::vector<Feature>& features, std::size_t language) {
  Scorer scorer(model, language);
  for (const Feature& feature : features) scorer.add(feature);
  return scorer.logits();
}

Logits score(const Model& model, const std::vector<Feature>& features, std::size_t language,
             std::vector<ClauseLogits>& clauses) {
  Scorer scorer(model, language);
  std::size_t clause = 0;
  for (const Feature& feature : features) {
    // Flags come last and are about the whole.
    if (feature.kind == kFlag) {
      for (; clause < clauses.size(); ++clause) scorer.end_clause(clauses[clause]);
    } else {
      for (; clause < clauses.size() && feature.to > clauses[clause].to; ++clause) scorer.end_clause(clauses[clause]);
    }
    scorer.add(feature);
  }
  for (; clause < clauses.size(); ++clause) scorer.end_clause(clauses[clause]);
  return scorer.logits();
}

}  // namespace earshot::text
