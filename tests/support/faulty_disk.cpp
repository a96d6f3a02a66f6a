#include "support/faulty_disk.h"

#include <filesystem>
#include <fstream>
#include <utility>

#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>

namespace earshot::test {

namespace fs = std::filesystem;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

class FaultyDisk::File : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(FaultyDisk& disk, std::string path, std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    if (auto allowed = disk_.may_write(data.size()); !allowed.ok()) return allowed;
    auto status = FSWritableFileOwnerWrapper::Append(data, options, debug);
    if (status.ok()) disk_.appended(path_, data.size());
    return status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return sync(); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return sync(); }
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
  IOStatus Truncate(std::uint64_t, const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  bool IsSyncThreadSafe() const override { return true; }

 private:
  IOStatus sync() {
    auto status = disk_.may_sync();
    if (status.ok()) disk_.synced(path_);
    return status;
  }

  FaultyDisk& disk_;
  std::string path_;
};

class FaultyDisk::RandomFile : public rocksdb::FSRandomRWFileOwnerWrapper {
 public:
  RandomFile(FaultyDisk& disk, std::unique_ptr<rocksdb::FSRandomRWFile> file)
      : FSRandomRWFileOwnerWrapper(std::move(file)), disk_(disk) {}

  IOStatus Write(std::uint64_t offset, const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    if (auto allowed = disk_.may_write(0); !allowed.ok()) return allowed;  // in place: needs no room
    return FSRandomRWFileOwnerWrapper::Write(offset, data, options, debug);
  }

 private:
  FaultyDisk& disk_;
};

class FaultyDisk::Directory : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(FaultyDisk& disk, std::string path, std::unique_ptr<rocksdb::FSDirectory> directory)
      : FSDirectoryWrapper(std::move(directory)), disk_(disk), path_(std::move(path)) {}

  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    auto status = disk_.may_sync();
    if (status.ok()) disk_.directory_synced(path_);
    return status;
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, debug);
  }

 private:
  FaultyDisk& disk_;
  std::string path_;
};

namespace {

std::optional<std::string> content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string normal(const std::string& path) {
  std::string text = fs::path(path).lexically_normal().string();
  if (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

}  // namespace

class FaultyDisk::FileSystem : public rocksdb::FileSystemWrapper {
 public:
  explicit FileSystem(FaultyDisk& disk) : FileSystemWrapper(rocksdb::FileSystem::Default()), disk_(disk) {}
  const char* Name() const override { return "FaultyDisk"; }

  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) override {
    if (auto allowed = disk_.may_write(0); !allowed.ok()) return allowed;
    std::unique_ptr<rocksdb::FSWritableFile> opened;
    auto status = target()->NewWritableFile(path, options, &opened, debug);
    if (!status.ok()) return status;
    const std::lock_guard lock(disk_.mutex_);
    disk_.files_[normal(path)] = {};
    *file = std::make_unique<File>(disk_, normal(path), std::move(opened));
    return status;
  }

  IOStatus NewRandomRWFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSRandomRWFile>* file, IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSRandomRWFile> opened;
    auto status = target()->NewRandomRWFile(path, options, &opened, debug);
    if (status.ok()) *file = std::make_unique<RandomFile>(disk_, std::move(opened));
    return status;
  }

  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* directory, IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSDirectory> opened;
    auto status = target()->NewDirectory(path, options, &opened, debug);
    if (status.ok()) *directory = std::make_unique<Directory>(disk_, normal(path), std::move(opened));
    return status;
  }

  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    if (auto allowed = disk_.may_write(0); !allowed.ok()) return allowed;
    const std::lock_guard lock(disk_.mutex_);
    disk_.renamings_.push_back({normal(from), normal(to), content_of(to)});
    disk_.files_[normal(to)] = std::exchange(disk_.files_[normal(from)], {});
    disk_.files_.erase(normal(from));
    return target()->RenameFile(from, to, options, debug);
  }

  IOStatus DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* debug) override {
    if (auto allowed = disk_.may_write(0); !allowed.ok()) return allowed;
    const std::lock_guard lock(disk_.mutex_);
    disk_.files_.erase(normal(path));
    return target()->DeleteFile(path, options, debug);
  }

 private:
  FaultyDisk& disk_;
};

