// Batches of the log from bytes. The checksum keeps chance out, so it is put right first, as an enemy would.
#include <xxhash.h>

#include <cstring>

#include "earshot/check.h"
#include "event_log/record_batch.h"
#include "fuzz/target.h"

namespace earshot::fuzz {

namespace {

std::string with_checksum(std::string_view bytes) {
  std::string value(bytes);
  if (value.size() < 8) return value;
  const std::uint64_t sum = XXH3_64bits(value.data() + 8, value.size() - 8);
  std::memcpy(value.data(), &sum, sizeof sum);
  return value;
}

std::string batch(Codec codec) {
  RecordBatch batch(7);
  for (int i = 0; i < 5; ++i)
    batch.add({from_millis(1'780'000'000'000 + i), "key " + std::to_string(i),
               std::string(static_cast<std::size_t>(40 * i), 'v')});
  RecordBatch::Encoded encoded;
  batch.encode(codec, encoded);
  std::string bytes;
  for (const std::string_view part : encoded.parts) bytes += part;
  return bytes;
}

}  // namespace

void take(std::string_view bytes) {
  const std::string value = with_checksum(bytes);
  const auto decoded = decode_batch(value, 7);
  const auto end = end_of_batch(value, 7);
  if (!decoded) return;
  EARSHOT_CHECK(end && *end == decoded->end, "the header tells the end");
  Offset next = 7;
  for (const StoredRecord& record : decoded->records) {
    EARSHOT_CHECK(record.offset == next++, "offsets follow each other");
    const char* begin = decoded->body.get();
    EARSHOT_CHECK(record.value.empty() || (record.value.data() >= begin &&
                                           record.value.data() + record.value.size() <= begin + decoded->body_bytes),
                  "values lie in the body");
  }
}

std::vector<std::string> seeds() { return {batch(Codec::plain), batch(Codec::lz4), gap_bytes(7, 12)}; }

}  // namespace earshot::fuzz
