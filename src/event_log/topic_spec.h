// The topics that an engine is opened with. A topic is known to the log by its place in the list.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "earshot/event_log.h"

namespace earshot {

struct TopicSpec {
  std::string name;
  std::uint16_t partitions = 1;
};

// Keeps name and partition count of each topic as facts of the log, and refuses a list that contradicts them: the
// partition of a key is a function of the count, so another count would put a customer's next event where none of the
// earlier ones are. Topics may be added at the end. Engines call it when they open.
Result<void> check_topics(EventLog& log, const std::vector<TopicSpec>& topics);

// The list as check_topics has kept it.
using Fact = std::function<Result<std::string>(std::string_view name)>;
Result<std::vector<TopicSpec>> read_topics(const Fact& fact);

// True when `partition` is one of them.
bool has_partition(const std::vector<TopicSpec>& topics, TopicPartition partition);

// NotFound, for the ones that are none of them.
Error no_partition(TopicPartition partition);

}  // namespace earshot