namespace {

// RocksDB's threads sleep for a second after each error, which a test has no time for.
class RestlessClock : public rocksdb::SystemClockWrapper {
 public:
  RestlessClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "RestlessClock"; }
  void SleepForMicroseconds(int) override {}
};

class DiskEnv : public rocksdb::EnvWrapper {
 public:
  explicit DiskEnv(std::shared_ptr<rocksdb::FileSystem> files) : EnvWrapper(rocksdb::NewCompositeEnv(files)) {
    file_system_ = std::move(files);
    system_clock_ = std::make_shared<RestlessClock>();
  }
};

}  // namespace

FaultyDisk::FaultyDisk() : env_(std::make_unique<DiskEnv>(std::make_shared<FileSystem>(*this))) {}
FaultyDisk::~FaultyDisk() = default;

void FaultyDisk::cut_power() {
  const std::lock_guard lock(mutex_);
  has_power_ = false;
}

void FaultyDisk::restore_power(Random& random) {
  const std::lock_guard lock(mutex_);
  undo_renamings(random);
  for (const auto& [path, file] : files_) {
    if (!fs::exists(path)) continue;
    if (!file.in_directory && random.chance(0.5)) {
      fs::remove(path);
      continue;
    }
    if (file.synced == file.bytes) continue;
    // Some of what was not synced has reached the disk, perhaps not all of it well.
    const std::uint64_t torn = random.below(file.bytes - file.synced + 1);
    fs::resize_file(path, file.synced + torn);
    if (torn > 0 && random.chance(0.5)) {
      std::fstream bytes(path, std::ios::binary | std::ios::in | std::ios::out);
      bytes.seekp(static_cast<std::streamoff>(file.synced + random.below(torn)));
      bytes.put(static_cast<char>(random.next()));
    }
  }
  files_.clear();  // what is there now stays
  has_power_ = true;
}

// Newest first: each may turn out not to have happened, and then those after it have not either.
void FaultyDisk::undo_renamings(Random& random) {
  for (; !renamings_.empty() && random.chance(0.5); renamings_.pop_back()) {
    const Renaming& last = renamings_.back();
    if (!fs::exists(last.to)) continue;
    fs::rename(last.to, last.from);
    files_.erase(last.to);
    if (last.replaced) std::ofstream(last.to, std::ios::binary) << *last.replaced;
  }
  renamings_.clear();
}

void FaultyDisk::leave_room_for(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  room_ = bytes;
}

void FaultyDisk::make_room() {
  const std::lock_guard lock(mutex_);
  room_.reset();
}

void FaultyDisk::fail_syncs(bool fail) {
  const std::lock_guard lock(mutex_);
  fails_syncs_ = fail;
}

void FaultyDisk::lie_about_syncs(bool lie) {
  const std::lock_guard lock(mutex_);
  lies_ = lie;
}

std::uint64_t FaultyDisk::bytes_written() const {
  const std::lock_guard lock(mutex_);
  return written_;
}

IOStatus FaultyDisk::may_write(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (!has_power_) return IOStatus::IOError("the power is gone");
  if (room_ && *room_ < bytes) return IOStatus::NoSpace("the disk is full");
  if (room_) *room_ -= bytes;
  written_ += bytes;
  return IOStatus::OK();
}

IOStatus FaultyDisk::may_sync() {
  const std::lock_guard lock(mutex_);
  if (!has_power_) return IOStatus::IOError("the power is gone");
  if (fails_syncs_) return IOStatus::IOError("the disk does not sync");
  return IOStatus::OK();
}

void FaultyDisk::appended(const std::string& path, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  files_[path].bytes += bytes;
}

void FaultyDisk::synced(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (!lies_) files_[path].synced = files_[path].bytes;
}

void FaultyDisk::directory_synced(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (lies_) return;
  for (auto& [name, file] : files_) {
    if (fs::path(name).parent_path() == path) file.in_directory = true;
  }
  std::erase_if(renamings_, [&](const Renaming& one) { return fs::path(one.to).parent_path() == path; });
}

}  // namespace earshot::test
