#include "event_log/topic_spec.h"

#include <charconv>
#include <utility>

namespace earshot {

namespace {

std::string fact_name(std::size_t topic) { return "topic/" + std::to_string(topic); }

}  // namespace

Result<void> check_topics(EventLog& log, const std::vector<TopicSpec>& topics) {
  for (std::size_t i = 0; i < topics.size(); ++i) {
    const TopicSpec& topic = topics[i];
    const std::string name = fact_name(i);
    const std::string wanted = topic.name + " " + std::to_string(topic.partitions);
    auto kept = log.fact(name);
    if (!kept && kept.error().kind == ErrorKind::NotFound) {
      if (auto set = log.set_fact(name, wanted); !set) return set;
      continue;
    }
    if (!kept) return std::move(kept.error()).in("topics of the event log");
    if (*kept == wanted) continue;
    return Error{ErrorKind::Conflict, "the event log has \"" + *kept + "\" (topic and partitions) where \"" + wanted +
                                          "\" was asked for; partitions are fixed when a log is created: go back to "
                                          "what it has, or import into a new data directory"};
  }
  return {};
}

Result<std::vector<TopicSpec>> read_topics(const Fact& fact) {
  std::vector<TopicSpec> topics;
  while (true) {
    auto kept = fact(fact_name(topics.size()));
    if (!kept && kept.error().kind == ErrorKind::NotFound) return topics;
    if (!kept) return std::move(kept.error()).in("topics of the event log");
    const std::size_t space = kept->rfind(' ');
    TopicSpec topic{kept->substr(0, space), 0};
    const char* const end = kept->data() + kept->size();
    if (space == std::string::npos || std::from_chars(kept->data() + space + 1, end, topic.partitions).ptr != end) {
      return Error{ErrorKind::Corrupt,
                   "topic " + std::to_string(topics.size()) + " of the event log is not a name and a number"};
    }
    topics.push_back(std::move(topic));
  }
}

bool has_partition(const std::vector<TopicSpec>& topics, TopicPartition partition) {
  return partition.topic < topics.size() && partition.partition < topics[partition.topic].partitions;
}

Error no_partition(TopicPartition partition) {
  return Error{ErrorKind::NotFound, "the event log has no partition " + std::to_string(partition.topic) + "/" +
                                        std::to_string(partition.partition)};
}

}  // namespace earshot
