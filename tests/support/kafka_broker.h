// A real Kafka broker of a test: started by scripts/kafka on loopback, its data in a scratch folder, ended with the object.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "event_log/kafka_topics.h"
#include "support/process.h"
#include "support/scratch.h"

namespace earshot::test {

class KafkaBroker {
 public:
  // Whether scripts/kafka has fetched one; tests do without the ones that need it, and say so.
  static bool is_there();

  // Runs when the constructor returns.
  KafkaBroker();

  // As a machine that loses its power and comes back.
  void kill();
  void start();

  void signal(int number) { process_->signal(number); }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  KafkaConnection connection() const { return {address(), {}}; }

 private:
  Scratch scratch_;
  std::uint16_t port_;
  std::uint16_t controller_port_;
  std::unique_ptr<Process> process_;
};

// A name that no other test has used on any broker.
std::string fresh_name();

}  // namespace earshot::test
