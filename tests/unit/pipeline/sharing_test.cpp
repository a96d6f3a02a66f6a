// What a pump and a live pump do when processes share the log: tasks come and go, and ticks wait for others.
#include <future>
#include <set>

#include <gtest/gtest.h>

#include "pipeline/live.h"
#include "support/manual_clock.h"
#include "unit/pipeline/toy.h"

namespace earshot::test {
namespace {

std::vector<MakeProcessor> toy() {
  return {[] { return std::make_unique<Toy>("toy", Topic::feedback, Topic::measures); }};
}

// One log of two partitions for several pumps on one thread; who owns what the test says.
class SharedLog final : public ForwardingLog {
 public:
  SharedLog(EventLog& log, std::set<std::uint16_t> owned) : ForwardingLog(log), owned_(std::move(owned)) {}

  Result<bool> must_share() override { return next_.has_value(); }
  Result<bool> share() override {
    if (++asked_ < 2) return false;  // others have not given up yet
    owned_ = *std::exchange(next_, std::nullopt);
    asked_ = 0;
    return true;
  }
  bool owns(TopicPartition input) const override { return owned_.contains(input.partition); }
  Millis behind() const override { return others_are_behind; }

  void move(std::set<std::uint16_t> owned) { next_ = std::move(owned); }

  Millis others_are_behind{0};

 private:
  std::set<std::uint16_t> owned_;
  std::optional<std::set<std::uint16_t>> next_;
  int asked_ = 0;
};

class Sharing : public ::testing::Test {
 protected:
  struct Sharer {
    std::unique_ptr<SharedLog> log;
    std::unique_ptr<Pump> pump;
  };
  Sharing() {
    auto opened = MemoryLog::open(disk_, store_, {.topics = toy_topics(2)});
    EXPECT_TRUE(opened);
    memory_ = std::move(*opened);
  }
  Sharer sharer(std::set<std::uint16_t> owned) {
    Sharer made;
    made.log = std::make_unique<SharedLog>(*memory_, std::move(owned));
    auto started = Pump::start(*made.log, store_, toy(), {.partitions = 2});
    EXPECT_TRUE(started);
    made.pump = std::move(*started);
    return made;
  }
  static std::string key_in(const Pump& pump, std::uint16_t partition) {
    for (int i = 0;; ++i) {
      std::string key = "acme/" + std::to_string(i);
      if (pump.partition_of(Topic::feedback, key).partition == partition) return key;
    }
  }
  static void give(Sharer& to, std::uint16_t partition, const Event& event) {
    to.pump->append(Topic::feedback, key_in(*to.pump, partition), event);
    to.pump->look_again();
    ASSERT_TRUE(to.pump->run_before(event.recorded));
    to.pump->commit({});
  }
  static void move(Sharer& whose, std::set<std::uint16_t> owned) {
    whose.log->move(std::move(owned));
    while (*whose.pump->must_share()) ASSERT_TRUE(whose.pump->share());
  }
  std::string seen(const Sharer& by, std::uint16_t partition) const {
    return seen_in(store_, {index_of(Topic::feedback), partition}, key_in(*by.pump, partition));
  }

