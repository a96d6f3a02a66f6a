#include "event_log/embedded_store.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <xxhash.h>

#include "state_store/rocks_error.h"

namespace earshot {

namespace {

constexpr std::string_view kFormatFact = "format";
constexpr std::string_view kFormat = "1";
constexpr Offset kLastOffset = std::numeric_limits<Offset>::max();

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

void put_big_endian(std::string& to, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) to.push_back(static_cast<char>(value >> shift));
}

Offset take_offset(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes.substr(0, 8)) value = value << 8 | static_cast<std::uint8_t>(byte);
  return static_cast<Offset>(value);
}

std::string partition_key(char kind, TopicPartition partition) {
  std::string key(1, kind);
  put_big_endian(key, partition.topic, 1);
  put_big_endian(key, partition.partition, 2);
  return key;
}

std::string record_key(TopicPartition partition, Offset base) {
  std::string key = partition_key('r', partition);
  put_big_endian(key, static_cast<std::uint64_t>(base), 8);
  return key;
}

std::string offset_value(Offset offset) {
  std::string value;
  put_big_endian(value, static_cast<std::uint64_t>(offset), 8);
  return value;
}

std::string fact_key(std::string_view name) {
  std::string key(1, 'f');
  key.append(name);
  return key;
}

rocksdb::Options options_for(const EmbeddedStore::Settings& settings) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(std::size_t{4} << 20);  // keys only: values are in blob files
  table.format_version = 5;

  rocksdb::Options options;
  if (settings.env != nullptr) options.env = settings.env;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = settings.memtable_bytes;
  options.max_write_buffer_number = 3;
  options.allow_concurrent_memtable_write = false;
  options.max_background_jobs = 2;
  // Batches go to blob files when a memtable is flushed and are not written again: compaction moves their keys only.
  options.enable_blob_files = true;
  options.min_blob_size = 512;
  options.blob_file_size = std::uint64_t{256} << 20;
  options.compression = rocksdb::kNoCompression;
  // A write that was torn at the end of the write-ahead log was never acknowledged and is cut off.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.track_and_verify_wals_in_manifest = true;
  options.max_open_files = 256;
  options.max_bgerror_resume_count = 0;  // after an error nothing more is taken: opening again is the way on
  options.keep_log_file_num = 2;
  options.max_log_file_size = 1 << 20;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.stats_dump_period_sec = 0;
  return options;
}

// ---- the number of the last acknowledged append ----

constexpr std::string_view kMarkFile = "ACKNOWLEDGED";  // u64 number, u64 XXH3-64 of its 8 bytes; little-endian
constexpr std::size_t kMarkBytes = 16;

std::string mark_bytes(std::uint64_t number) {
  const std::uint64_t both[2] = {number, XXH3_64bits(&number, sizeof(number))};
  std::string bytes(kMarkBytes, '\0');
  std::memcpy(bytes.data(), both, kMarkBytes);
  return bytes;
}

// 0 when there is none that can be read: then nothing is known, which is no damage.
std::uint64_t read_mark(rocksdb::Env& env, const std::string& path) {
  std::string bytes;
  if (!rocksdb::ReadFileToString(&env, path, &bytes).ok() || bytes.size() != kMarkBytes) return 0;
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof(number));
  return bytes == mark_bytes(number) ? number : 0;
}

// RocksDB takes a directory without its CURRENT file for a new store and would delete what is in it.
Result<bool> has_log(const std::filesystem::path& directory) {
  std::error_code failed;
  if (std::filesystem::exists(directory / "CURRENT", failed)) return true;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".blob" || extension == ".sst" || extension == ".log") {
      return Error{ErrorKind::Corrupt,
                   directory.string() + " has data but its file CURRENT is missing; put it back from a backup"};
    }
  }
  return false;
}

}  // namespace

struct EmbeddedStore::Impl {
  std::string directory;
  Codec codec = Codec::plain;
  rocksdb::Env* env = rocksdb::Env::Default();
  std::unique_ptr<rocksdb::DB> db;
  std::unique_ptr<rocksdb::RandomRWFile> mark;
  rocksdb::FileLock* lock = nullptr;  // held only when reading, where RocksDB itself takes none

  ~Impl() { close(); }

  std::string path(std::string_view file) const { return directory + "/" + std::string(file); }

