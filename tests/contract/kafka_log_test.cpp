#include "contract/event_log_contract.h"
#include "support/in_kafka.h"

namespace earshot::test {
namespace {

KafkaPoint kafka_point(CommitPoint point) {
  switch (point) {
    case CommitPoint::before_log: return KafkaPoint::offsets_sent;
    case CommitPoint::after_log:
    case CommitPoint::before_state: return KafkaPoint::committed;
    case CommitPoint::after_state: return KafkaPoint::stated;
  }
  return KafkaPoint::stated;
}

// Without a changelog: the contract is about state that is behind and is folded again, and a changelog leaves none
// behind.
class Kafka : public EventLogUnderTest {
 public:
  Result<void> open(const std::vector<TopicSpec>& topics) override { return kafka_.open(topics); }
  void close() override { kafka_.close(); }
  EventLog& log() override { return kafka_.log(); }
  StateStore& state() override { return kafka_.state(); }
  void die_at(CommitPoint point) override { kafka_.die_at(kafka_point(point)); }
  void wait_for_death() override { kafka_.wait_for_death(); }

 private:
  InKafka kafka_;
};

std::vector<EventLogKind> kinds() {
  if (!KafkaBroker::is_there()) return {};
  return {{"kafka", [] { return std::make_unique<Kafka>(); }}};
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EventLogContract);
INSTANTIATE_TEST_SUITE_P(Engines, EventLogContract, ::testing::ValuesIn(kinds()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace earshot::test
