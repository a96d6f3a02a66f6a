#include "state_store/rocks.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <fstream>
#include <span>
#include <utility>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include "earshot/check.h"
#include "state_store/rocks_error.h"

namespace earshot {

namespace {

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

constexpr int kCacheShardBits = 2;
constexpr double kShareOfFilters = 0.5;  // of the cache, kept for filters and indices

rocksdb::Options options_for(const RocksStore::Settings& settings) {
  rocksdb::BlockBasedTableOptions table;
  // Few shards: the filter of one file is more than a megabyte, and what is larger than a shard is read from the file
  // each time.
  table.block_cache = rocksdb::NewLRUCache(settings.block_cache_bytes, kCacheShardBits, false, kShareOfFilters);
  table.cache_index_and_filter_blocks = true;  // else they grow with the state, outside every bound
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  // In small pieces: of ten million customers the filters alone are larger than the cache, and a whole one, of more
  // than a megabyte, would be read for each key that is asked for.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.metadata_block_size = 8 << 10;
  table.pin_top_level_index_and_filter = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.whole_key_filtering = true;  // most keys asked for are new ones: ids not seen before
  table.format_version = 5;
  table.block_size = 8 << 10;

  rocksdb::Options options;
  options.create_if_missing = true;
  if (settings.env != nullptr) options.env = settings.env;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = settings.memtable_bytes;
  options.max_write_buffer_number = 2;
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.02;
  options.allow_concurrent_memtable_write = false;  // nearly always one writer at a time
  options.memtable_insert_with_hint_prefix_extractor.reset(
      rocksdb::NewCappedPrefixTransform(0));  // writes are sorted: each goes near the one before
  options.max_background_jobs = 2;
  options.compression = settings.sorted_files ? rocksdb::kNoCompression : rocksdb::kLZ4Compression;
  options.level_compaction_dynamic_level_bytes = true;
  if (settings.sorted_files) {  // they hardly overlap: what merging them would save is less than what it costs
    options.level0_file_num_compaction_trigger = 64;
    options.level0_slowdown_writes_trigger = 256;
    options.level0_stop_writes_trigger = 512;
  }
  options.max_open_files = 512;
  options.max_bgerror_resume_count = 0;  // after an error nothing more is taken: opening again is the way on
  options.keep_log_file_num = 2;
  options.max_log_file_size = 1 << 20;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.stats_dump_period_sec = 0;
  return options;
}

// Lies in the directory of a store that was found damaged, and says how: what a read has met, opening would not see.
constexpr std::string_view kDamageFile = "DAMAGED";

Result<void> look_for_damage(const std::filesystem::path& directory) {
  std::ifstream file(directory / kDamageFile);
  if (!file) return {};
  std::string how;
  std::getline(file, how);
  return Error{ErrorKind::Corrupt, how.empty() ? directory.string() + " was found damaged" : how};
}

// Says what the values in a directory are; a store that says nothing was made before there was more than one format.
constexpr std::string_view kFormatFile = "FORMAT";

bool is_new(const std::filesystem::path& directory) { return !std::filesystem::exists(directory / "CURRENT"); }

Result<void> look_at_format(const std::filesystem::path& directory, const std::string& wanted) {
  if (wanted.empty() || is_new(directory)) return {};
  std::string format;
  std::ifstream file(directory / kFormatFile);
  std::getline(file, format);
  if (format == wanted) return {};
  return Error{ErrorKind::Corrupt, directory.string() + " was written by another version of earshot (format " +
                                       (format.empty() ? "1" : format) + ", this one has " + wanted +
                                       "); it is rebuilt from the event log when earshot starts"};
}

constexpr std::size_t kNear = 8;  // writes ahead of which a key is brought near

struct Sorted {
  std::array<std::uint64_t, 2> mark{};  // sixteen bytes of the key, as numbers that sort like them
  const StateWrite* write = nullptr;
};

std::array<std::uint64_t, 2> mark_of(std::string_view bytes) {
  std::array<std::uint64_t, 2> mark{};
  std::memcpy(mark.data(), bytes.data(), std::min(bytes.size(), sizeof mark));
  static_assert(std::endian::native == std::endian::little);
  for (std::uint64_t& part : mark) part = __builtin_bswap64(part);
  return mark;
}

std::size_t shared_by_all(std::span<const Sorted> writes) {
  std::string_view shared = writes.front().write->key;
  for (const Sorted& one : writes) {
    const auto [end, other] = std::mismatch(shared.begin(), shared.end(), one.write->key.begin(), one.write->key.end());
    shared = shared.substr(0, static_cast<std::size_t>(end - shared.begin()));
  }
  return shared.size();
}

// By the bytes behind what all share, then those that are still alike by what only they share: few comparisons follow a
// pointer.
void sort_by_key(std::span<Sorted> writes) {
  constexpr std::size_t kFew = 8;
  const auto by_key = [](const Sorted& a, const Sorted& b) {
    const int order = a.write->key.compare(b.write->key);
    return order != 0 ? order < 0 : a.write < b.write;  // of one key the later write stays behind
  };
  if (writes.size() <= kFew) return std::ranges::sort(writes, by_key), void();
  const std::size_t shared = shared_by_all(writes);
  for (Sorted& one : writes) one.mark = mark_of(std::string_view(one.write->key).substr(shared));
  std::ranges::sort(
      writes, [](const Sorted& a, const Sorted& b) { return a.mark != b.mark ? a.mark < b.mark : a.write < b.write; });
  for (std::size_t begin = 0, end = 0; begin < writes.size(); begin = end) {
    while (end < writes.size() && writes[end].mark == writes[begin].mark) ++end;
    const auto alike = writes.subspan(begin, end - begin);
    if (alike.size() == writes.size()) return std::ranges::sort(alike, by_key), void();
    sort_by_key(alike);
  }
}

// The last write of each key.
std::vector<Sorted> in_key_order(const std::vector<StateWrite>& batch) {
  std::vector<Sorted> sorted;
  sorted.reserve(batch.size());
  for (const StateWrite& one : batch) sorted.push_back({{}, &one});
  sort_by_key(sorted);
  const auto later = std::unique(sorted.rbegin(), sorted.rend(),
                                 [](const Sorted& a, const Sorted& b) { return a.write->key == b.write->key; });
  sorted.erase(sorted.begin(), later.base());
  return sorted;
}

// As rocks_error has it; damage is remembered, so that the next opening says it at once.
Error error_of(const rocksdb::Status& status, const std::string& directory) {
  Error error = rocks_error(status, directory);
  if (error.kind != ErrorKind::Corrupt) return error;
  std::ofstream(std::filesystem::path(directory) / kDamageFile) << error.message << "\n";
  error.message += "; start again: it is moved aside and rebuilt from the event log";
  return error;
}

}  // namespace

struct RocksStore::Impl {
  std::string directory;
  Settings settings;
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::FileLock* lock = nullptr;  // held only when reading, where RocksDB itself takes none
  bool read_only = false;
  std::atomic<bool> has_failed = false;  // to write: what is closed then is not flushed, RocksDB does not take it well

