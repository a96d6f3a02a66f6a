// State on disk, in RocksDB.
//
// The event log rebuilds what a crash takes away, and the position that is written in the same batch as the values says
// from where; so nothing is synced. With a write-ahead log what was written survives the death of the process, and a
// start is short. What a crash leaves is a prefix of the batches, never part of one.
//
// A store that is damaged says ErrorKind::Corrupt at opening where that shows, else at the first read of the damaged
// part and at every opening after it. It may then be moved aside and rebuilt; nothing is lost by it but time.
//
// Threads: as StateStore says.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "earshot/state_store.h"

namespace rocksdb {
class Env;
}

namespace earshot {

class RocksStore : public StateStore {
 public:
  struct Settings {
    std::size_t block_cache_bytes = std::size_t{64} << 20;
    std::size_t memtable_bytes = std::size_t{32} << 20;  // one of them; a second may be on its way to disk
    std::string format{};  // of the values in it; a store with values of another one is Corrupt. Empty: not looked at
    bool write_ahead_log = false;  // not synced: survives the end of the process, not of the machine
    bool sorted_files = false;     // each batch becomes a sorted file, past the memtable: for few and large batches
    rocksdb::Env* env = nullptr;   // a test's disk that lies; nothing: the machine's
  };

  // Creates the directory if need be. One process at a time: Unavailable while another has it.
  static Result<std::unique_ptr<RocksStore>> open(const std::filesystem::path& directory, Settings settings);

  // For commands that look while no other process runs. Writing is a programming error. NotFound if there is no store.
  static Result<std::unique_ptr<RocksStore>> open_read_only(const std::filesystem::path& directory, Settings settings);

  // Flushes; who needs to know whether that went well calls flush first.
  ~RocksStore() override;

  Result<std::optional<std::string>> get(std::string_view key) const override;
  Result<void> write(const std::vector<StateWrite>& batch) override;
  Result<void> scan(std::string_view prefix, std::string_view from, const Visit& visit) const override;
  Result<void> flush() override;

 private:
  struct Impl;  // keeps RocksDB out of this header
  explicit RocksStore(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace earshot
