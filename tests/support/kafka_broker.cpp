#include "support/in_kafka.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

namespace earshot::test {

namespace {

const std::string kScript = std::string(EARSHOT_SOURCE_DIR) + "/scripts/kafka";

}  // namespace

bool KafkaBroker::is_there() {
  static const bool found = std::system((kScript + " where >/dev/null 2>&1").c_str()) == 0;
  return found;
}

KafkaBroker::KafkaBroker(Settings settings) : settings_(std::move(settings)) {
  std::ofstream(scratch_.path() / "more.properties") << settings_.properties;
}

void KafkaBroker::start() {
  begin_to_start();
  wait_until_it_runs();
}

void KafkaBroker::begin_to_start() {
  std::vector<std::string> words{kScript,
                                 "run",
                                 scratch_.path() / "kafka",
                                 std::to_string(settings_.port),
                                 std::to_string(settings_.controller_port),
                                 scratch_.path() / "more.properties"};
  words.insert(words.end(), settings_.users.begin(), settings_.users.end());
  process_ = std::make_unique<Process>(words);
}

void KafkaBroker::wait_until_it_runs() {
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
