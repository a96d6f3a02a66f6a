// A disk for RocksDB that does what real disks do: it forgets what was not synced when the power goes, tears the write
// that was under way, fills up, fails. And what they should not: it can say that it has synced and not have done so.
//
//     FaultyDisk disk;  …open stores with disk.env()…
//     disk.cut_power();  …destroy the stores…  disk.restore_power(random);  …open them again and look…
//
// Files lie in the machine's file system; the disk remembers how much of each was synced and cuts the rest. A new file
// and a renaming last once their directory was synced, as POSIX has it.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <rocksdb/env.h>
#include <rocksdb/io_status.h>

#include "base/random.h"

namespace earshot::test {

class FaultyDisk {
 public:
  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  rocksdb::Env* env() { return env_.get(); }

  // From now on nothing is written, whoever tries.
  void cut_power();
  // Forgets what was not synced, but for a random beginning of it that may be damaged, and lets writes pass again. All
  // files must be closed.
  void restore_power(Random& random);

  // That many more bytes can be written, then the disk is full.
  void leave_room_for(std::uint64_t bytes);
  void make_room();

  void fail_syncs(bool fail);

  // A fault of ours to be found: syncs are confirmed and not made.
  void lie_about_syncs(bool lie);

  std::uint64_t bytes_written() const;

 private:
  class FileSystem;
  class File;
  class RandomFile;
  class Directory;

  struct Tracked {
    std::uint64_t bytes = 0;
    std::uint64_t synced = 0;
    bool in_directory = false;  // its entry was synced
  };
  struct Renaming {
    std::string from;
    std::string to;
    std::optional<std::string> replaced;  // what `to` held before
  };

  rocksdb::IOStatus may_write(std::uint64_t bytes);
  rocksdb::IOStatus may_sync();
  void appended(const std::string& path, std::uint64_t bytes);
  void synced(const std::string& path);
  void directory_synced(const std::string& path);
  void undo_renamings(Random& random);

  mutable std::mutex mutex_;
  std::map<std::string, Tracked> files_;
  std::vector<Renaming> renamings_;  // not synced yet
  bool has_power_ = true;
  bool fails_syncs_ = false;
  bool lies_ = false;
  std::optional<std::uint64_t> room_;
  std::uint64_t written_ = 0;
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace earshot::test
