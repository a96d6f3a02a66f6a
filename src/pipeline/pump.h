// Moves the events: takes the next record of all partitions, folds it, hands outputs and state to the engine, fires
// timers.
//
//     append ──► log ──► task: intake ──► log ──► task: customer ──► log ──► task: desk ──► …
//                  ▲                                                                 │
//                  └── ticks, when a timer is due and everything before it was read ─┘
//
// One order for everything: the smallest recorded time first, then the topic furthest downstream, the partition, the
// offset; a tick comes after the records of its moment. An import, a live engine and a replay of either therefore
// agree, whatever the batches.
//
// Where processes share the log it folds the tasks that are this process's, and ticks wait until the others have folded
// what came before them.
//
// One thread owns a pump. What it folds becomes durable with the next commit.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "earshot/event_log.h"
#include "earshot/processor.h"
#include "pipeline/lookahead.h"
#include "pipeline/task.h"
#include "pipeline/value_cache.h"

namespace earshot {

// Makes one processor for one partition.
using MakeProcessor = std::function<std::unique_ptr<Processor>()>;

class Pump {
 public:
  struct Settings {
    int partitions = 4;
    std::size_t cache_bytes = std::size_t{192} << 20;
  };

  // Restores every task and folds what state is behind by, with outputs suppressed. `progress` (may be empty) hears of
  // it.
  static Result<std::unique_ptr<Pump>> start(EventLog& log, StateStore& store,
                                             const std::vector<MakeProcessor>& processors, Settings settings,
                                             const std::function<void(std::int64_t records)>& progress = {});

  // Adds an event from outside; `event.recorded` is its time in the log.
  void append(Topic topic, std::string key, Event event);

  // Tasks are to move between processes: commit, wait until it is done, and share until it says true.
  Result<bool> must_share() { return log_.must_share(); }
  Result<bool> share();

  // Adds a control event to every partition of every input topic.
  void append_everywhere(const Event& event);

  // Something may have come into the log since its end was reached: what was committed, or what other processes wrote.
  void look_again();

  // Folds everything in the log, and fires what is due before `time`, in the one order.
  Result<void> run_before(Timestamp time);

  // The same, but no further than `records` folded and appended since the last commit; whether it came to the end. What
  // others wrote while this process was away may be more than fits one commit.
  Result<bool> run_some(Timestamp time, std::size_t records);

  // Hands what was folded and appended to the engine. `done` is called once, on a thread of the engine.
  void commit(std::function<void(const Result<void>&)> done);

  // Sees what processors publish and measure from now on, on the pump's thread. For telemetry.
  using Observe = std::function<void(std::string_view processor, const Event& event)>;
  void observe(Observe observe) { observe_ = std::move(observe); }

  // Records folded and appended since the last commit.
  std::size_t uncommitted() const { return uncommitted_; }

  // The log's now: the largest time folded or appended.
  Timestamp now() const { return now_; }
  std::optional<Timestamp> next_due() const;

  // The task that folds a record key of a topic, and any one that reads the topic; nullptr when there is none here. For
  // a look at their values on the pump's thread.
  Task* task_of(Topic topic, std::string_view key);
  Task* any_task_of(Topic topic);
  TopicPartition partition_of(Topic topic, std::string_view key) const;

  // How far every task has come, as of the last commit.
  std::vector<Position> positions() const;

  struct Stage {
    std::string name;
    Task::Counters counters;
    Timestamp newest{};  // recorded time of the newest record it has folded
  };
  std::vector<Stage> stages() const;  // sums over the partitions, by processor

 private:
  // An event that was encoded a moment ago, so that the one who reads it next need not decode it.
  struct Known {
    std::uint64_t bytes_hash = 0;
    Event event;
  };

  // One task and where it stands in its input.
  struct Lane {
    std::unique_ptr<Task> task;
    Offset next = 0;
    Offset committed = 0;
    std::span<const StoredRecord> ahead;  // polled, not yet folded
    bool may_have_more = true;
    bool tick_is_ahead = false;  // emitted, not yet folded: it may stand behind other records, and one is enough
    std::deque<Known> known{};   // of what this pump has emitted to it, in order
    Lookahead lookahead{};
  };

  Pump(EventLog& log, StateStore& store, const std::vector<MakeProcessor>& processors, Settings settings);
  Result<void> take_tasks(const std::function<void(std::int64_t)>& progress);
  void drop_tasks();
  static void add(Stage& stage, const Task& task);
  Result<void> restore(Lane& lane, const std::function<void(std::int64_t)>& progress);
  Result<void> refill(Lane& lane);
  void look_ahead(Lane& lane, std::size_t records);  // to the record that many behind its next one
  Result<Lane*> next_lane();                         // with the record that comes first; nullptr when all are folded
  Lane* next_timer(Timestamp before);                // with the timer that comes first; nullptr when none is due
  void tick(Lane& lane);
  void fold(Lane& lane);
  Lane* lane_of(TopicPartition input);
  void emit(TopicPartition partition, Record record);
  void emit(TopicPartition partition, std::string key, Event event);

  EventLog& log_;
  StateStore& store_;
  std::vector<MakeProcessor> processors_;
  Settings settings_;
  ValueCache values_;
  std::vector<Lane> lanes_;           // furthest downstream first, then by partition
  std::vector<Lane*> lane_by_input_;  // topic × partition; nullptr where nobody reads
  std::vector<Stage> gone_;           // one for each processor: what tasks have done that are another process's now
  Observe observe_;
  Timestamp now_{};
  Timestamp unseen_ = kNever;  // time of the oldest event that was emitted to a task and that polls do not show yet
  std::size_t uncommitted_ = 0;
  std::uint64_t commits_ = 0;
};

}  // namespace earshot