  ~Impl() {
    if (db && !read_only && !has_failed) (void)flush();  // what is lost here is folded again from the log
    if (db) (void)db->Close();
    db.reset();
    if (lock != nullptr) (void)rocksdb::Env::Default()->UnlockFile(lock);
  }

  std::atomic<int> files = 0;  // made of sorted batches

  rocksdb::Status write_batch(const std::vector<Sorted>& sorted) {
    rocksdb::WriteBatch writes;
    for (const Sorted& at : sorted) {
      const StateWrite& one = *at.write;
      const rocksdb::Status status =
          one.value ? writes.Put(slice(one.key), slice(*one.value)) : writes.Delete(slice(one.key));
      if (!status.ok()) return status;
    }
    rocksdb::WriteOptions options;
    options.disableWAL = !settings.write_ahead_log;
    return db->Write(options, &writes);
  }

  rocksdb::Status write_file(const std::vector<Sorted>& sorted) {
    if (sorted.empty()) return rocksdb::Status::OK();
    const std::string path = directory + "/batch-" + std::to_string(++files) + ".sst";
    rocksdb::SstFileWriter file(rocksdb::EnvOptions(), db->GetOptions());
    rocksdb::Status status = file.Open(path);
    for (std::size_t i = 0; i < sorted.size() && status.ok(); ++i) {
      if (i + kNear < sorted.size()) __builtin_prefetch(sorted[i + kNear].write->key.data());
      const Sorted& at = sorted[i];
      status =
          at.write->value ? file.Put(slice(at.write->key), slice(*at.write->value)) : file.Delete(slice(at.write->key));
    }
    if (status.ok()) status = file.Finish();
    if (!status.ok()) return status;
    rocksdb::IngestExternalFileOptions options;
    options.move_files = true;
    options.write_global_seqno = false;
    return db->IngestExternalFile({path}, options);
  }

