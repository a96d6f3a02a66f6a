// The keys of a state that a test of the Kafka engine makes up: tasks of the first topic have values.
#pragma once

#include "event_log/kafka.h"

namespace earshot::test {

// Keys of the state are `partition/name`.
inline TaskKeys keys_of_test() {
  TaskKeys keys;
  keys.format = "t";
  keys.task_of = [](std::string_view key) { return TopicPartition{0, static_cast<std::uint16_t>(key[0] - '0')}; };
  keys.prefixes = [](TopicPartition task) {
    return task.topic == 0 ? std::vector{std::to_string(task.partition) + "/"} : std::vector<std::string>{};
  };
  return keys;
}

}  // namespace earshot::test
