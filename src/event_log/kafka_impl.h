// What a log in Kafka is made of: kafka_tasks.cpp opens it and takes over tasks, kafka.cpp is what its callers see.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "event_log/kafka.h"
#include "event_log/kafka_changelog.h"
#include "event_log/kafka_committer.h"
#include "event_log/kafka_facts.h"
#include "event_log/kafka_fetcher.h"
#include "event_log/kafka_member.h"
#include "event_log/kafka_owners.h"
#include "event_log/kafka_reader.h"
#include "event_log/kafka_upstream.h"

namespace earshot {

class KafkaLog::Impl {
 public:
  Impl(StateStore& state, Settings settings) : state_(state), settings_(std::move(settings)) {}

  Result<void> check(KafkaLog& log);
  Result<void> begin();
  Result<void> take_over();

  void say_what_is_ours();

  bool is_member() const { return settings_.role == KafkaRole::member; }
  std::string topic_name(TopicPartition partition) const {
    return settings_.prefix + settings_.topics[partition.topic].name;
  }
  kafka::ChangelogTask changelog_of(TopicPartition task) const {
    return {task,
            {changelog_name(settings_.prefix, settings_.topics[task.topic], settings_.keys.format), task.partition}};
  }
  std::string application() const { return settings_.prefix + settings_.application; }
  kafka::Properties connection() const;

  StateStore& state_;
  Settings settings_;
  std::unique_ptr<KafkaFacts> facts_;
  std::unique_ptr<KafkaReader> reader_;
  std::unique_ptr<KafkaOwners> owners_;
  std::unique_ptr<kafka::Fetcher> fetcher_;
  kafka::Handle onlooker_;
  std::unique_ptr<kafka::Member> member_;
  std::unique_ptr<kafka::Upstream> upstream_;
  std::vector<std::vector<std::atomic<Offset>>> known_ends_;  // by topic: records of ours reach up to there
  std::vector<std::vector<std::atomic<bool>>> owned_;         // by topic: the tasks that are ours
  std::atomic<bool> owns_all_ = false;
  std::mutex address_mutex_;
  std::string address_;  // where this process answers, to be said when tasks were given to it
  std::atomic<bool> has_to_say_ = false;
  std::vector<kafka::Emitted> open_batch_;
  std::unique_ptr<kafka::Committer> committer_;

 private:
  Result<void> check_state();
  Result<void> join();
  std::vector<TopicPartition> tasks() const;
  std::vector<TopicPartition> assigned_tasks() const;
  Result<std::map<TopicPartition, Offset>> committed_positions(const std::vector<TopicPartition>& tasks) const;
  Result<std::vector<TopicPartition>> restore_state(const std::vector<TopicPartition>& tasks);
  Result<void> look_for_what_state_lacks(const std::map<TopicPartition, Offset>& positions) const;
  void note_changelogs();
  Result<std::unique_ptr<kafka::Producer>> open_producer() const;

  std::vector<std::uint8_t> changelog_of_;
  std::vector<std::string> producer_topics_;
  std::uint8_t owners_topic_ = 0;  // among them
};

}  // namespace earshot
