// Committed records for those who only look: queries, sinks, replay. Any thread.
//
// Where partitions end is asked for all of them at once and believed for a moment, so that many who look often cost
// little; a commit of this process ends the moment.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "event_log/kafka_client.h"
#include "event_log/kafka_topics.h"
#include "event_log/topic_spec.h"

namespace earshot {

class KafkaReader : public LogReader {
 public:
  static Result<std::unique_ptr<KafkaReader>> open(const KafkaConnection& connection, const std::string& prefix,
                                                   std::vector<TopicSpec> topics);
  ~KafkaReader() override;

  Result<void> read(TopicPartition partition, Offset from, std::size_t records_max, const Visit& visit) const override;
  Result<Offset> begin(TopicPartition partition) const override;
  Result<Offset> end(TopicPartition partition) const override;

  // Records below `end` were committed. Kafka shows them a moment later; who looks waits for that.
  void expect(TopicPartition partition, Offset end);
  // Others may have committed something.
  void look_again();

 private:
  class Desk;  // one reader's handle

  KafkaReader(std::string prefix, std::vector<TopicSpec> topics, kafka::Properties properties);
  std::string topic_name(TopicPartition partition) const { return prefix_ + topics_[partition.topic].name; }
  Result<std::unique_ptr<Desk>> take_desk() const;
  Result<void> ask_for_ends() const;  // with the mutex held
  void give_back(std::unique_ptr<Desk> desk) const;

  std::string prefix_;
  std::vector<TopicSpec> topics_;
  kafka::Properties properties_;
  kafka::Handle ends_handle_;
  mutable std::mutex ends_mutex_;
  mutable std::map<TopicPartition, Offset> ends_;
  mutable std::chrono::steady_clock::time_point ends_asked_{};
  mutable bool ends_are_old_ = true;
  std::map<TopicPartition, Offset> expected_;
  mutable std::mutex desks_mutex_;
  mutable std::vector<std::unique_ptr<Desk>> desks_;
};

}  // namespace earshot
