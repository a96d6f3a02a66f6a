// Which process has which tasks, and where it answers: a compacted topic, one record for each process.
//
//     <prefix>earshot.owners / 0:   slot → address, and after each a space the tasks:
//                                   `http://10.0.0.7:8080 0/1 0/2 1/1 …`
//
// A process writes its record in a transaction under the generation in which it was given them, so the newest record
// that names a task is right. Any thread.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "event_log/kafka_reader.h"

namespace earshot {

class KafkaOwners {
 public:
  static Result<std::unique_ptr<KafkaOwners>> open(const KafkaConnection& connection, const std::string& prefix);

  static std::string record(const std::string& address, const std::vector<TopicPartition>& tasks);

  // Empty while nobody has said that it has the task.
  Result<std::string> address_of(TopicPartition task);

 private:
  KafkaOwners() = default;
  void take(std::string_view record);

  std::unique_ptr<KafkaReader> reader_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point looked_{};
  Offset next_ = 0;
  std::map<TopicPartition, std::string> addresses_;
};

}  // namespace earshot
