#include "property/simulation/engine.h"

#include "pipeline/digest.h"
#include "pipeline/replay.h"
#include "support/forwarding_log.h"

namespace earshot::test {

// Counts what the pump hands over and ends the process at the record that fate has chosen.
class Engine::Watched final : public ForwardingLog {
 public:
  Watched(EventLog& log, Engine& engine) : ForwardingLog(log), engine_(engine) {}

  void emit(TopicPartition partition, Record record) override {
    if (engine_.fate_.emits > 0 && --engine_.fate_.emits == 0) throw Killed{};
    ++emitted_;
    log_.emit(partition, std::move(record));
  }
  void commit(Commit commit) override {
    engine_.watcher_.handed_over(std::exchange(emitted_, 0));
    commit.done = [this, done = std::move(commit.done)](const Result<void>& result) {
      engine_.watcher_.done(result);
      if (done) done(result);
    };
    log_.commit(std::move(commit));
    while (engine_.at_once_ && engine_.memory_->write_one()) continue;
  }

 private:
  Engine& engine_;
  std::size_t emitted_ = 0;
};

// A state store whose next write may fail.
class Engine::Shaky final : public StateStore {
 public:
  explicit Shaky(Engine& engine) : engine_(engine) {}
  Result<std::optional<std::string>> get(std::string_view key) const override { return store().get(key); }
  Result<void> write(const std::vector<StateWrite>& batch) override {
    if (engine_.state_fails_) return Error{ErrorKind::Unavailable, "the disk is full"};
    return store().write(batch);
  }
  Result<void> scan(std::string_view prefix, std::string_view from, const Visit& visit) const override {
    return store().scan(prefix, from, visit);
  }
  Result<void> flush() override { return store().flush(); }

 private:
  MemoryStore& store() const { return *engine_.disks_.state; }
  Engine& engine_;
};

Engine::Engine(Disks& disks, Settings settings, Fate fate, Watcher watcher)
    : disks_(disks),
      settings_(std::move(settings)),
      fate_(fate),
      watcher_(std::move(watcher)),
      rules_(simulated_rules()) {
  if (settings_.tampering.rules) settings_.tampering.rules(rules_);
}

Engine::~Engine() = default;

Result<void> Engine::start() {
  shaky_ = std::make_unique<Shaky>(*this);
  MemoryLog::Settings settings;
  settings.topics = simulated_topics(settings_.partitions);
  settings.gaps = settings_.gaps;
  settings.commits_waiting_max = settings_.commits_waiting_max;
  settings.at = [this](CommitPoint point) { return pass(point); };
  auto log = MemoryLog::open(disks_.log, *shaky_, std::move(settings));
  if (!log) return std::move(log.error());
  memory_ = std::move(*log);
  EventLog* inner = memory_.get();
  if (settings_.tampering.engine) {
    tampered_ = settings_.tampering.engine(*memory_, *shaky_);
    inner = tampered_.get();
  }
  watched_ = std::make_unique<Watched>(*inner, *this);
  auto processors = make_simulated_processors(analyse_words);
  if (settings_.tampering.processors) settings_.tampering.processors(processors);
  Pump::Settings pump_settings;
  pump_settings.partitions = settings_.partitions;
  auto pump = Pump::start(*watched_, *shaky_, processors, pump_settings);
  if (!pump) return std::move(pump.error());
  pump_ = std::move(*pump);
  return {};
}

void Engine::commit() { pump_->commit({}); }

bool Engine::pass(CommitPoint point) {
  if (!state_ahead().empty()) state_was_ahead_ = true;
  if (fate_.point == point && fate_.passings > 0 && --fate_.passings == 0) throw Killed{};
  return true;
}

std::string Engine::state_ahead() {
  if (state_was_ahead_) return "state was ahead of the log in the middle of a commit";
  for (const TopicName& topic : kTopics) {
    for (int partition = 0; !topic.published && partition < settings_.partitions; ++partition) {
      const auto restored = memory_->restore({index_of(topic.topic), static_cast<std::uint16_t>(partition)});
      if (!restored) return restored.error().message;
    }
  }
  return "";
}

std::vector<TopicSpec> simulated_topics(int partitions) {
  std::vector<TopicSpec> topics;
  for (const TopicName& topic : kTopics)
    topics.push_back({std::string(topic.name), static_cast<std::uint16_t>(partitions)});
  return topics;
}

Result<std::string> replayed_digest(Engine& engine, int partitions) {
  MemoryStore scratch;
  Pump::Settings settings;
  settings.partitions = partitions;
  auto replayed =
      replay(engine.log(), engine.pump().positions(), scratch, make_simulated_processors(analyse_words), settings);
  if (!replayed) return std::move(replayed.error());
  return replayed->digest;
}

Result<std::string> rebuilt_digest(Disks& disks, int partitions, bool gaps) {
  MemoryStore scratch;
  auto log = MemoryLog::open(disks.log, scratch, {.topics = simulated_topics(partitions), .gaps = gaps});
  if (!log) return std::move(log.error());
  Pump::Settings settings;
  settings.partitions = partitions;
  auto pump = Pump::start(**log, scratch, make_simulated_processors(analyse_words), settings);
  if (!pump) return std::move(pump.error());
  return state_digest(scratch, partitions);
}

}  // namespace earshot::test
