#include "contract/event_log_contract.h"
#include "event_log/memory.h"
#include "state_store/memory.h"

namespace earshot::test {
namespace {

class InMemory : public EventLogUnderTest {
 public:
  explicit InMemory(MemoryLog::Settings settings) : settings_(std::move(settings)) {}

  Result<void> open(const std::vector<TopicSpec>& topics) override {
    settings_.topics = topics;
    dies_at_.reset();
    settings_.at = [this](CommitPoint point) { return point != dies_at_; };
    auto opened = MemoryLog::open(disk_, state_, settings_);
    if (!opened) return std::move(opened.error());
    log_ = std::move(*opened);
    return {};
  }
  void close() override { log_.reset(); }
  EventLog& log() override { return *log_; }
  StateStore& state() override { return state_; }
  void die_at(CommitPoint point) override { dies_at_ = point; }
  void wait_for_death() override {
    while (!log_->is_dead()) ASSERT_TRUE(log_->write_one());
  }

 private:
  MemoryLog::Settings settings_;
  MemoryDisk disk_;
  MemoryStore state_;
  std::optional<CommitPoint> dies_at_;
  std::unique_ptr<MemoryLog> log_;
};

const EventLogKind kKinds[] = {
    {"memory", [] { return std::make_unique<InMemory>(MemoryLog::Settings{}); }},
    {"memory_with_gaps", [] { return std::make_unique<InMemory>(MemoryLog::Settings{.gaps = true}); }},
    {"memory_polls_committed",
     [] { return std::make_unique<InMemory>(MemoryLog::Settings{.polls_see_uncommitted = false}); }},
};

INSTANTIATE_TEST_SUITE_P(Engines, EventLogContract, ::testing::ValuesIn(kKinds),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace earshot::test