  Result<void> open_to_read(const rocksdb::Options& options) {
    rocksdb::DB* opened = nullptr;
    rocksdb::Status status = env->LockFile(path("LOCK"), &lock);
    if (status.ok()) status = rocksdb::DB::OpenForReadOnly(options, directory, &opened);
    db.reset(opened);
    if (!status.ok()) return error(status);
    const std::uint64_t acknowledged = read_mark(*env, path(kMarkFile));
    if (db->GetLatestSequenceNumber() >= acknowledged) return {};
    return Error{ErrorKind::Corrupt, directory + " has lost writes that were acknowledged (" +
                                         std::to_string(acknowledged - db->GetLatestSequenceNumber()) +
                                         " at its end); restore it from a backup, or delete its file " +
                                         std::string(kMarkFile) + " to go on with what is there"};
  }

  // Without the lock. Files are never changed once they are written; those that are open stay readable when the writer
  // removes them, and a log does so seldom.
  Result<void> open_beside(rocksdb::Options options) {
    options.max_open_files = -1;
    rocksdb::DB* opened = nullptr;
    const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(options, directory, &opened);
    db.reset(opened);
    if (!status.ok()) return error(status).in("reading beside the process that writes");
    return {};
  }

  void close() {
    if (db) (void)db->Close();  // everything acknowledged is synced
    db.reset();
    if (lock != nullptr) (void)env->UnlockFile(std::exchange(lock, nullptr));
  }

  Result<void> open_to_write(const rocksdb::Options& options) {
    rocksdb::DB* opened = nullptr;
    rocksdb::Status status = rocksdb::DB::Open(options, directory, &opened);
    db.reset(opened);
    if (status.ok() && !env->FileExists(path(kMarkFile)).ok()) {
      status = rocksdb::WriteStringToFile(env, mark_bytes(0), path(kMarkFile), true);
    }
    if (status.ok()) status = env->NewRandomRWFile(path(kMarkFile), &mark, rocksdb::EnvOptions());
    if (!status.ok()) return error(status);
    return {};
  }

  Error error(const rocksdb::Status& status) const { return rocks_error(status, directory); }

  Result<std::optional<std::string>> get(const std::string& key) const {
    std::string value;
    const rocksdb::Status status = db->Get(rocksdb::ReadOptions(), key, &value);
    if (status.IsNotFound()) return std::optional<std::string>{};
    if (!status.ok()) return error(status);
    return std::optional<std::string>{std::move(value)};
  }

  Result<Offset> offset_at(const std::string& key) const {
    auto value = get(key);
    if (!value) return std::move(value.error());
    if (!*value) return Offset{0};
    if ((*value)->size() != 8) return Error{ErrorKind::Corrupt, directory + ": an offset has not 8 bytes"};
    return take_offset(**value);
  }

  Error in_partition(Error from, TopicPartition partition, Offset base) const {
    return std::move(from).in(directory + ", topic " + std::to_string(partition.topic) + ", partition " +
                              std::to_string(partition.partition) + ", offset " + std::to_string(base));
  }

  // At the last batch that begins at or before `from`, else at the first one after it.
  std::unique_ptr<rocksdb::Iterator> seek(const std::string& prefix, const std::string& from) const {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(options));
    it->SeekForPrev(from);
    if (it->status().ok() && (!it->Valid() || !it->key().starts_with(prefix))) it->Seek(prefix);
    return it;
  }

  // Space is given back here and nowhere else, so that appending never pays for it. First the keys of the range are
  // compacted, which is cheap and frees the blob files that hold nothing else. Once a third of all that is left is
  // holes, the files are written again without them.
  Result<void> reclaim(const std::string& from, const std::string& to) {
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    const rocksdb::Slice first(from);
    const rocksdb::Slice last(to);
    rocksdb::Status status = db->Flush(rocksdb::FlushOptions());
    if (status.ok()) status = db->CompactRange(options, &first, &last);
    if (!status.ok()) return error(status);
    std::uint64_t bytes = 0;
    std::uint64_t holes = 0;
    db->GetIntProperty(rocksdb::DB::Properties::kLiveBlobFileSize, &bytes);
    db->GetIntProperty(rocksdb::DB::Properties::kLiveBlobFileGarbageSize, &holes);
    if (3 * holes < bytes) return {};
    options.blob_garbage_collection_policy = rocksdb::BlobGarbageCollectionPolicy::kForce;
    options.blob_garbage_collection_age_cutoff = 1.0;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    status = db->CompactRange(options, nullptr, nullptr);
    if (!status.ok()) return error(status);
    return {};
  }
};

