#include "event_log/embedded.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include <pthread.h>

#include "earshot/check.h"
#include "event_log/position.h"

namespace earshot {

namespace {

constexpr std::size_t kBacklogBytes = std::size_t{1} << 20;  // read from disk at once, at least one batch

}  // namespace

// ---- opening and closing ------------------------------------------------------------------------------------------

EmbeddedLog::EmbeddedLog(std::unique_ptr<EmbeddedStore> store, StateStore& state, Settings settings)
    : state_(state), settings_(std::move(settings)), store_(std::move(store)) {}

Result<std::unique_ptr<EmbeddedLog>> EmbeddedLog::open(const std::filesystem::path& directory, StateStore& state,
                                                       Settings settings) {
  auto store = EmbeddedStore::open(directory, settings.store, EmbeddedStore::Mode::read_write);
  if (!store) return std::move(store.error());
  std::unique_ptr<EmbeddedLog> log(new EmbeddedLog(std::move(*store), state, std::move(settings)));
  if (auto checked = check_topics(*log, log->settings_.topics); !checked) return std::move(checked.error());
  if (auto loaded = log->load(); !loaded) return std::move(loaded.error());
  log->committer_ = std::thread([engine = log.get()] { engine->run(); });
  pthread_setname_np(log->committer_.native_handle(), "committer");
  return log;
}

Result<void> EmbeddedLog::load() {
  for (std::size_t topic = 0; topic < settings_.topics.size(); ++topic) {
    auto& partitions = partitions_.emplace_back();
    for (std::uint16_t number = 0; number < settings_.topics[topic].partitions; ++number) {
      const TopicPartition name{static_cast<std::uint8_t>(topic), number};
      auto begin = store_->begin(name);
      if (!begin) return std::move(begin.error());
      auto end = store_->end(name);
      if (!end) return std::move(end.error());
      auto position = store_->position(name);
      if (!position) return std::move(position.error());
      if (*position > *end) {
        return Error{ErrorKind::Corrupt,
                     "the event log ends at " + std::to_string(*end) + " where a task has already read up to " +
                         std::to_string(*position) + " (topic " + std::to_string(topic) + ", partition " +
                         std::to_string(number) + "): records are missing; restore it from a backup"};
      }
      positions_[name] = *position;
      partitions.push_back(std::make_unique<Partition>(*begin, *end));
    }
  }
  return {};
}

EmbeddedLog::~EmbeddedLog() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  if (committer_.joinable()) committer_.join();
}

EmbeddedLog::Partition& EmbeddedLog::at(TopicPartition partition) {
  EARSHOT_CHECK(has_partition(settings_.topics, partition), "the log was opened without this partition");
  return *partitions_[partition.topic][partition.partition];
}

const EmbeddedLog::Partition* EmbeddedLog::find(TopicPartition partition) const {
  if (!has_partition(settings_.topics, partition)) return nullptr;
  return partitions_[partition.topic][partition.partition].get();
}

// ---- the caller's thread ------------------------------------------------------------------------------------------

Result<Restored> EmbeddedLog::restore(TopicPartition input) {
  if (find(input) == nullptr) return no_partition(input);
  auto log_next = store_->position(input);
  if (!log_next) return std::move(log_next.error());
  return restored(input, *log_next, state_);
}

Result<std::span<const StoredRecord>> EmbeddedLog::poll(TopicPartition partition, Offset from,
                                                        std::size_t records_max) {
  if (dead_.load(std::memory_order_relaxed)) return Error{ErrorKind::Unavailable, "the event log is closed"};
  Partition& of = at(partition);
  of.tail.passed(from);
  of.tail.trim(written_.load(std::memory_order_acquire));
  of.view.clear();
  if (from < of.tail.first()) {
    if (auto filled = fill(partition, of, from, records_max); !filled) return std::move(filled.error());
    const auto& records = of.backlog.records;
    const auto first =
        std::lower_bound(records.begin(), records.end(), from,
                         [](const StoredRecord& record, Offset wanted) { return record.offset < wanted; });
    const auto count = std::min(records_max, static_cast<std::size_t>(records.end() - first));
    if (count > 0)
      return std::span<const StoredRecord>(records).subspan(static_cast<std::size_t>(first - records.begin()), count);
  }
  if (!of.backlog.records.empty()) of.backlog = {};
  of.tail.collect(from, records_max, of.view);
  return std::span<const StoredRecord>(of.view);
}

