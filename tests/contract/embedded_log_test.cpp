#include "contract/event_log_contract.h"
#include "event_log/embedded.h"
#include "state_store/rocks.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

class Embedded : public EventLogUnderTest {
 public:
  explicit Embedded(EmbeddedLog::Settings settings) : settings_(std::move(settings)) {}

  Result<void> open(const std::vector<TopicSpec>& topics) override {
    auto state = RocksStore::open(scratch_.path() / "state", {});
    if (!state) return std::move(state.error());
    state_ = std::move(*state);
    settings_.topics = topics;
    dies_at_ = -1;
    settings_.at = [this](CommitPoint point) { return static_cast<int>(point) != dies_at_; };
    auto log = EmbeddedLog::open(scratch_.path() / "log", *state_, settings_);
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
  void die_at(CommitPoint point) override { dies_at_ = static_cast<int>(point); }
  void wait_for_death() override {
    while (!log_->is_dead()) std::this_thread::yield();
  }

 private:
  Scratch scratch_;
  EmbeddedLog::Settings settings_;
  std::atomic<int> dies_at_{-1};
  std::unique_ptr<RocksStore> state_;
  std::unique_ptr<EmbeddedLog> log_;
};

EmbeddedLog::Settings small() {
  EmbeddedLog::Settings settings;
  settings.commits_under_way_max = 1;
  settings.tail_bytes_max = 2000;
  settings.store.memtable_bytes = 1 << 16;
  settings.store.codec = Codec::plain;
  return settings;
}

const EventLogKind kKinds[] = {
    {"embedded", [] { return std::make_unique<Embedded>(EmbeddedLog::Settings{}); }},
    // So small that flushes, compactions and polls from disk happen while the tests look.
    {"embedded_small", [] { return std::make_unique<Embedded>(small()); }},
};

INSTANTIATE_TEST_SUITE_P(Engines, EventLogContract, ::testing::ValuesIn(kKinds),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace earshot::test
