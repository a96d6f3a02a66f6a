// The records that one commit puts into one partition, as one value: what the log writes, checks and reads as a whole.
// One value for many records is worth a factor of five in speed on RocksDB.
//
//     0         8         9        10        12        16            24            32           36
//     +---------+---------+--------+---------+---------+-------------+-------------+------------+----------------+
//     | checksum| version | codec  | 0       | count   | base offset | base time   | body bytes | body …         |
//     | u64     | u8 = 1  | u8     | u16     | u32     | i64         | i64, ms     | u32, plain | as codec says  |
//     +---------+---------+--------+---------+---------+-------------+-------------+------------+----------------+
//
//     body, for each record:  time − base time (zigzag varint) | key bytes (varint) | value bytes (varint) | key |
//     value
//
// Integers are little-endian. The checksum is XXH3-64 over everything after it, as stored. Codec 0 is plain, 1 is an
// LZ4 block. Record i has offset base + i. Varints are those of Protocol Buffers. Codec 2 is a gap: `count` offsets
// that no record has, and no body; a log that was copied from elsewhere keeps its offsets so.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/event_log.h"

namespace earshot {

inline constexpr std::size_t kRecordBytesMax = std::size_t{8} << 20;  // key and value together
inline constexpr std::size_t kBatchHeaderBytes = 36;

enum class Codec : std::uint8_t { plain = 0, lz4 = 1, gap = 2 };

// Collects records in the layout of the body, in blocks that never move: what was added can be looked at while more is
// added, and by another thread once nothing more is.
class RecordBatch {
 public:
  explicit RecordBatch(Offset base) : base_(base) {}

  void add(const Record& record);

  Offset base() const { return base_; }
  Offset end() const { return base_ + static_cast<Offset>(records_.size()); }
  bool empty() const { return records_.empty(); }
  std::size_t bytes() const { return bytes_; }  // of the plain body
  const std::vector<StoredRecord>& records() const { return records_; }

  // The whole value: header and body. `buffer` is for the compressed body; both must live as long as the parts are
  // used. `parts` point into the batch, into `header` or into `buffer`.
  struct Encoded {
    std::string header;
    std::string buffer;
    std::vector<std::string_view> parts;
  };
  void encode(Codec codec, Encoded& into) const;

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t used = 0;
    std::size_t size = 0;
  };

  char* reserve(std::size_t bytes);

  Offset base_;
  Timestamp base_time_{};
  std::size_t bytes_ = 0;
  std::vector<Block> blocks_;
  std::vector<StoredRecord> records_;
};

// A batch as it was read. The views in `records` point into `body`.
struct DecodedBatch {
  std::unique_ptr<char[]> body;
  std::size_t body_bytes = 0;
  std::vector<StoredRecord> records;
  Offset end = 0;  // behind its last offset
};

// In place of a batch: there are no records from `from` on, before `to`.
std::string gap_bytes(Offset from, Offset to);

// Corrupt unless `value` is a whole batch that begins at `base`, checksum included.
Result<DecodedBatch> decode_batch(std::string_view value, Offset base);

// The offset after the last record, from the header alone.
Result<Offset> end_of_batch(std::string_view value, Offset base);

}  // namespace earshot
