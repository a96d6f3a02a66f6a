#include "pipeline/pump.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "pipeline/digest.h"
#include "pipeline/replay.h"
#include "unit/pipeline/toy.h"

namespace earshot::test {
namespace {

// feedback → up → measures → down → kpis
std::vector<MakeProcessor> toys() {
  return {[] { return std::make_unique<Toy>("up", Topic::feedback, Topic::measures); },
          [] { return std::make_unique<Toy>("down", Topic::measures, Topic::kpis); }};
}

class PumpOfToys : public ::testing::Test {
 protected:
  // Opens what is on the disks as a new process would.
  void start() {
    pump.reset();
    log.reset();
    auto opened = MemoryLog::open(
        disk, store, {.topics = toy_topics(2), .polls_see_uncommitted = polls_see_uncommitted, .at = hook});
    ASSERT_TRUE(opened);
    log = std::move(*opened);
    Pump::Settings settings;
    settings.partitions = 2;
    auto started = Pump::start(*log, store, toys(), settings);
    ASSERT_TRUE(started);
    pump = std::move(*started);
  }
  // Keys that murmur2 puts into the two partitions.
  std::string key_in(std::uint16_t partition) const {
    for (int i = 0;; ++i) {
      std::string key = "acme/" + std::to_string(i);
      if (pump->partition_of(Topic::feedback, key).partition == partition) return key;
    }
  }
  void append(std::uint16_t partition, const Event& event) { pump->append(Topic::feedback, key_in(partition), event); }
  std::vector<std::string> order() {
    std::vector<std::string> all;
    for (std::uint16_t partition = 0; partition < 2; ++partition) {
      for (const std::string& line : told(*log, Topic::measures, partition)) all.push_back(line);
    }
    return all;
  }

