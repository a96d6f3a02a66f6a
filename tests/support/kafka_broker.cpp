#include "support/in_kafka.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>

#include <gtest/gtest.h>

#include "support/free_port.h"

namespace earshot::test {

namespace {

const std::string kScript = std::string(EARSHOT_SOURCE_DIR) + "/scripts/kafka";

}  // namespace

bool KafkaBroker::is_there() {
  static const bool found = std::system((kScript + " where >/dev/null 2>&1").c_str()) == 0;
  return found;
}

KafkaBroker::KafkaBroker() : port_(free_port()), controller_port_(free_port()) { start(); }

void KafkaBroker::start() {
  process_ = std::make_unique<Process>(std::vector<std::string>{kScript, "run", scratch_.path() / "kafka", std::to_string(port_), std::to_string(controller_port_)});
  if (process_->wait_for("Kafka Server started").empty()) ADD_FAILURE() << "Kafka did not start: " << process_->err();
}

void KafkaBroker::kill() {
  process_->signal(SIGKILL);
  process_->wait();
}

namespace {

std::unique_ptr<KafkaBroker> the_broker;

class SharedBroker : public ::testing::Environment {
 public:
  void TearDown() override { the_broker.reset(); }
};
const auto* const kEnvironment = ::testing::AddGlobalTestEnvironment(new SharedBroker);

}  // namespace

KafkaBroker* shared_broker() {
  if (!the_broker && KafkaBroker::is_there()) the_broker = std::make_unique<KafkaBroker>();
  return the_broker.get();
}

std::string fresh_name() {
  static std::atomic<int> count{0};
  return "t" + std::to_string(::getpid()) + "-" + std::to_string(++count) + "-";
}

}  // namespace earshot::test
