#include "event_log/position.h"

#include <charconv>
#include <utility>

namespace earshot {

std::string position_key(TopicPartition input) {
  return std::string(kPositionPrefix) + std::to_string(input.topic) + "/" + std::to_string(input.partition);
}

Result<Offset> position_in_state(const StateStore& state, TopicPartition input) {
  auto value = state.get(position_key(input));
  if (!value) return std::move(value.error()).in("position in the state");
  if (!*value) return Offset{0};
  const std::string& text = **value;
  Offset next = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), next);
  if (failed != std::errc{} || end != text.data() + text.size() || next < 0) {
    return Error{ErrorKind::Corrupt, "the state's " + position_key(input) + " is not a position"};
  }
  return next;
}

void add_positions(std::vector<StateWrite>& batch, const std::vector<Position>& positions) {
  for (const Position& position : positions)
    batch.push_back({position_key(position.input), std::to_string(position.next)});
}

Result<Restored> restored(TopicPartition input, Offset log_next, const StateStore& state) {
  auto state_next = position_in_state(state, input);
  if (!state_next) return std::move(state_next.error());
  if (*state_next > log_next) {
    return Error{ErrorKind::Corrupt, "the state is ahead of the event log (" + position_key(input) + " is " +
                                         std::to_string(*state_next) + ", the log has " + std::to_string(log_next) +
                                         "), so it belongs to another log; move it aside and it is rebuilt"};
  }
  return Restored{log_next, *state_next};
}

}  // namespace earshot
