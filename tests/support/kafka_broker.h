// A real Kafka broker of a test: started by scripts/kafka on loopback, its data in a scratch folder, ended with the
// object.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "event_log/kafka_topics.h"
#include "support/free_port.h"
#include "support/process.h"
#include "support/scratch.h"

namespace earshot::test {

class KafkaBroker {
 public:
  // Whether scripts/kafka has fetched one; tests do without the ones that need it, and say so.
  static bool is_there();

  struct Settings {
    std::string properties{};          // more of them, a line each
    std::vector<std::string> users{};  // NAME=PASSWORD, for SCRAM
    std::uint16_t port = free_port();
    std::uint16_t controller_port = free_port();
  };
  // Runs when the constructor returns.
  KafkaBroker() : KafkaBroker(Settings{}) { start(); }
  // Runs when it is started.
  explicit KafkaBroker(Settings settings);

  // As a machine that loses its power and comes back.
  void kill();
  void start();
  void begin_to_start();  // of several brokers none runs before the others do
  void wait_until_it_runs();
  void signal(int number) { process_->signal(number); }
  std::string address() const { return "127.0.0.1:" + std::to_string(settings_.port); }
  KafkaConnection connection() const { return {address(), {}}; }

 private:
  Scratch scratch_;
  Settings settings_;
  std::unique_ptr<Process> process_;
};

// A name that no other test has used on any broker.
std::string fresh_name();

}  // namespace earshot::test
