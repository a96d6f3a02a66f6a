// The state of a task in the log, for whoever takes it over: each value that a commit changed is one record of a
// compacted topic, in the same transaction as the outputs; the position comes last.
//
//     <input>.changelog / partition of the task:   state key → value (no value: erased) …,
//                                                  !position/<topic>/<partition> → next
//
// Restoring reads the records behind the local copy, all tasks at once, up to the high watermark: the last stable
// offset may lie before committed records while a foreign transaction is open. A local copy that tombstones may have
// outlived is thrown away.
//
// A changelog that lost its first records (somebody deleted them) says nothing to a task without a local copy. Its
// state is folded from the input again, and written behind a mark; from then on whoever restores begins at the mark.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "event_log/kafka.h"
#include "event_log/kafka_client.h"

namespace earshot::kafka {

struct ChangelogTask {
  TopicPartition task;
  Place place;  // of its changelog
};

// Where the local copy of a task stands in its changelog, as it is kept in the state beside the position.
std::string changelog_key(TopicPartition task);
std::string changelog_value(Offset next, Timestamp now);

// A key of changelogs, not of the state.
inline constexpr std::string_view kWholeFromHere = "!whole";

// Brings the local copy of each task up to what was committed. Gives the tasks of which nothing is left but their
// input. `progress` hears of records.
Result<std::vector<TopicPartition>> restore_changelogs(const Properties& connection,
                                                       const std::vector<ChangelogTask>& tasks, StateStore& state,
                                                       const TaskKeys& keys,
                                                       const std::function<void(std::int64_t)>& progress);

// How far a task has come as its changelog says, read whole; 0 when it does not say.
Result<Offset> position_in_changelog(const Properties& connection, const ChangelogTask& task, const TaskKeys& keys);

}  // namespace earshot::kafka
