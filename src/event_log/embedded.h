// The event log of one process on one machine, with nothing to install or start: a directory.
//
//     caller's thread                 committer's thread
//     emit ─► tail ─► commit ─queue─► log: records + positions, one synced write for all commits that wait
//     poll ◄──┘ (newest in memory,      ─► shown to readers
//                older from disk)       ─► state: values + positions, one batch
//                                       ─► done
//
// While one write is on its way to disk the caller fills the next, so batches grow with the load and a slow disk costs
// delay, not speed. Polls see what was emitted at once. Records leave memory when they are committed and were passed by
// poll; a partition nobody polls keeps nothing.
//
// After an error (disk full, I/O) the commits under way and all later ones are done with that error, nothing more is
// written, and what was acknowledged is there when the log is opened again. The outcome of the failing commit is open.
//
// The destructor first writes what was handed over; an open batch is lost. The state store must live longer.
//
// Threads: as EventLog says; drop_before from any. `done` is called on the committer's thread and must not call the
// log.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "earshot/event_log.h"
#include "event_log/commit_point.h"
#include "event_log/embedded_store.h"
#include "event_log/tail.h"
#include "event_log/topic_spec.h"

namespace earshot {

class EmbeddedLog : public EventLog {
 public:
  struct Settings {
    std::vector<TopicSpec> topics{};
    std::size_t commits_under_way_max = 4;
    std::size_t tail_bytes_max = std::size_t{64} << 20;  // of committed records that were not polled yet
    EmbeddedStore::Settings store{};
    CommitHook at{};
  };

  static Result<std::unique_ptr<EmbeddedLog>> open(const std::filesystem::path& directory, StateStore& state,
                                                   Settings settings);
  ~EmbeddedLog() override;

  Result<Restored> restore(TopicPartition input) override;
  Result<std::span<const StoredRecord>> poll(TopicPartition partition, Offset from, std::size_t records_max) override;
  void emit(TopicPartition partition, Record record) override;
  void commit(Commit commit) override;
  bool idle() const override { return under_way_.load(std::memory_order_acquire) == 0; }
  Result<std::string> fact(std::string_view name) const override;
  Result<void> set_fact(std::string_view name, std::string_view value) override;

  Result<void> read(TopicPartition partition, Offset from, std::size_t records_max, const Visit& visit) const override;
  Result<Offset> begin(TopicPartition partition) const override;
  Result<Offset> end(TopicPartition partition) const override;

  // Forgets the records below `offset` and gives space back, which may take a while.
  Result<void> drop_before(TopicPartition partition, Offset offset);

  bool is_dead() const { return dead_.load(); }  // of the hook `at`; any thread

  // Bytes of records held in memory. The caller's thread.
  std::size_t tail_bytes() const;

 private:
  struct Backlog {  // what poll read from disk, for polls behind the tail
    std::vector<DecodedBatch> batches;
    std::vector<StoredRecord> records;
  };
  struct Partition {
    explicit Partition(Offset from, Offset to) : tail(to), begin(from), end(to) {}
    Tail tail;
    Backlog backlog;
    std::vector<StoredRecord> view;
    std::atomic<Offset> begin;
    std::atomic<Offset> end;  // of what readers may see
  };
  struct Job {
    std::vector<EmbeddedStore::Piece> pieces;
    Commit commit;
  };

  EmbeddedLog(std::unique_ptr<EmbeddedStore> store, StateStore& state, Settings settings);

  Result<void> load();
  Partition& at(TopicPartition partition);
  const Partition* find(TopicPartition partition) const;
  Result<void> fill(TopicPartition name, Partition& partition, Offset from, std::size_t records_max);
  void trim_tails();

  void run();
  std::vector<Job> take_jobs();
  void write(std::vector<Job> jobs);
  Result<void> write_log(const std::vector<Job>& jobs);
  Result<void> write_state(std::vector<Job>& jobs);
  bool survives(CommitPoint point);
  void finish(std::size_t jobs);

  StateStore& state_;
  Settings settings_;
  std::unique_ptr<EmbeddedStore> store_;
  std::vector<std::vector<std::unique_ptr<Partition>>> partitions_;  // by topic
  std::uint64_t commits_ = 0;                                        // handed over; the caller's thread

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Job> queue_;
  bool closing_ = false;
  std::atomic<std::size_t> under_way_{0};
  std::atomic<std::uint64_t> written_{0};  // commits whose records are on disk
  std::atomic<bool> dead_{false};

  std::map<TopicPartition, Offset> positions_;  // in the log; the committer's, like the error that stopped it
  std::optional<Error> failed_;
  std::thread committer_;
};

// The same log for commands that look while no other process runs. Unavailable while one does. Any thread.
class EmbeddedReader : public LogReader {
 public:
  // `beside`: also while another process has the log; it shows what was durable at the opening.
  static Result<std::unique_ptr<EmbeddedReader>> open(const std::filesystem::path& directory, bool beside = false);

  Result<void> read(TopicPartition partition, Offset from, std::size_t records_max, const Visit& visit) const override;
  Result<Offset> begin(TopicPartition partition) const override;
  Result<Offset> end(TopicPartition partition) const override;

  Result<std::string> fact(std::string_view name) const { return store_->fact(name); }
  Result<Offset> position(TopicPartition input) const { return store_->position(input); }
  const std::vector<TopicSpec>& topics() const { return topics_; }  // as the log was created with

 private:
  explicit EmbeddedReader(std::unique_ptr<EmbeddedStore> store) : store_(std::move(store)) {}

  std::unique_ptr<EmbeddedStore> store_;
  std::vector<TopicSpec> topics_;
};

}  // namespace earshot