  MemoryDisk disk_;
  MemoryStore store_;
  std::unique_ptr<MemoryLog> memory_;
};

TEST_F(Sharing, AProcessFoldsOnlyItsOwnTasks) {
  Sharer a = sharer({0});
  Sharer b = sharer({1});
  give(a, 0, said("x", minute(0)));
  give(a, 1, said("y", minute(1)));
  EXPECT_EQ(seen(a, 0), "x ");
  EXPECT_EQ(seen(a, 1), "") << "it is another process's";
  EXPECT_EQ(a.pump->task_of(Topic::feedback, key_in(*a.pump, 1)), nullptr);
  give(b, 1, said("z", minute(2)));
  EXPECT_EQ(seen(b, 1), "y z ");
}

TEST_F(Sharing, ATaskThatComesBackHasTheStateOfWhoeverHadItMeanwhile) {
  Sharer a = sharer({0, 1});
  Sharer b = sharer({});
  give(a, 0, said("x", minute(0)));
  give(a, 1, said("y", minute(1)));
  move(a, {0});
  move(b, {1});
  give(b, 1, said("z", minute(2)));
  move(b, {});
  move(a, {0, 1});
  give(a, 1, said("v", minute(3)));
  give(a, 0, said("w", minute(3)));
  EXPECT_EQ(seen(a, 1), "y z v ");
  EXPECT_EQ(seen(a, 0), "x w ");
  EXPECT_EQ(told(*memory_, Topic::measures, 1), (std::vector<std::string>{"1:y", "2:z", "3:v"})) << "each once";
  EXPECT_EQ(a.pump->stages().front().counters.events_in, 4)
      << "what it has done it has done, also where tasks have gone";
  EXPECT_EQ(b.pump->stages().front().counters.events_in, 1);
}

TEST_F(Sharing, TimersOfATaskThatMovesFireWhereItIsAndOnce) {
  Sharer a = sharer({0, 1});
  Sharer b = sharer({});
  give(a, 1, said("x", minute(0), "wake 5"));
  move(a, {0});
  move(b, {1});
  ASSERT_TRUE(a.pump->run_before(minute(10)));
  a.pump->commit({});
  EXPECT_EQ(told(*memory_, Topic::feedback, 1), std::vector<std::string>{"0:x"})
      << "who has given it away appends no tick";
  ASSERT_TRUE(b.pump->run_before(minute(10)));
  b.pump->commit({});
  EXPECT_EQ(told(*memory_, Topic::feedback, 1), (std::vector<std::string>{"0:x", "5:tick"}));
  move(b, {});
  move(a, {0, 1});
  ASSERT_TRUE(a.pump->run_before(minute(20)));
  EXPECT_EQ(told(*memory_, Topic::measures, 1).size(), 2u);
}

TEST_F(Sharing, ATickWaitsUntilOthersHaveFoldedWhatCameBeforeIt) {
  Sharer a = sharer({0, 1});
  give(a, 0, said("x", minute(0), "wake 5"));
  a.log->others_are_behind = std::chrono::minutes(3);
  ASSERT_TRUE(a.pump->run_before(minute(8)));
  EXPECT_EQ(a.pump->uncommitted(), 0u) << "what was recorded three minutes ago may still be on its way: at the edge";
  ASSERT_TRUE(a.pump->run_before(minute(8) + Millis{1}));
  EXPECT_GT(a.pump->uncommitted(), 0u);
}

TEST_F(Sharing, ControlEventsGoToThePartitionsOfAll) {
  Sharer a = sharer({0});
  a.pump->append_everywhere(said("c", minute(0)));
  a.pump->commit({});
  for (const std::uint16_t partition : {std::uint16_t{0}, std::uint16_t{1}})
    EXPECT_EQ(told(*memory_, Topic::feedback, partition), std::vector<std::string>{"0:c"});
}

// ---- live -----------------------------------------------------------------------------------------------------------

class LiveSharing : public Sharing {
 protected:
  std::future<Result<Live::Outcome>> offer(Live& live, const std::string& id) {
    auto answer = std::make_shared<std::promise<Result<Live::Outcome>>>();
    auto future = answer->get_future();
    live.offer({said(id, kEarliest)},
               [answer](Result<Live::Outcome> outcome) { answer->set_value(std::move(outcome)); });
    return future;
  }
  static ImportRules rules() {
    ImportRules rules;
    rules.record_key = [](const Event& event) { return "acme/" + event.id; };
    rules.is_known = [](const Event&, std::string_view, ValueView&) { return false; };
    return rules;
  }
  ManualClock clock_{minute(0)};
};

// What is offered while tasks move waits for its turn.
TEST_F(LiveSharing, NothingIsRefusedWhileTasksMove) {
  Sharer a = sharer({0, 1});
  std::atomic<bool> is_open{false};
  class Gate final : public ForwardingLog {
   public:
    Gate(EventLog& log, std::atomic<bool>& is_open) : ForwardingLog(log), is_open_(is_open) {}
    Result<bool> must_share() override { return !is_open_; }
    Result<bool> share() override {
      asked = true;
      return is_open_.load();
    }
    std::atomic<bool> asked{false};

   private:
    std::atomic<bool>& is_open_;
  } gate(*memory_, is_open);
  auto pump = Pump::start(gate, store_, toy(), {.partitions = 2});
  ASSERT_TRUE(pump);
  Live live(**pump, rules(), clock_, {.tenant = "acme"}, {});
  auto answer = offer(live, "x");
  while (!gate.asked) std::this_thread::yield();
  EXPECT_TRUE(told(*memory_, Topic::feedback, 0).empty() && told(*memory_, Topic::feedback, 1).empty());
  is_open = true;
  EXPECT_EQ(answer.get()->accepted, 1);
}

TEST_F(LiveSharing, EndsAlsoWhileTasksMove) {
  class Moving final : public ForwardingLog {
   public:
    using ForwardingLog::ForwardingLog;
    Result<bool> must_share() override { return true; }
    Result<bool> share() override { return false; }
  } moving(*memory_);
  auto pump = Pump::start(moving, store_, toy(), {.partitions = 2});
  ASSERT_TRUE(pump);
  Live live(**pump, rules(), clock_, {.tenant = "acme"}, {});
  auto answer = offer(live, "x");
  live.stop();
  EXPECT_EQ(answer.get().error().message, "earshot is stopping");
}

}  // namespace
}  // namespace earshot::test