  CommitHook hook{};
  bool polls_see_uncommitted = true;
  MemoryDisk disk;
  MemoryStore store{MemoryStore::Settings{.can_lose = true}};
  std::unique_ptr<MemoryLog> log;
  std::unique_ptr<Pump> pump;
};

TEST_F(PumpOfToys, FoldsTheSmallestTimeFirstThenFurthestDownstreamThenPartition) {
  start();
  std::vector<std::string> seen;
  pump->observe([&](std::string_view, const Event& event) { seen.push_back(std::get<MeasureTaken>(event.body).item); });
  append(1, said("late", minute(2)));
  append(0, said("later", minute(3)));
  append(1, said("second", minute(1)));  // behind `late` in its partition: it must wait for it
  append(0, said("equal", minute(3)));
  ASSERT_TRUE(pump->run_before(minute(9)));
  EXPECT_EQ(seen, (std::vector<std::string>{"late", "second", "later", "equal"}));

  seen.clear();
  append(1, said("b", minute(4)));
  append(0, said("a", minute(4)));
  Event measure = said("from outside", minute(4));
  pump->append(Topic::measures, key_in(1), measure);
  ASSERT_TRUE(pump->run_before(minute(9)));
  EXPECT_EQ(seen, (std::vector<std::string>{"from outside", "a", "b"}));
}

TEST_F(PumpOfToys, ATickComesAfterTheRecordsOfItsMomentAndBeforeTheNextOnes) {
  start();
  append(0, said("a", minute(0), "wake 2"));
  append(1, said("before", minute(1)));
  append(1, said("with", minute(2)));
  append(1, said("after", minute(3)));
  std::vector<std::string> seen;
  pump->observe([&](std::string_view, const Event& event) { seen.push_back(std::get<MeasureTaken>(event.body).item); });
  ASSERT_TRUE(pump->run_before(minute(9)));
  EXPECT_EQ(seen, (std::vector<std::string>{"a", "before", "with", "wake/a of " + key_in(0), "after"}));
}

// What was in the partition before the tick is read before it, and one tick is enough.
TEST_F(PumpOfToys, ATickFollowsTheBacklogOfItsOwnPartition) {
  start();
  append(0, said("a", minute(0), "wake 2"));
  append(0, said("after", minute(3)));
  append(0, said("long after", minute(4)));
  ASSERT_TRUE(pump->run_before(minute(9)));
  pump->commit({});
  EXPECT_EQ(order(), (std::vector<std::string>{"0:a", "3:after", "4:long after", "4:wake/a of " + key_in(0)}));
  EXPECT_EQ(told(*log, Topic::feedback, 0), (std::vector<std::string>{"0:a", "3:after", "4:long after", "2:tick"}));
}

TEST_F(PumpOfToys, FoldsWhatACommitHasShownWhenItLooksAgain) {
  polls_see_uncommitted = false;
  start();
  append(0, said("a", minute(0)));
  for (int hop = 0; hop < 3; ++hop) {
    ASSERT_TRUE(pump->run_before(minute(9)));
    EXPECT_EQ(seen_in(store, {index_of(Topic::measures), 0}, key_in(0)), "");
    pump->commit({});
    pump->look_again();
  }
  EXPECT_EQ(order(), std::vector<std::string>{"0:a"});
  EXPECT_NE(seen_in(store, {index_of(Topic::measures), 0}, key_in(0)), "");
}

TEST_F(PumpOfToys, ATickWaitsForEventsOfBeforeThatAreOnTheirWay) {
  polls_see_uncommitted = false;
  start();
  append(0, said("a", minute(0), "wake 2"));
  for (int hop = 0; hop < 3; ++hop) {
    pump->commit({});
    pump->look_again();
    ASSERT_TRUE(pump->run_before(minute(1)));
  }
  append(1, said("b", minute(1)));
  for (const char* on_its_way : {"b", "its measure"}) {
    SCOPED_TRACE(on_its_way);
    ASSERT_TRUE(pump->run_before(minute(9)));
    pump->commit({});
    EXPECT_EQ(told(*log, Topic::feedback, 0), std::vector<std::string>{"0:a"});
    pump->look_again();
  }
  ASSERT_TRUE(pump->run_before(minute(9)));
  pump->commit({});
  EXPECT_EQ(told(*log, Topic::feedback, 0), (std::vector<std::string>{"0:a", "2:tick"}));
}

TEST_F(PumpOfToys, TimersFireBeforeTheGivenTimeOnlyAlsoWhenInputHasStopped) {
  start();
  append(0, said("a", minute(0), "wake 5"));
  ASSERT_TRUE(pump->run_before(minute(5)));
  EXPECT_EQ(pump->next_due(), minute(5));
  ASSERT_TRUE(pump->run_before(minute(5) + Millis{1}));
  EXPECT_EQ(pump->next_due(), std::nullopt);
  pump->commit({});
  EXPECT_EQ(order(), (std::vector<std::string>{"0:a", "5:wake/a of " + key_in(0)}));
}

TEST_F(PumpOfToys, MoreThanAThousandTimersTakeAnotherTick) {
  start();
  for (int i = 0; i < kTimersPerTick + 1; ++i) append(0, said("e" + std::to_string(i), minute(0), "wake 1"));
  ASSERT_TRUE(pump->run_before(minute(2)));
  pump->commit({});
  const auto lines = told(*log, Topic::feedback, 0);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "1:tick"), 2);
  EXPECT_EQ(pump->stages().front().counters.timers_fired + pump->stages().back().counters.timers_fired,
            kTimersPerTick + 1);
}

TEST_F(PumpOfToys, WhatWasNotCommittedIsGoneAndItsOutputsWithIt) {
  start();
  append(0, said("kept", minute(0)));
  ASSERT_TRUE(pump->run_before(minute(1)));
  pump->commit({});
  append(0, said("lost", minute(1)));
  ASSERT_TRUE(pump->run_before(minute(2)));
  start();
  ASSERT_TRUE(pump->run_before(minute(2)));
  pump->commit({});
  EXPECT_EQ(order(), std::vector<std::string>{"0:kept"});
  EXPECT_EQ(pump->now(), minute(0));
}

