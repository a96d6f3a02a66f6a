#include "contract/event_log_contract.h"
#include "event_log/kafka.h"
#include "state_store/rocks.h"
#include "support/kafka_broker.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

// One for all tests; each has topics of its own in it.
std::unique_ptr<KafkaBroker> the_broker;

class Broker : public ::testing::Environment {
 public:
  void SetUp() override {
    if (KafkaBroker::is_there()) the_broker = std::make_unique<KafkaBroker>();
  }
  void TearDown() override { the_broker.reset(); }
};
const auto* const kBroker = ::testing::AddGlobalTestEnvironment(new Broker);

KafkaPoint kafka_point(CommitPoint point) {
  switch (point) {
    case CommitPoint::before_log: return KafkaPoint::offsets_sent;
    case CommitPoint::after_log:
    case CommitPoint::before_state: return KafkaPoint::committed;
    case CommitPoint::after_state: return KafkaPoint::stated;
  }
  return KafkaPoint::stated;
}

class InKafka : public EventLogUnderTest {
 public:
  Result<void> open(const std::vector<TopicSpec>& topics) override {
    settings_.connection = the_broker->connection();
    settings_.prefix = prefix_;
    settings_.topics = topics;
    settings_.inputs.clear();
    for (std::size_t i = 0; i < topics.size(); ++i) settings_.inputs.push_back(static_cast<std::uint8_t>(i));
    dies_at_ = -1;
    settings_.at = [this](KafkaPoint point) { return static_cast<int>(point) != dies_at_; };
    const auto wanted = kafka_topics(topics, {.prefix = prefix_, .inputs = settings_.inputs, .changelogs = false});
    if (auto created = create_kafka_topics(settings_.connection, wanted); !created) return created;
    auto state = RocksStore::open(scratch_.path() / "state", {});
    if (!state) return std::move(state.error());
    state_ = std::move(*state);
    auto log = KafkaLog::open(*state_, settings_);
    if (!log) {
      state_.reset();
      return std::move(log.error());
    }
    log_ = std::move(*log);
    return {};
  }
  void close() override {
    log_.reset();
    state_.reset();
  }
  EventLog& log() override { return *log_; }
  StateStore& state() override { return *state_; }
  void die_at(CommitPoint point) override { dies_at_ = static_cast<int>(kafka_point(point)); }
  void wait_for_death() override {
    while (!log_->is_dead()) std::this_thread::yield();
  }

 private:
  std::string prefix_ = fresh_name();
  Scratch scratch_;
  KafkaLog::Settings settings_;
  std::atomic<int> dies_at_{-1};
  std::unique_ptr<RocksStore> state_;
  std::unique_ptr<KafkaLog> log_;
};

std::vector<EventLogKind> kinds() {
  if (!KafkaBroker::is_there()) return {};
  return {{"kafka", [] { return std::make_unique<InKafka>(); }}};
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EventLogContract);
INSTANTIATE_TEST_SUITE_P(Engines, EventLogContract, ::testing::ValuesIn(kinds()), [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace earshot::test
