// An engine: the event log, and the one rule by which log and state stay together.
//
//     emit ──► open batch ──commit──► log (records + positions, synced) ──► state (values + positions) ──► done
//                  │                        the only commit point              may be behind, never ahead
//                  └──► poll may already see it
//
// Outputs and positions are committed to the log first; state follows in one batch with its positions. After a crash
// state is at most behind: `restore` says where both are, and the caller folds the difference again with its outputs
// suppressed. Engines differ in when poll sees what was emitted: at once where this process is the only writer (memory,
// embedded), after the commit otherwise. Callers must not depend on either.
//
// The log knows bytes, not events. One thread calls restore, poll, emit and commit; the others may read.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/result.h"
#include "earshot/state_store.h"
#include "earshot/time.h"

namespace earshot {

using Offset = std::int64_t;  // of a record in its partition, from 0; there may be gaps

struct TopicPartition {
  std::uint8_t topic = 0;  // the position in the list of topics that the engine was opened with
  std::uint16_t partition = 0;
  auto operator<=>(const TopicPartition&) const = default;
};

struct Record {
  Timestamp time{};  // when it was appended, by the log's clock
  std::string key;
  std::string value;
};

struct StoredRecord {
  Offset offset = 0;
  Timestamp time{};
  std::string_view key;
  std::string_view value;
};

// How far a task has come. A task is one partition of one processor's input topic, so the input names it.
struct Position {
  TopicPartition input;
  Offset next = 0;  // of the first record not yet folded
};

struct Restored {
  Offset log_next = 0;    // outputs of records before this one are in the log
  Offset state_next = 0;  // and values of records before this one are in the state; never larger than log_next
};

struct Commit {
  std::vector<Position> positions;  // of the tasks that moved; a position below the log's own moves only the state's
  std::vector<StateWrite> state;    // the newest value of each key that changed
  // Called exactly once, on a thread of the engine or before commit returns, when records, positions and state are
  // written; or with the error after which the engine takes nothing more.
  std::function<void(const Result<void>&)> done;
};

// Committed records, for those who only look: queries, sinks, replay. Any thread.
class LogReader {
 public:
  virtual ~LogReader() = default;

  // Up to `records_max` records from `from` on, oldest first; `visit` returns false to stop. The views are valid during
  // the call.
  using Visit = std::function<bool(const StoredRecord&)>;
  virtual Result<void> read(TopicPartition partition, Offset from, std::size_t records_max,
                            const Visit& visit) const = 0;

  // The first offset still kept, and the offset the next committed record will have at the earliest.
  virtual Result<Offset> begin(TopicPartition partition) const = 0;
  virtual Result<Offset> end(TopicPartition partition) const = 0;
};

class EventLog : public LogReader {
 public:
  // Where a task goes on. Call it for each task once, before the first poll.
  virtual Result<Restored> restore(TopicPartition input) = 0;

  // Records at `from` and after, at most `records_max`, possibly none. The views are valid until the next poll of this
  // partition or the next commit.
  virtual Result<std::span<const StoredRecord>> poll(TopicPartition partition, Offset from,
                                                     std::size_t records_max) = 0;

  // Adds a record to the open batch. It is durable when the commit that follows is done.
  virtual void emit(TopicPartition partition, Record record) = 0;

  // Closes the open batch and hands it over; waits only while too many commits are under way.
  virtual void commit(Commit commit) = 0;

  // True when a commit would be taken up at once: the moment to hand over what has gathered.
  virtual bool idle() const = 0;

  // Processes may share a log: each folds some of the tasks, and tasks move when a process comes or goes. They do so
  // only in `share`, so that nothing moves under the hands of who folds:
  //
  //     must_share says true ─► commit, and wait until it is done ─► share until it says true ─► restore the new tasks
  //
  // An error is for good: what was this process's may be another's now. A log that one process has to itself is never
  // shared.
  virtual Result<bool> must_share() { return false; }
  virtual Result<bool> share() { return true; }
  virtual bool owns(TopicPartition /*input*/) const { return true; }  // whether the task is this process's; any thread

  // Where this process answers, for others who want to know what a task that is its own keeps; empty while nobody has
  // said it. Any thread.
  virtual void announce(std::string /*address*/) {}
  virtual Result<std::string> address_of(TopicPartition /*input*/) const { return std::string(); }

  // What was recorded longer ago than this has been folded, here or by others, and all that followed from it too.
  virtual Millis behind() const { return Millis{0}; }

  // A stable fact about the log itself (format, partition counts): set once, kept for ever.
  virtual Result<std::string> fact(std::string_view name) const = 0;  // NotFound if it was never set
  virtual Result<void> set_fact(std::string_view name, std::string_view value) = 0;
};

// Where a position is kept inside the state store, beside the values; left out of digests.
inline constexpr std::string_view kPositionPrefix = "!position/";

}  // namespace earshot
