#include "event_log/record_batch.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include <lz4.h>
#define XXH_STATIC_LINKING_ONLY  // the state of a streamed checksum, on the stack
#include <xxhash.h>

#include "base/varint.h"
#include "earshot/check.h"

namespace earshot {

static_assert(std::endian::native == std::endian::little, "the format is written as it lies in memory");

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kChecksumBytes = 8;
constexpr std::size_t kVarintBytesMax = 10;
constexpr std::size_t kBlockBytesMin = std::size_t{4} << 10;
constexpr std::size_t kBlockBytesMax = std::size_t{256} << 10;
constexpr std::size_t kBodyBytesMax = std::size_t{1} << 30;  // LZ4 takes 2 GiB

template <class T>
char* put(char* to, T value) {
  std::memcpy(to, &value, sizeof(value));
  return to + sizeof(value);
}

template <class T>
T take(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

char* put_varint(char* to, std::uint64_t value) {
  while (value >= 0x80) {
    *to++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *to++ = static_cast<char>(value);
  return to;
}

std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) { return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1)); }

Error corrupt(std::string what) { return Error{ErrorKind::Corrupt, "record batch: " + std::move(what)}; }

struct Header {
  std::uint64_t checksum = 0;
  std::uint8_t version = 0;
  std::uint8_t codec = 0;
  std::uint32_t count = 0;
  Offset base = 0;
  std::int64_t base_time = 0;
  std::uint32_t body_bytes = 0;
};

std::string header_bytes(const Header& header) {
  std::string bytes(kBatchHeaderBytes, '\0');
  char* to = put(bytes.data(), header.checksum);
  to = put(to, header.version);
  to = put(to, header.codec);
  to = put(to, std::uint16_t{0});
  to = put(to, header.count);
  to = put(to, header.base);
  to = put(to, header.base_time);
  put(to, header.body_bytes);
  return bytes;
}

Result<Header> parse_header(std::string_view value, Offset base) {
  if (value.size() < kBatchHeaderBytes) return corrupt("header is cut short");
  Header header;
  header.checksum = take<std::uint64_t>(value.data());
  header.version = take<std::uint8_t>(value.data() + 8);
  header.codec = take<std::uint8_t>(value.data() + 9);
  header.count = take<std::uint32_t>(value.data() + 12);
  header.base = take<Offset>(value.data() + 16);
  header.base_time = take<std::int64_t>(value.data() + 24);
  header.body_bytes = take<std::uint32_t>(value.data() + 32);
  if (header.version != kVersion) return corrupt("version " + std::to_string(header.version) + " is not known here");
  if (header.base != base) return corrupt("it belongs to offset " + std::to_string(header.base));
  const bool is_gap = header.codec == static_cast<std::uint8_t>(Codec::gap);
  if (header.body_bytes > kBodyBytesMax ||
      (is_gap ? value.size() != kBatchHeaderBytes || header.body_bytes != 0 : header.count > header.body_bytes))
    return corrupt("counts are out of range");
  return header;
}

// The plain body in `into`.
Result<void> unpack(std::string_view stored, const Header& header, char* into) {
  if (header.codec == static_cast<std::uint8_t>(Codec::plain)) {
    if (stored.size() != header.body_bytes) return corrupt("body has another length than its header says");
    std::memcpy(into, stored.data(), stored.size());
    return {};
  }
  if (header.codec != static_cast<std::uint8_t>(Codec::lz4)) return corrupt("codec is not known here");
  const int bytes =
      LZ4_decompress_safe(stored.data(), into, static_cast<int>(stored.size()), static_cast<int>(header.body_bytes));
  if (bytes < 0 || static_cast<std::uint32_t>(bytes) != header.body_bytes) return corrupt("body does not decompress");
  return {};
}

}  // namespace

char* RecordBatch::reserve(std::size_t bytes) {
  if (blocks_.empty() || blocks_.back().size - blocks_.back().used < bytes) {
    // Twice what there is, so that a small commit stays small and a large one has few blocks.
    const std::size_t size = std::max(bytes, std::clamp(2 * bytes_, kBlockBytesMin, kBlockBytesMax));
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), 0, size});
  }
  return blocks_.back().bytes.get() + blocks_.back().used;
}