TEST_F(PumpOfToys, StateThatIsBehindIsCaughtUpWithItsTimersAndPublishesNothing) {
  start();
  append(0, said("a", minute(0), "wake 5"));
  append(0, said("b", minute(1)));
  ASSERT_TRUE(pump->run_before(minute(2)));
  pump->commit({});
  const auto digest = *state_digest(store, 2);
  const auto records = disk.records();
  store.lose_after(0);
  ASSERT_EQ(store.size(), 0u);

  start();
  EXPECT_EQ(*state_digest(store, 2), digest);
  EXPECT_EQ(disk.records(), records);
  EXPECT_EQ(pump->next_due(), minute(5));
  EXPECT_EQ(pump->now(), minute(1));
  ASSERT_TRUE(pump->run_before(minute(6)));
  pump->commit({});
  EXPECT_EQ(order().size(), 3u);
  EXPECT_EQ(replay(*log, pump->positions(), *std::make_unique<MemoryStore>(), toys(), {.partitions = 2})->digest,
            *state_digest(store, 2));
}

TEST_F(PumpOfToys, ADeathBetweenLogAndStateFoldsAgainAndPublishesNothingTwice) {
  bool dies = false;
  hook = [&](CommitPoint point) { return !(dies && point == CommitPoint::before_state); };
  start();
  dies = true;
  append(0, said("a", minute(0), "wake 5"));
  ASSERT_TRUE(pump->run_before(minute(1)));
  pump->commit({});
  EXPECT_EQ(store.size(), 0u);
  dies = false;
  start();
  ASSERT_TRUE(pump->run_before(minute(1)));
  pump->commit({});
  EXPECT_EQ(order(), std::vector<std::string>{"0:a"});
  EXPECT_EQ(seen_in(store, pump->partition_of(Topic::feedback, key_in(0)), key_in(0)), "a ");
  EXPECT_EQ(pump->next_due(), minute(5));
}

TEST_F(PumpOfToys, ARecordThatIsNoEventCostsOnlyItself) {
  start();
  log->emit({index_of(Topic::feedback), 0}, {minute(0), "acme/key", "not json"});
  append(0, said("a", minute(1)));
  ASSERT_TRUE(pump->run_before(minute(2)));
  pump->commit({});
  EXPECT_EQ(order(), std::vector<std::string>{"1:a"});
  std::size_t letters = told(*log, Topic::dead_letters, 0).size() + told(*log, Topic::dead_letters, 1).size();
  EXPECT_EQ(letters, 1u);
}

// The engine may write after the pump is gone: a start that fails, a query that is quickly done.
TEST_F(PumpOfToys, MayEndBeforeItsCommitsDo) {
  start();
  HeldLog held(*log);
  held.hold();
  auto second = Pump::start(held, store, toys(), {.partitions = 2});
  ASSERT_TRUE(second);
  (*second)->append(Topic::feedback, "acme/key", said("a", minute(0)));
  (*second)->commit({});
  second->reset();
  held.release_all();
}

TEST_F(PumpOfToys, ControlEventsReachEveryPartitionOfEveryInput) {
  start();
  Event event = said("control", minute(0));
  event.body = ImportBegan{minute(9)};
  pump->append_everywhere(event);
  ASSERT_TRUE(pump->run_before(minute(1)));
  pump->commit({});
  for (const Topic topic : {Topic::feedback, Topic::measures}) {
    for (std::uint16_t partition = 0; partition < 2; ++partition) {
      EXPECT_EQ(told(*log, topic, partition), std::vector<std::string>{"0:control"});
      EXPECT_EQ(seen_in(store, {index_of(topic), partition}, "acme"), "control ");
    }
  }
}

}  // namespace
}  // namespace earshot::test
