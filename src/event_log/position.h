// How far a task has come, as it is kept beside the values in the state store: `!position/<topic>/<partition>`,
// decimal. The same in every engine, so that a state directory can be read without knowing which engine wrote it.
#pragma once

#include <string>
#include <vector>

#include "earshot/event_log.h"

namespace earshot {

std::string position_key(TopicPartition input);

// 0 for a task that the state does not know yet.
Result<Offset> position_in_state(const StateStore& state, TopicPartition input);

void add_positions(std::vector<StateWrite>& batch, const std::vector<Position>& positions);

// Where the task goes on, or Corrupt: state that is ahead of its log was written from another one.
Result<Restored> restored(TopicPartition input, Offset log_next, const StateStore& state);

}  // namespace earshot
