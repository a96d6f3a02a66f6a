#include "event_log/topic_spec.h"

#include <utility>

namespace earshot {

Result<void> check_topics(EventLog& log, const std::vector<TopicSpec>& topics) {
  for (std::size_t i = 0; i < topics.size(); ++i) {
    const TopicSpec& topic = topics[i];
    const std::string name = "topic/" + std::to_string(i);
    const std::string wanted = topic.name + " " + std::to_string(topic.partitions);
    auto kept = log.fact(name);
    if (!kept && kept.error().kind == ErrorKind::NotFound) {
      if (auto set = log.set_fact(name, wanted); !set) return set;
      continue;
    }
    if (!kept) return std::move(kept.error()).in("topics of the event log");
    if (*kept == wanted) continue;
    return Error{ErrorKind::Invalid, "the event log has \"" + *kept + "\" (topic and partitions) where \"" + wanted +
                                         "\" was asked for; partitions are fixed when a log is created: go back to "
                                         "what it has, or import into a new data directory"};
  }
  return {};
}

bool has_partition(const std::vector<TopicSpec>& topics, TopicPartition partition) {
  return partition.topic < topics.size() && partition.partition < topics[partition.topic].partitions;
}

}  // namespace earshot