EmbeddedStore::EmbeddedStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EmbeddedStore::~EmbeddedStore() = default;

Result<std::unique_ptr<EmbeddedStore>> EmbeddedStore::open(const std::filesystem::path& directory, Settings settings,
                                                           Mode mode) {
  auto impl = std::make_unique<Impl>();
  impl->directory = directory.string();
  impl->codec = settings.codec;
  if (settings.env != nullptr) impl->env = settings.env;
  std::error_code failed;
  if (mode == Mode::read_write) std::filesystem::create_directories(directory, failed);
  if (failed) return Error{ErrorKind::Unavailable, "cannot create " + impl->directory + ": " + failed.message()};
  auto exists = has_log(directory);
  if (!exists) return std::move(exists.error());

  rocksdb::Options options = options_for(settings);
  options.create_if_missing = !*exists;
  // Damage is looked for before anything is written, so that what is there can still be saved.
  if (*exists) {
    auto read = mode == Mode::beside ? impl->open_beside(options) : impl->open_to_read(options);
    if (!read) return std::move(read.error());
  } else if (mode != Mode::read_write) {
    return Error{ErrorKind::NotFound, "there is no event log in " + impl->directory};
  }
  if (mode == Mode::read_write) {
    impl->close();
    if (auto written = impl->open_to_write(options); !written) return std::move(written.error());
  }

  std::unique_ptr<EmbeddedStore> store(new EmbeddedStore(std::move(impl)));
  auto format = store->fact(kFormatFact);
  if (!format && format.error().kind == ErrorKind::NotFound && mode == Mode::read_write) {
    if (auto set = store->set_fact(kFormatFact, kFormat); !set) return std::move(set.error());
  } else if (!format) {
    return std::move(format.error());
  } else if (*format != kFormat) {
    return Error{ErrorKind::Conflict, store->impl_->directory + " has format " + *format +
                                          " and this earshot reads format " + std::string(kFormat) +
                                          "; use the version that wrote it"};
  }
  return store;
}

Result<void> EmbeddedStore::append(std::span<const Piece> pieces, std::span<const Position> positions,
                                   std::span<const Gap> gaps) {
  std::size_t bytes = 0;
  for (const Piece& piece : pieces) bytes += piece.batch->bytes() + 64;
  rocksdb::WriteBatch writes(bytes + 32 * positions.size());
  RecordBatch::Encoded encoded;
  std::vector<rocksdb::Slice> value;
  for (const Piece& piece : pieces) {
    piece.batch->encode(impl_->codec, encoded);
    value.clear();
    for (const std::string_view part : encoded.parts) value.push_back(slice(part));
    const std::string key = record_key(piece.partition, piece.batch->base());
    const rocksdb::Slice key_part(key);
    const auto status = writes.Put(rocksdb::SliceParts(&key_part, 1),
                                   rocksdb::SliceParts(value.data(), static_cast<int>(value.size())));
    if (!status.ok()) return impl_->error(status);
  }
  for (const Position& position : positions) {
    const auto status = writes.Put(partition_key('p', position.input), offset_value(position.next));
    if (!status.ok()) return impl_->error(status);
  }
  for (const Gap& gap : gaps) {
    const auto status = writes.Put(record_key(gap.partition, gap.from), gap_bytes(gap.from, gap.to));
    if (!status.ok()) return impl_->error(status);
  }
  rocksdb::WriteOptions options;
  options.sync = true;
  rocksdb::Status status = impl_->db->Write(options, &writes);
  if (status.ok()) status = impl_->mark->Write(0, mark_bytes(impl_->db->GetLatestSequenceNumber()));
  if (!status.ok()) return impl_->error(status);
  return {};
}

