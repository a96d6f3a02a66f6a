#include "event_log/memory.h"

#include <algorithm>
#include <utility>

#include "earshot/check.h"
#include "event_log/position.h"

namespace earshot {

namespace {

template <class Entries>
auto first_at_or_after(const Entries& entries, Offset offset) {
  return std::lower_bound(entries.begin(), entries.end(), offset,
                          [](const auto& entry, Offset wanted) { return entry.offset < wanted; });
}

}  // namespace

std::size_t MemoryDisk::records() const {
  const std::lock_guard lock(mutex_);
  std::size_t sum = 0;
  for (const auto& [_, partition] : partitions_) sum += partition.entries.size();
  return sum;
}

MemoryLog::MemoryLog(MemoryDisk& disk, StateStore& state, Settings settings)
    : disk_(disk), state_(state), settings_(std::move(settings)) {
  const std::lock_guard lock(disk_.mutex_);
  for (std::size_t topic = 0; topic < settings_.topics.size(); ++topic) {
    for (std::uint16_t number = 0; number < settings_.topics[topic].partitions; ++number) {
      const TopicPartition name{static_cast<std::uint8_t>(topic), number};
      pending_[name].next = disk_.partitions_[name].next;
    }
  }
}

Result<std::unique_ptr<MemoryLog>> MemoryLog::open(MemoryDisk& disk, StateStore& state, Settings settings) {
  std::unique_ptr<MemoryLog> log(new MemoryLog(disk, state, std::move(settings)));
  if (auto checked = check_topics(*log, log->settings_.topics); !checked) return std::move(checked.error());
  return log;
}

MemoryLog::Pending& MemoryLog::pending(TopicPartition partition) {
  const auto found = pending_.find(partition);
  EARSHOT_CHECK(found != pending_.end(), "the log was opened without this partition");
  return found->second;
}

Result<Restored> MemoryLog::restore(TopicPartition input) {
  if (!has_partition(settings_.topics, input)) return no_partition(input);
  Offset log_next = 0;
  {
    const std::lock_guard lock(disk_.mutex_);
    const auto found = disk_.positions_.find(input);
    if (found != disk_.positions_.end()) log_next = found->second;
  }
  return restored(input, log_next, state_);
}

Result<std::span<const StoredRecord>> MemoryLog::poll(TopicPartition partition, Offset from, std::size_t records_max) {
  if (dead_) return Error{ErrorKind::Unavailable, "the event log is closed"};
  Pending& open = pending(partition);
  open.view.clear();
  const auto add = [&](const Entry& entry) {
    open.view.push_back({entry.offset, entry.record.time, entry.record.key, entry.record.value});
  };
  // The views stay valid after the lock is gone: a deque does not move its elements, and only this thread removes any.
  const std::lock_guard lock(disk_.mutex_);
  const auto& written = disk_.partitions_[partition].entries;
  for (auto it = first_at_or_after(written, from); it != written.end() && open.view.size() < records_max; ++it)
    add(*it);
  if (settings_.polls_see_uncommitted) {
    auto it = first_at_or_after(open.entries, from);
    for (; it != open.entries.end() && open.view.size() < records_max; ++it) add(*it);
  }
  return std::span<const StoredRecord>(open.view);
}

void MemoryLog::emit(TopicPartition partition, Record record) {
  if (dead_) return;
  Pending& open = pending(partition);
  open.entries.push_back({open.next++, std::move(record)});
  ++open.in_open_batch;
}

void MemoryLog::commit(Commit commit) {
  if (dead_) return;
  Job job{{}, std::move(commit)};
  for (auto& [name, open] : pending_) {
    if (open.in_open_batch == 0) continue;
    job.records[name] = std::exchange(open.in_open_batch, 0);
    if (settings_.gaps) ++open.next;
  }
  waiting_.push_back(std::move(job));
  while (waiting_.size() > settings_.commits_waiting_max && write_one()) continue;
}

bool MemoryLog::write_one() {
  if (dead_ || waiting_.empty()) return false;
  Job job = std::move(waiting_.front());
  waiting_.pop_front();
  write(std::move(job));
  return true;
}

bool MemoryLog::survives(CommitPoint point) {
  if (settings_.at && !settings_.at(point)) {
    dead_ = true;
    waiting_.clear();
  }
  return !dead_;
}

void MemoryLog::write(Job job) {
  Result<void> result;
  if (!failed_) {
    if (!survives(CommitPoint::before_log)) return;
    write_log(job);
    if (!survives(CommitPoint::after_log)) return;
    std::vector<StateWrite> batch = std::move(job.commit.state);
    add_positions(batch, job.commit.positions);
    if (!survives(CommitPoint::before_state)) return;
    if (auto written = state_.write(batch); !written) failed_ = std::move(written.error());
    if (!survives(CommitPoint::after_state)) return;
  }
  if (failed_) result = *failed_;
  if (job.commit.done) job.commit.done(result);
}

void MemoryLog::write_log(const Job& job) {
  const std::lock_guard lock(disk_.mutex_);
  for (const auto& [name, records] : job.records) {
    Pending& open = pending(name);
    MemoryDisk::Partition& written = disk_.partitions_[name];
    for (std::size_t i = 0; i < records; ++i) {
      written.next = open.entries.front().offset + 1;
      written.entries.push_back(std::move(open.entries.front()));
      open.entries.pop_front();
    }
    if (settings_.gaps) ++written.next;
  }
  for (const Position& position : job.commit.positions) {
    Offset& next = disk_.positions_[position.input];
    next = std::max(next, position.next);
  }
}

Result<std::string> MemoryLog::fact(std::string_view name) const {
  const std::lock_guard lock(disk_.mutex_);
  const auto found = disk_.facts_.find(name);
  if (found == disk_.facts_.end()) return Error{ErrorKind::NotFound, "the event log has no fact " + std::string(name)};
  return found->second;
}

Result<void> MemoryLog::set_fact(std::string_view name, std::string_view value) {
  const std::lock_guard lock(disk_.mutex_);
  const auto [kept, added] = disk_.facts_.emplace(name, value);
  if (!added && kept->second != value) {
    return Error{ErrorKind::Conflict, "the event log's " + std::string(name) + " is " + kept->second + " for ever"};
  }
  return {};
}

// Copies what it visits, so that a visitor may read the log itself and writers need not wait for it.
Result<void> MemoryLog::read(TopicPartition partition, Offset from, std::size_t records_max, const Visit& visit) const {
  if (!has_partition(settings_.topics, partition)) return no_partition(partition);
  std::vector<Entry> found;
  {
    const std::lock_guard lock(disk_.mutex_);
    const auto& entries = disk_.partitions_[partition].entries;
    for (auto it = first_at_or_after(entries, from); it != entries.end() && found.size() < records_max; ++it) {
      found.push_back(*it);
    }
  }
  for (const Entry& entry : found) {
    if (!visit({entry.offset, entry.record.time, entry.record.key, entry.record.value})) break;
  }
  return {};
}

Result<Offset> MemoryLog::begin(TopicPartition partition) const {
  if (!has_partition(settings_.topics, partition)) return no_partition(partition);
  const std::lock_guard lock(disk_.mutex_);
  return disk_.partitions_[partition].begin;
}

Result<Offset> MemoryLog::end(TopicPartition partition) const {
  if (!has_partition(settings_.topics, partition)) return no_partition(partition);
  const std::lock_guard lock(disk_.mutex_);
  return disk_.partitions_[partition].next;
}

Result<void> MemoryLog::drop_before(TopicPartition partition, Offset offset) {
  if (!has_partition(settings_.topics, partition)) return no_partition(partition);
  const std::lock_guard lock(disk_.mutex_);
  MemoryDisk::Partition& written = disk_.partitions_[partition];
  written.begin = std::max(written.begin, std::min(offset, written.next));
  while (!written.entries.empty() && written.entries.front().offset < written.begin) written.entries.pop_front();
  return {};
}

}  // namespace earshot
