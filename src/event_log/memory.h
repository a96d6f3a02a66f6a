// The event log in memory: for tests, simulations and what-if runs. Deterministic: it has no thread of its own.
//
// What is committed lives in a MemoryDisk that outlives the engine, so a test can let an engine die at a named point of
// a commit, open another one on the same disk and look at what is there. It can also show what other engines do and
// this one need not: polls that see only committed records, gaps between offsets, commits that are done later.
//
// Threads: as EventLog says. `done` is called on the thread that calls commit or write_one.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "earshot/event_log.h"
#include "event_log/commit_point.h"
#include "event_log/topic_spec.h"

namespace earshot {

class MemoryDisk {
 public:
  std::size_t records() const;

 private:
  friend class MemoryLog;

  struct Entry {
    Offset offset = 0;
    Record record;
  };
  struct Partition {
    Offset begin = 0;
    Offset next = 0;
    std::deque<Entry> entries;
  };

  mutable std::mutex mutex_;
  std::map<TopicPartition, Partition> partitions_;
  std::map<TopicPartition, Offset> positions_;
  std::map<std::string, std::string, std::less<>> facts_;
};

class MemoryLog : public EventLog {
 public:
  struct Settings {
    std::vector<TopicSpec> topics{};
    bool polls_see_uncommitted = true;
    bool gaps = false;                    // every commit leaves a gap in each partition it touches, as Kafka's do
    std::size_t commits_waiting_max = 0;  // commits that write_one has not written yet; 0: commit writes at once
    CommitHook at{};
  };

  static Result<std::unique_ptr<MemoryLog>> open(MemoryDisk& disk, StateStore& state, Settings settings);

  Result<Restored> restore(TopicPartition input) override;
  Result<std::span<const StoredRecord>> poll(TopicPartition partition, Offset from, std::size_t records_max) override;
  void emit(TopicPartition partition, Record record) override;
  void commit(Commit commit) override;
  bool idle() const override { return waiting_.empty(); }
  Result<std::string> fact(std::string_view name) const override;
  Result<void> set_fact(std::string_view name, std::string_view value) override;

  Result<void> read(TopicPartition partition, Offset from, std::size_t records_max, const Visit& visit) const override;
  Result<Offset> begin(TopicPartition partition) const override;
  Result<Offset> end(TopicPartition partition) const override;

  // Writes the oldest commit that waits; false if there is none. Ends the views that poll gave, as commit does.
  bool write_one();

  // Forgets the records below `offset`.
  Result<void> drop_before(TopicPartition partition, Offset offset);

  bool is_dead() const { return dead_; }

 private:
  using Entry = MemoryDisk::Entry;

  struct Pending {  // of one partition
    Offset next = 0;
    std::deque<Entry> entries;  // emitted and not yet written, oldest first
    std::size_t in_open_batch = 0;
    std::vector<StoredRecord> view;
  };
  struct Job {
    std::map<TopicPartition, std::size_t> records;  // how many of each partition's entries belong to it
    Commit commit;
  };

  MemoryLog(MemoryDisk& disk, StateStore& state, Settings settings);

  Pending& pending(TopicPartition partition);
  bool survives(CommitPoint point);
  void write(Job job);
  void write_log(const Job& job);

  MemoryDisk& disk_;
  StateStore& state_;
  Settings settings_;
  std::map<TopicPartition, Pending> pending_;
  std::deque<Job> waiting_;
  std::optional<Error> failed_;
  bool dead_ = false;
};

}  // namespace earshot