  Result<void> flush() {
    rocksdb::FlushOptions options;
    options.allow_write_stall = true;
    rocksdb::Status status = db->Flush(options);
    if (status.ok() && settings.write_ahead_log) status = db->SyncWAL();
    if (!status.ok()) return error_of(status, directory);
    return {};
  }
};

RocksStore::RocksStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RocksStore::~RocksStore() = default;

Result<std::unique_ptr<RocksStore>> RocksStore::open(const std::filesystem::path& directory, Settings settings) {
  auto impl = std::make_unique<Impl>();
  impl->directory = directory.string();
  impl->settings = settings;
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) return Error{ErrorKind::Unavailable, "cannot create " + impl->directory + ": " + failed.message()};
  if (auto whole = look_for_damage(directory); !whole) return std::move(whole.error());
  if (auto known = look_at_format(directory, settings.format); !known) return std::move(known.error());
  if (!settings.format.empty() && is_new(directory)) std::ofstream(directory / kFormatFile) << settings.format << "\n";
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options_for(settings), impl->directory, &db);
  if (!status.ok()) return error_of(status, impl->directory);
  impl->db.reset(db);
  return std::unique_ptr<RocksStore>(new RocksStore(std::move(impl)));
}

Result<std::unique_ptr<RocksStore>> RocksStore::open_read_only(const std::filesystem::path& directory,
                                                               Settings settings) {
  auto impl = std::make_unique<Impl>();
  impl->directory = directory.string();
  impl->settings = settings;
  impl->read_only = true;
  std::error_code failed;
  if (!std::filesystem::exists(directory / "CURRENT", failed)) {
    return Error{ErrorKind::NotFound, "there is no state in " + impl->directory};
  }
  if (auto whole = look_for_damage(directory); !whole) return std::move(whole.error());
  if (auto known = look_at_format(directory, settings.format); !known) return std::move(known.error());
  rocksdb::Status status = rocksdb::Env::Default()->LockFile(impl->directory + "/LOCK", &impl->lock);
  if (!status.ok()) return error_of(status, impl->directory);
  rocksdb::DB* db = nullptr;
  status = rocksdb::DB::OpenForReadOnly(options_for(settings), impl->directory, &db);
  if (!status.ok()) return error_of(status, impl->directory);
  impl->db.reset(db);
  return std::unique_ptr<RocksStore>(new RocksStore(std::move(impl)));
}

Result<std::optional<std::string>> RocksStore::get(std::string_view key) const {
  std::string value;
  const rocksdb::Status status = impl_->db->Get(rocksdb::ReadOptions(), slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>{};
  if (!status.ok()) return error_of(status, impl_->directory);
  return std::optional<std::string>{std::move(value)};
}

// In key order: a memtable takes a key next to the one before it several times faster than one anywhere.
Result<void> RocksStore::write(const std::vector<StateWrite>& batch) {
  EARSHOT_CHECK(!impl_->read_only, "a store opened for reading was written");
  const std::vector<Sorted> sorted = in_key_order(batch);
  const rocksdb::Status status = impl_->settings.sorted_files ? impl_->write_file(sorted) : impl_->write_batch(sorted);
  if (status.ok()) return {};
  impl_->has_failed = true;
  return error_of(status, impl_->directory);
}

Result<void> RocksStore::scan(std::string_view prefix, std::string_view from, const Visit& visit) const {
  rocksdb::ReadOptions options;
  options.fill_cache = false;  // a walk over everything must not push out what the fold needs
  options.auto_prefix_mode = false;
  const std::unique_ptr<rocksdb::Iterator> it(impl_->db->NewIterator(options));
  for (it->Seek(slice(std::max(prefix, from))); it->Valid() && view(it->key()).starts_with(prefix); it->Next()) {
    if (!visit(view(it->key()), view(it->value()))) return {};
  }
  if (!it->status().ok()) return error_of(it->status(), impl_->directory);
  return {};
}

Result<void> RocksStore::flush() {
  EARSHOT_CHECK(!impl_->read_only, "a store opened for reading was flushed");
  return impl_->flush();
}

}  // namespace earshot
