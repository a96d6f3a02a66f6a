// A check that cannot fail is worth nothing: each fault here is one that an engine, the front door or a processor could
// have, and the simulation must find it within a few lives.
#include <gtest/gtest.h>

#include "event_log/position.h"
#include "property/simulation/life.h"
#include "support/forwarding_log.h"

namespace earshot::test {
namespace {

constexpr int kLives = 60;

class Faulty : public ForwardingLog {
 public:
  Faulty(EventLog& log, StateStore& state) : ForwardingLog(log), state_(state) {}

 protected:
  bool now_and_then(int often) { return ++count_ % often == 0; }
  static bool is_row(const StateWrite& write, char row) {
    return write.key.size() > 4 && !write.key.starts_with(kPositionPrefix) && write.key[3] == row;
  }

  StateStore& state_;

 private:
  int count_ = 0;
};

template <class Log>
Tampering engine_of() {
  return {.engine = [](EventLog& log, StateStore& state) { return std::make_unique<Log>(log, state); }};
}

void expect_found(const Tampering& tampering, std::string_view what) {
  for (std::uint64_t seed = 1; seed <= kLives; ++seed) {
    Life life(seed, tampering);
    const std::string wrong = life.live();
    if (wrong.empty()) continue;
    std::printf("found in life %d: %.120s\n", static_cast<int>(seed), wrong.c_str());
    return;
  }
  ADD_FAILURE() << what << " was not found in " << kLives << " lives";
}

// ---- the engine
// -------------------------------------------------------------------------------------------------------

TEST(SimulationFaults, StateThatIsWrittenBeforeTheLogIsFound) {
  class Log final : public Faulty {
    using Faulty::Faulty;
    void commit(Commit commit) override {
      std::vector<StateWrite> batch = commit.state;
      add_positions(batch, commit.positions);
      (void)state_.write(batch);
      ForwardingLog::commit(std::move(commit));
    }
  };
  expect_found(engine_of<Log>(), "state ahead of the log");
}

TEST(SimulationFaults, ALostTimerIsFound) {
  class Log final : public Faulty {
    using Faulty::Faulty;
    void commit(Commit commit) override {
      std::erase_if(commit.state,
                    [&](const StateWrite& write) { return is_row(write, 'w') && write.value && now_and_then(5); });
      ForwardingLog::commit(std::move(commit));
    }
  };
  expect_found(engine_of<Log>(), "a lost timer");
}

TEST(SimulationFaults, ATimerThatComesBackIsFound) {
  class Log final : public Faulty {
    using Faulty::Faulty;
    void commit(Commit commit) override {
      std::erase_if(commit.state,
                    [&](const StateWrite& write) { return is_row(write, 'w') && !write.value && now_and_then(5); });
      ForwardingLog::commit(std::move(commit));
    }
  };
  expect_found(engine_of<Log>(), "a timer that was not taken away");
}

TEST(SimulationFaults, ALostValueIsFound) {
  class Log final : public Faulty {
    using Faulty::Faulty;
    void commit(Commit commit) override {
      std::erase_if(commit.state, [&](const StateWrite& write) { return is_row(write, 'v') && now_and_then(50); });
      ForwardingLog::commit(std::move(commit));
    }
  };
  expect_found(engine_of<Log>(), "a lost value");
}

TEST(SimulationFaults, ARepeatedOutputIsFound) {
  class Log final : public Faulty {
    using Faulty::Faulty;
    void emit(TopicPartition partition, Record record) override {
      if (now_and_then(100)) ForwardingLog::emit(partition, record);
      ForwardingLog::emit(partition, std::move(record));
    }
  };
  expect_found(engine_of<Log>(), "a repeated output");
}

TEST(SimulationFaults, ALostOutputIsFound) {
  class Log final : public Faulty {
    using Faulty::Faulty;
    void emit(TopicPartition partition, Record record) override {
      if (!now_and_then(100)) ForwardingLog::emit(partition, std::move(record));
    }
  };
  expect_found(engine_of<Log>(), "a lost output");
}

TEST(SimulationFaults, OutputsThatAreNotSuppressedWhenCatchingUpAreFound) {
  class Log final : public Faulty {
    using Faulty::Faulty;
    Result<Restored> restore(TopicPartition input) override {
      auto restored = ForwardingLog::restore(input);
      if (restored) restored->log_next = restored->state_next;
      return restored;
    }
  };
  expect_found(engine_of<Log>(), "outputs of a catch-up");
}

TEST(SimulationFaults, ValuesThatAreWrittenWithoutTheirPositionAreFound) {
  class Log final : public Faulty {
    using Faulty::Faulty;
    void commit(Commit commit) override {
      if (now_and_then(3)) commit.positions.clear();
      ForwardingLog::commit(std::move(commit));
    }
  };
  expect_found(engine_of<Log>(), "a lost position");
}

TEST(SimulationFaults, APositionThatRunsAheadIsFound) {
  class Log final : public Faulty {
    using Faulty::Faulty;
    Result<Restored> restore(TopicPartition input) override {
      auto restored = ForwardingLog::restore(input);
      if (restored && restored->state_next < restored->log_next) ++restored->state_next;
      return restored;
    }
  };
  expect_found(engine_of<Log>(), "a skipped record");
}

TEST(SimulationFaults, AnAnswerBeforeTheCommitIsFound) {
  class Log final : public Faulty {
    using Faulty::Faulty;
    void commit(Commit commit) override {
      if (auto done = std::exchange(commit.done, {})) done({});
      ForwardingLog::commit(std::move(commit));
    }
  };
  expect_found(engine_of<Log>(), "an early answer");
}

// ---- front door and processors
// ----------------------------------------------------------------------------------------

// Stands in front of a processor and changes what it is given.
class InFront : public Processor {
 public:
  explicit InFront(std::unique_ptr<Processor> processor) : processor_(std::move(processor)) {}
  std::string_view name() const override { return processor_->name(); }
  Topic input() const override { return processor_->input(); }
  std::int32_t version() const override { return processor_->version(); }
  void apply(const Event& event, Step& step) override { processor_->apply(event, step); }
  void fire(const Timer& timer, Step& step) override { processor_->fire(timer, step); }

