#include "text/model.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"

namespace earshot::text {
namespace {

constexpr std::string_view kMagic = "EARSHTXT";
constexpr std::uint32_t kFormat = 1;
constexpr std::size_t kChecksumBytes = 16;
constexpr std::int32_t kKindWeightMax = 16;

void put32(std::string& out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

void put_varint(std::string& out, std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
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
  std::uint32_t varint() {
    std::uint32_t value = 0;
    for (int shift = 0; shift < 32; shift += 7) {
      const std::uint8_t next = byte();
      value |= static_cast<std::uint32_t>(next & 0x7f) << shift;
      if (next < 0x80) return value;
    }
    is_short = true;
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

std::string cells_section(const std::vector<Cell>& cells) {
  std::string out;
  std::uint32_t last = 0;
  for (std::uint32_t bucket = 0; bucket < cells.size(); ++bucket) {
    const Cell& cell = cells[bucket];
    if (cell == Cell{}) continue;
    put_varint(out, bucket - last);
    last = bucket;
    out.push_back(static_cast<char>(cell.rarity));
    std::uint32_t mask = 0;
    for (std::size_t h = 0; h < kHeads; ++h) mask |= cell.weight[h] != 0 ? 1u << h : 0u;
    out.push_back(static_cast<char>(mask));
    out.push_back(static_cast<char>(mask >> 8));
    for (const std::int8_t weight : cell.weight) {
      if (weight != 0) out.push_back(static_cast<char>(weight));
    }
  }
  return out;
}

bool read_cells(std::string_view bytes, std::vector<Cell>& cells) {
  Reader in(bytes);
  std::uint64_t bucket = 0;
  while (!in.at_end() && !in.is_short) {
    bucket += in.varint();
    if (bucket >= cells.size()) return false;
    Cell& cell = cells[bucket];
    cell.rarity = in.byte();
    std::uint32_t mask = in.byte();
    mask |= static_cast<std::uint32_t>(in.byte()) << 8;
    for (std::size_t h = 0; h < kHeads; ++h) {
      if ((mask >> h & 1) != 0) cell.weight[h] = static_cast<std::int8_t>(in.byte());
    }
  }
  return !in.is_short;
}

// Cells are fetched from memory a chunk ahead of their use.
constexpr std::size_t kChunk = 128;

struct Known {
  const Cell* cell = nullptr;
  std::int16_t weight = 0;
};

// Weighted sums of cells, all 16 bytes at once: also the rarity, whose sum nobody reads, because a full vector is the
// fastest. A kind's weight is at most 16 and a cell's at most 127, so 16 products always fit into 16 bits.
class Sums {
 public:
  void add(const Cell& cell, std::int16_t weight) {
    Bytes bytes;
    std::memcpy(&bytes, &cell, sizeof bytes);
    few_ += __builtin_convertvector(bytes, Shorts) * weight;
    if (++in_few_ == 16) flush();
  }

  std::array<std::int32_t, 16> totals() {
    flush();
    return totals_;
  }

 private:
  using Bytes [[gnu::vector_size(16)]] = std::int8_t;
  using Shorts [[gnu::vector_size(32)]] = std::int16_t;

  void flush() {
    for (std::size_t i = 0; i < 16; ++i) totals_[i] += few_[i];
    few_ = Shorts{};
    in_few_ = 0;
  }

  Shorts few_{};
  int in_few_ = 0;
  std::array<std::int32_t, 16> totals_{};
};

bool is_plausible(const ModelNumbers& numbers) {
  return std::all_of(numbers.kind_weight.begin(), numbers.kind_weight.end(),
                     [](std::int32_t weight) { return weight >= 0 && weight <= kKindWeightMax; });
}

}  // namespace

std::string Model::save() const {
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
  put_section(out, cells_section(cells));
  return out + checksum(out);
}

void Model::index() {
  known = KnownBuckets{};
  for (std::uint32_t bucket = 0; bucket < cells.size(); ++bucket) {
    if (cells[bucket].rarity != 0) known.add(bucket);
  }
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
    return Error{ErrorKind::Invalid, "the text model has format " + std::to_string(format) + ", this program reads 1"};
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
  if (in.is_short || numbers_in.is_short || !is_plausible(model.numbers) || !read_cells(in.section(), model.cells)) {
    return Error{ErrorKind::Corrupt, "the text model's sections do not fit together"};
  }
  model.index();
  return model;
}

Logits score(const Model& model, const std::vector<Feature>& features, std::size_t language) {
  const ModelNumbers& numbers = model.numbers;
  Logits logits;
  std::int64_t squares = 0;
  Sums sums;
  std::array<Known, kChunk> chunk;
  std::size_t in_chunk = 0;
  const auto add_chunk = [&] {
    for (std::size_t i = 0; i < in_chunk; ++i) {
      const std::int64_t value = std::int64_t{chunk[i].weight} * chunk[i].cell->rarity;
      squares += value * value;
      sums.add(*chunk[i].cell, chunk[i].weight);
    }
    logits.known += in_chunk;
    in_chunk = 0;
  };
  for (const Feature& feature : features) {
    if (!model.known.has(feature.bucket)) continue;
    const Cell* cell = model.cells.data() + feature.bucket;
    __builtin_prefetch(cell);
    chunk[in_chunk++] = {cell, static_cast<std::int16_t>(numbers.kind_weight[feature.kind])};
    if (in_chunk == kChunk) add_chunk();
  }
  add_chunk();
  const auto totals = sums.totals();
  logits.length = std::max<std::int64_t>(1, whole_root(squares));
  for (std::size_t h = 0; h < kHeads; ++h) {
    const Fixed logit = numbers.bias[language][h] + totals[h + 1] * std::int64_t{numbers.step[h]} / logits.length;
    logits.head[h] = std::clamp<Fixed>(logit, -kFixedLimit, kFixedLimit);
  }
  return logits;
}

}  // namespace earshot::text
