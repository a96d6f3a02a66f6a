// The embedded event log on disk: a RocksDB store of record batches, positions and facts. Behind this file nobody sees
// RocksDB; the engine's thread, queue and memory are in embedded.h.
//
//     r <topic u8> <partition u16> <base offset u64>  →  record batch (record_batch.h)
//     p <topic u8> <partition u16>                    →  next offset u64: position of the task that reads this
//     partition b <topic u8> <partition u16>                    →  u64: first offset still kept; absent means 0 f
//     <name>                                        →  fact
//
// Integers in keys and values are big-endian, so that a partition's batches lie in the order of their offsets.
//
// Beside it lies the file ACKNOWLEDGED: the sequence number of the last synced append, written in place after the sync
// and not synced itself, so it is never ahead of the data. A write-ahead log whose end was lost or damaged opens like
// one whose last write was torn; this number tells them apart.
//
// Threads: append from one at a time; everything else from any.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/event_log.h"
#include "event_log/record_batch.h"

namespace rocksdb {
class Env;
}

namespace earshot {

class EmbeddedStore {
 public:
  struct Settings {
    std::size_t memtable_bytes = std::size_t{16} << 20;  // one of them; two more may be on their way to disk
    Codec codec = Codec::lz4;
    rocksdb::Env* env = nullptr;  // a test's disk that lies; nothing: the machine's
  };
  // `beside`: what a process that may go on writing had on disk at the opening; it does not notice.
  enum class Mode { read_write, read_only, beside };

  // Unavailable while another process has the log; Corrupt if it is damaged; NotFound if there is none and it is only
  // to be read.
  static Result<std::unique_ptr<EmbeddedStore>> open(const std::filesystem::path& directory, Settings settings,
                                                     Mode mode);
  ~EmbeddedStore();

  struct Piece {
    TopicPartition partition;
    const RecordBatch* batch = nullptr;
  };

  struct Gap {
    TopicPartition partition;
    Offset from = 0;
    Offset to = 0;
  };

  // All of it or nothing, on disk when it returns. Offsets that no record has are gaps, or they would be taken for lost
  // records.
  Result<void> append(std::span<const Piece> pieces, std::span<const Position> positions,
                      std::span<const Gap> gaps = {});

  // The batches that hold records at or after `from`, oldest first, until `visit` returns false.
  using VisitBatch = std::function<bool(DecodedBatch batch)>;
  Result<void> batches(TopicPartition partition, Offset from, const VisitBatch& visit) const;

  // Of records, as LogReader says.
  Result<void> read(TopicPartition partition, Offset from, Offset end, std::size_t records_max,
                    const LogReader::Visit& visit) const;

  Result<Offset> begin(TopicPartition partition) const;
  Result<Offset> end(TopicPartition partition) const;       // reads the last batch's header
  Result<Offset> position(TopicPartition partition) const;  // 0 if none was written
  Result<std::string> fact(std::string_view name) const;
  Result<void> set_fact(std::string_view name, std::string_view value);

  // Forgets the batches that lie wholly below `offset` and gives their space back; records below it are not read again.
  Result<void> drop_before(TopicPartition partition, Offset offset);

 private:
  struct Impl;
  explicit EmbeddedStore(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace earshot