 protected:
  std::unique_ptr<Processor> processor_;
};

template <class Front>
void put_in_front(std::vector<MakeProcessor>& processors) {
  for (MakeProcessor& make : processors) {
    make = [make] { return std::make_unique<Front>(make()); };
  }
}

TEST(SimulationFaults, ADoorThatLetsRepeatsInIsFound) {
  Tampering tampering;
  tampering.rules = [](ImportRules& rules) {
    rules.is_known = [](const Event&, std::string_view, ValueView&) { return false; };
  };
  expect_found(tampering, "a repeat at the front door");
}

TEST(SimulationFaults, AProcessorThatRemembersOutsideItsStateIsFound) {
  class Remembers final : public InFront {
   public:
    using InFront::InFront;
    void apply(const Event& event, Step& step) override {
      if (++count_ % 20 != 0) processor_->apply(event, step);
    }

   private:
    int count_ = 0;
  };
  expect_found({.processors = put_in_front<Remembers>}, "a processor with a memory of its own");
}

TEST(SimulationFaults, AFacetThatIsLostOnItsWayIsFound) {
  class Loses final : public InFront {
   public:
    using InFront::InFront;
    void apply(const Event& event, Step& step) override {
      if (!std::holds_alternative<FacetMoved>(event.body)) processor_->apply(event, step);
    }
  };
  expect_found({.processors = put_in_front<Loses>}, "a facet that is lost on its way");
}

TEST(SimulationFaults, AFacetThatStaysBehindIsFound) {
  class Stays final : public InFront {
   public:
    using InFront::InFront;
    void apply(const Event& event, Step& step) override {
      if (!std::holds_alternative<FacetReassigned>(event.body)) processor_->apply(event, step);
    }
  };
  expect_found({.processors = put_in_front<Stays>}, "a facet that stays behind");
}

TEST(SimulationFaults, ATimerThatDoesNotFireIsFound) {
  class Sleepy final : public InFront {
   public:
    using InFront::InFront;
    void fire(const Timer& timer, Step& step) override {
      if (to_millis(timer.due) / 60'000 % 3 != 0) processor_->fire(timer, step);
    }
  };
  expect_found({.processors = put_in_front<Sleepy>}, "a timer that does nothing");
}

}  // namespace
}  // namespace earshot::test
