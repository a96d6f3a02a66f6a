// Facts of a log in Kafka: a topic in which the first record of a key stands for ever. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "event_log/kafka_reader.h"

namespace earshot {

class KafkaFacts {
 public:
  static Result<std::unique_ptr<KafkaFacts>> open(const KafkaConnection& connection, const std::string& prefix);

  Result<std::string> get(std::string_view name);
  Result<void> set(std::string_view name, std::string_view value);

 private:
  KafkaFacts(const KafkaConnection& connection, std::string topic)
      : connection_(connection), topic_(std::move(topic)) {}
  Result<void> read_on();
  Result<void> append(std::string_view name, std::string_view value) const;

  KafkaConnection connection_;
  std::string topic_;
  std::unique_ptr<KafkaReader> reader_;
  std::mutex mutex_;
  Offset next_ = 0;
  std::map<std::string, std::string, std::less<>> facts_;
};

}  // namespace earshot