// Makes the backlog hold the first record at or after `from` that is on disk, if there is one.
Result<void> EmbeddedLog::fill(TopicPartition name, Partition& partition, Offset from, std::size_t records_max) {
  Backlog& backlog = partition.backlog;
  if (!backlog.records.empty() && backlog.records.front().offset <= from && from <= backlog.records.back().offset)
    return {};
  backlog = {};
  from = std::max(from, partition.begin.load(std::memory_order_acquire));
  std::size_t bytes = 0;
  return store_->batches(name, from, [&](DecodedBatch batch) {
    bytes += batch.body_bytes;
    for (const StoredRecord& record : batch.records) {
      if (record.offset >= from) backlog.records.push_back(record);
    }
    backlog.batches.push_back(std::move(batch));
    return bytes < kBacklogBytes && backlog.records.size() < records_max;
  });
}

void EmbeddedLog::emit(TopicPartition partition, Record record) {
  if (dead_.load(std::memory_order_relaxed)) return;
  at(partition).tail.add(record);
}

void EmbeddedLog::commit(Commit commit) {
  trim_tails();
  Job job{{}, std::move(commit)};
  ++commits_;
  for (std::size_t topic = 0; topic < partitions_.size(); ++topic) {
    for (std::size_t number = 0; number < partitions_[topic].size(); ++number) {
      const RecordBatch* batch = partitions_[topic][number]->tail.close(commits_);
      if (batch == nullptr) continue;
      job.pieces.push_back({{static_cast<std::uint8_t>(topic), static_cast<std::uint16_t>(number)}, batch});
    }
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return dead_ || under_way_ < settings_.commits_under_way_max; });
  if (dead_) return;
  queue_.push_back(std::move(job));
  ++under_way_;
  lock.unlock();
  changed_.notify_all();
}

void EmbeddedLog::trim_tails() {
  const std::uint64_t written = written_.load(std::memory_order_acquire);
  std::size_t bytes = 0;
  for (auto& topic : partitions_) {
    for (auto& partition : topic) {
      partition->tail.trim(written);
      bytes += partition->tail.bytes();
    }
  }
  if (bytes <= settings_.tail_bytes_max) return;
  for (auto& topic : partitions_) {
    for (auto& partition : topic) partition->tail.trim_all(written);
  }
}

std::size_t EmbeddedLog::tail_bytes() const {
  std::size_t bytes = 0;
  for (const auto& topic : partitions_) {
    for (const auto& partition : topic) bytes += partition->tail.bytes();
  }
  return bytes;
}

// ---- the committer's thread ---------------------------------------------------------------------------------------

void EmbeddedLog::run() {
  while (true) {
    std::vector<Job> jobs = take_jobs();
    if (jobs.empty()) return;
    const std::size_t count = jobs.size();
    write(std::move(jobs));
    if (dead_) {
      changed_.notify_all();
      return;
    }
    finish(count);
  }
}

std::vector<EmbeddedLog::Job> EmbeddedLog::take_jobs() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closing_ || !queue_.empty(); });
  return std::exchange(queue_, {});
}

void EmbeddedLog::finish(std::size_t jobs) {
  {
    const std::lock_guard lock(mutex_);
    under_way_ -= jobs;
  }
  changed_.notify_all();
}

bool EmbeddedLog::survives(CommitPoint point) {
  if (!settings_.at || settings_.at(point)) return true;
  const std::lock_guard lock(mutex_);
  dead_ = true;
  return false;
}

void EmbeddedLog::write(std::vector<Job> jobs) {
  if (!failed_) {
    if (!survives(CommitPoint::before_log)) return;
    if (auto written = write_log(jobs); !written) {
      failed_ = std::move(written.error()).in("the event log takes nothing more");
    } else {
      if (!survives(CommitPoint::after_log)) return;
      if (!survives(CommitPoint::before_state)) return;
      if (auto stated = write_state(jobs); !stated) {
        failed_ = std::move(stated.error()).in("the state takes nothing more");
      } else if (!survives(CommitPoint::after_state)) {
        return;
      }
    }
  }
  Result<void> result;
  if (failed_) result = *failed_;
  for (Job& job : jobs) {
    if (job.commit.done) job.commit.done(result);
  }
}

