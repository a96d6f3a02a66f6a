// The topics of an application in a Kafka cluster: what they must be, what is there, and making what is missing.
//
//     <prefix><topic>                 records; inputs are kept without limit, because state is a cache of them
//     <prefix><input>.state-<format>  the changelog, compacted: the newest value of each key of the state, by the
//                                     partition of its task
//     <prefix>earshot.facts           the first record of a key is the fact
//     <prefix>earshot.owners          which process has which tasks, and where it answers (kafka_owners.h)
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "event_log/topic_spec.h"

namespace earshot {

struct KafkaConnection {
  std::string bootstrap;                                        // host:port, several with commas between
  std::vector<std::pair<std::string, std::string>> security{};  // by the names that librdkafka gives them
};

struct KafkaTopic {
  std::string name;
  int partitions = 1;
  bool compacted = false;
};

inline constexpr const char* kFactsTopic = "earshot.facts";
inline constexpr const char* kOwnersTopic = "earshot.owners";

struct KafkaTopicNames {
  std::string prefix{};
  std::vector<std::uint8_t> inputs{};     // places in the list of topics
  std::vector<std::uint8_t> compacted{};  // of which only the newest record of a key matters
  std::string state_format{};             // of the values in changelogs; empty: no changelogs
};

std::string changelog_name(const std::string& prefix, const TopicSpec& input, const std::string& state_format);

// All that an application needs.
std::vector<KafkaTopic> kafka_topics(const std::vector<TopicSpec>& topics, const KafkaTopicNames& names);

struct KafkaTopicFound {
  KafkaTopic wanted;
  int partitions = 0;   // 0: it is not there
  std::string trouble;  // what is wrong with it and what to do; empty when all is well
};

// Looks at each of them, in their order.
Result<std::vector<KafkaTopicFound>> look_at_kafka_topics(const KafkaConnection& connection,
                                                          const std::vector<KafkaTopic>& wanted);

// Makes those that are not there. Conflict if one that is there is not what it must be.
Result<void> create_kafka_topics(const KafkaConnection& connection, const std::vector<KafkaTopic>& wanted);

// NotFound if one is missing, Conflict if one is not what it must be.
Result<void> check_kafka_topics(const KafkaConnection& connection, const std::vector<KafkaTopic>& wanted);

}  // namespace earshot