void RecordBatch::add(const Record& record) {
  EARSHOT_CHECK(record.key.size() + record.value.size() <= kRecordBytesMax, "a record is larger than kRecordBytesMax");
  if (records_.empty()) base_time_ = record.time;
  char* const begin = reserve(3 * kVarintBytesMax + record.key.size() + record.value.size());
  char* to = put_varint(begin, zigzag(to_millis(record.time) - to_millis(base_time_)));
  to = put_varint(to, record.key.size());
  to = put_varint(to, record.value.size());
  std::memcpy(to, record.key.data(), record.key.size());
  const std::string_view key(to, record.key.size());
  to += record.key.size();
  std::memcpy(to, record.value.data(), record.value.size());
  const std::string_view value(to, record.value.size());
  to += record.value.size();
  const auto used = static_cast<std::size_t>(to - begin);
  blocks_.back().used += used;
  bytes_ += used;
  EARSHOT_CHECK(bytes_ <= kBodyBytesMax, "a commit puts more than kBodyBytesMax into one partition");
  records_.push_back({end(), record.time, key, value});
}

void RecordBatch::encode(Codec codec, Encoded& into) const {
  into.parts.clear();
  for (const Block& block : blocks_) into.parts.emplace_back(block.bytes.get(), block.used);
  if (codec == Codec::lz4) {
    std::string plain;
    plain.reserve(bytes_);
    for (const std::string_view part : into.parts) plain.append(part);
    into.buffer.resize(static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(bytes_))));
    const int bytes = LZ4_compress_default(plain.data(), into.buffer.data(), static_cast<int>(bytes_),
                                           static_cast<int>(into.buffer.size()));
    EARSHOT_CHECK(bytes > 0, "LZ4 was given too small a buffer");
    if (static_cast<std::size_t>(bytes) < bytes_) {
      into.parts.assign(1, std::string_view(into.buffer.data(), static_cast<std::size_t>(bytes)));
    } else {
      codec = Codec::plain;
    }
  }
  Header header{0,
                kVersion,
                static_cast<std::uint8_t>(codec),
                static_cast<std::uint32_t>(records_.size()),
                base_,
                to_millis(base_time_),
                static_cast<std::uint32_t>(bytes_)};
  into.header = header_bytes(header);
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  XXH3_64bits_update(&state, into.header.data() + kChecksumBytes, kBatchHeaderBytes - kChecksumBytes);
  for (const std::string_view part : into.parts) XXH3_64bits_update(&state, part.data(), part.size());
  put(into.header.data(), XXH3_64bits_digest(&state));
  into.parts.insert(into.parts.begin(), std::string_view(into.header));
}

std::string gap_bytes(Offset from, Offset to) {
  EARSHOT_CHECK(from < to && to - from <= std::numeric_limits<std::uint32_t>::max(),
                "a gap has at least one offset, and as many as a batch can have");
  Header header;
  header.version = kVersion;
  header.codec = static_cast<std::uint8_t>(Codec::gap);
  header.count = static_cast<std::uint32_t>(to - from);
  header.base = from;
  std::string bytes = header_bytes(header);
  put(bytes.data(), XXH3_64bits(bytes.data() + kChecksumBytes, kBatchHeaderBytes - kChecksumBytes));
  return bytes;
}

Result<DecodedBatch> decode_batch(std::string_view value, Offset base) {
  auto header = parse_header(value, base);
  if (!header) return std::move(header.error());
  const std::string_view checked = value.substr(kChecksumBytes);
  if (XXH3_64bits(checked.data(), checked.size()) != header->checksum) return corrupt("checksum differs");
  DecodedBatch batch;
  batch.end = base + static_cast<Offset>(header->count);
  if (header->codec == static_cast<std::uint8_t>(Codec::gap)) return batch;
  batch.body_bytes = header->body_bytes;
  batch.body = std::make_unique_for_overwrite<char[]>(batch.body_bytes);
  if (auto unpacked = unpack(value.substr(kBatchHeaderBytes), *header, batch.body.get()); !unpacked) {
    return std::move(unpacked.error());
  }
  std::string_view rest(batch.body.get(), batch.body_bytes);
  batch.records.reserve(header->count);
  for (std::uint32_t i = 0; i < header->count; ++i) {
    const auto time = take_varint(rest);
    const auto key = take_varint(rest);
    const auto bytes = take_varint(rest);
    if (!time || !key || !bytes) return corrupt("record is cut short");
    if (*key > rest.size() || *bytes > rest.size() - *key) return corrupt("record is longer than its batch");
    const Timestamp at = from_millis(header->base_time + unzigzag(*time));
    batch.records.push_back({base + i, at, rest.substr(0, *key), rest.substr(*key, *bytes)});
    rest.remove_prefix(*key + *bytes);
  }
  if (!rest.empty()) return corrupt("bytes follow the last record");
  return batch;
}

Result<Offset> end_of_batch(std::string_view value, Offset base) {
  auto header = parse_header(value, base);
  if (!header) return std::move(header.error());
  return base + static_cast<Offset>(header->count);
}

}  // namespace earshot