Result<void> EmbeddedLog::write_log(const std::vector<Job>& jobs) {
  std::vector<EmbeddedStore::Piece> pieces;
  std::map<TopicPartition, Offset> moved;
  for (const Job& job : jobs) {
    pieces.insert(pieces.end(), job.pieces.begin(), job.pieces.end());
    for (const Position& position : job.commit.positions) {
      Offset& next = positions_[position.input];
      if (position.next <= next) continue;  // positions in the log never move back
      next = position.next;
      moved[position.input] = next;
    }
  }
  std::vector<Position> positions;
  for (const auto& [input, next] : moved) positions.push_back({input, next});
  if (auto written = store_->append(pieces, positions); !written) return written;
  for (const EmbeddedStore::Piece& piece : pieces)
    at(piece.partition).end.store(piece.batch->end(), std::memory_order_release);
  written_.fetch_add(jobs.size(), std::memory_order_release);
  return {};
}

Result<void> EmbeddedLog::write_state(std::vector<Job>& jobs) {
  std::vector<StateWrite> batch = std::move(jobs.front().commit.state);
  add_positions(batch, jobs.front().commit.positions);
  for (std::size_t i = 1; i < jobs.size(); ++i) {
    auto& more = jobs[i].commit.state;
    batch.insert(batch.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    add_positions(batch, jobs[i].commit.positions);
  }
  return state_.write(batch);
}

// ---- any thread ---------------------------------------------------------------------------------------------------

Result<std::string> EmbeddedLog::fact(std::string_view name) const { return store_->fact(name); }

Result<void> EmbeddedLog::set_fact(std::string_view name, std::string_view value) {
  return store_->set_fact(name, value);
}

Result<void> EmbeddedLog::read(TopicPartition partition, Offset from, std::size_t records_max,
                               const Visit& visit) const {
  const Partition* of = find(partition);
  if (of == nullptr) return no_partition(partition);
  return store_->read(partition, from, of->end.load(std::memory_order_acquire), records_max, visit);
}

Result<Offset> EmbeddedLog::begin(TopicPartition partition) const {
  const Partition* of = find(partition);
  if (of == nullptr) return no_partition(partition);
  return of->begin.load(std::memory_order_acquire);
}

Result<Offset> EmbeddedLog::end(TopicPartition partition) const {
  const Partition* of = find(partition);
  if (of == nullptr) return no_partition(partition);
  return of->end.load(std::memory_order_acquire);
}

Result<void> EmbeddedLog::drop_before(TopicPartition partition, Offset offset) {
  if (find(partition) == nullptr) return no_partition(partition);
  auto dropped = store_->drop_before(partition, offset);
  auto begin = store_->begin(partition);
  if (begin) at(partition).begin.store(*begin, std::memory_order_release);
  return dropped;
}

// ---- reading only -------------------------------------------------------------------------------------------------

Result<std::unique_ptr<EmbeddedReader>> EmbeddedReader::open(const std::filesystem::path& directory, bool beside) {
  auto store =
      EmbeddedStore::open(directory, {}, beside ? EmbeddedStore::Mode::beside : EmbeddedStore::Mode::read_only);
  if (!store) return std::move(store.error());
  std::unique_ptr<EmbeddedReader> reader(new EmbeddedReader(std::move(*store)));
  auto topics = read_topics([&](std::string_view name) { return reader->fact(name); });
  if (!topics) return std::move(topics.error());
  reader->topics_ = std::move(*topics);
  return reader;
}

Result<void> EmbeddedReader::read(TopicPartition partition, Offset from, std::size_t records_max,
                                  const Visit& visit) const {
  if (!has_partition(topics_, partition)) return no_partition(partition);
  return store_->read(partition, from, std::numeric_limits<Offset>::max(), records_max, visit);
}

Result<Offset> EmbeddedReader::begin(TopicPartition partition) const {
  if (!has_partition(topics_, partition)) return no_partition(partition);
  return store_->begin(partition);
}

Result<Offset> EmbeddedReader::end(TopicPartition partition) const {
  if (!has_partition(topics_, partition)) return no_partition(partition);
  return store_->end(partition);
}

}  // namespace earshot