Result<void> EmbeddedStore::batches(TopicPartition partition, Offset from, const VisitBatch& visit) const {
  const std::string prefix = partition_key('r', partition);
  auto kept = begin(partition);
  if (!kept) return std::move(kept.error());
  // A gap says that it is one; any other hole is a file that was lost, and its records must not be passed over in
  // silence.
  Offset expected = std::max(from, *kept);
  const auto it = impl_->seek(prefix, record_key(partition, std::max<Offset>(from, 0)));
  for (; it->Valid() && it->key().starts_with(prefix); it->Next()) {
    const Offset base = take_offset(view(it->key()).substr(prefix.size()));
    if (base > expected) {
      Error lost{ErrorKind::Corrupt,
                 std::to_string(base - expected) + " records are missing; restore the log from a backup"};
      return impl_->in_partition(std::move(lost), partition, expected);
    }
    auto batch = decode_batch(view(it->value()), base);
    if (!batch) return impl_->in_partition(std::move(batch.error()), partition, base);
    expected = std::max(expected, batch->end);
    if (batch->records.empty() || batch->records.back().offset < from) continue;
    if (!visit(std::move(*batch))) return {};
  }
  if (!it->status().ok()) return impl_->error(it->status());
  return {};
}

Result<void> EmbeddedStore::read(TopicPartition partition, Offset from, Offset end, std::size_t records_max,
                                 const LogReader::Visit& visit) const {
  auto kept = begin(partition);
  if (!kept) return std::move(kept.error());
  from = std::max(from, *kept);
  if (from >= end || records_max == 0) return {};
  return batches(partition, from, [&](DecodedBatch batch) {
    for (const StoredRecord& record : batch.records) {
      if (record.offset < from) continue;
      if (record.offset >= end || !visit(record)) return false;
      if (--records_max == 0) return false;
    }
    return true;
  });
}

Result<Offset> EmbeddedStore::begin(TopicPartition partition) const {
  return impl_->offset_at(partition_key('b', partition));
}

Result<Offset> EmbeddedStore::end(TopicPartition partition) const {
  auto kept = begin(partition);
  if (!kept) return kept;
  const std::string prefix = partition_key('r', partition);
  const auto it = impl_->seek(prefix, record_key(partition, kLastOffset));
  if (!it->status().ok()) return impl_->error(it->status());
  if (!it->Valid() || !it->key().starts_with(prefix)) return kept;
  const Offset base = take_offset(view(it->key()).substr(prefix.size()));
  auto last = end_of_batch(view(it->value()), base);
  if (!last) return impl_->in_partition(std::move(last.error()), partition, base);
  return std::max(*last, *kept);
}

Result<Offset> EmbeddedStore::position(TopicPartition partition) const {
  return impl_->offset_at(partition_key('p', partition));
}

Result<std::string> EmbeddedStore::fact(std::string_view name) const {
  auto value = impl_->get(fact_key(name));
  if (!value) return std::move(value.error());
  if (!*value) return Error{ErrorKind::NotFound, impl_->directory + " has no fact " + std::string(name)};
  return std::move(**value);
}

Result<void> EmbeddedStore::set_fact(std::string_view name, std::string_view value) {
  auto kept = impl_->get(fact_key(name));
  if (!kept) return std::move(kept.error());
  if (*kept && **kept == value) return {};
  if (*kept)
    return Error{ErrorKind::Conflict, impl_->directory + ": " + std::string(name) + " is " + **kept + " for ever"};
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status status = impl_->db->Put(options, fact_key(name), slice(value));
  if (!status.ok()) return impl_->error(status);
  return {};
}

Result<void> EmbeddedStore::drop_before(TopicPartition partition, Offset offset) {
  auto kept = begin(partition);
  if (!kept) return std::move(kept.error());
  auto last = end(partition);
  if (!last) return std::move(last.error());
  offset = std::min(offset, *last);
  if (offset <= *kept) return {};
  // The batch that holds `offset` stays whole.
  const std::string prefix = partition_key('r', partition);
  std::string to = record_key(partition, offset);
  {
    const auto it = impl_->seek(prefix, to);
    if (!it->status().ok()) return impl_->error(it->status());
    if (offset < *last && it->Valid() && it->key().starts_with(prefix)) to = it->key().ToString();
  }
  const std::string from = record_key(partition, 0);
  rocksdb::WriteBatch writes;
  rocksdb::Status status = writes.DeleteRange(from, to);
  if (status.ok()) status = writes.Put(partition_key('b', partition), offset_value(offset));
  rocksdb::WriteOptions synced;
  synced.sync = true;
  if (status.ok()) status = impl_->db->Write(synced, &writes);
  if (!status.ok()) return impl_->error(status);
  return impl_->reclaim(from, to);
}

}  // namespace earshot
