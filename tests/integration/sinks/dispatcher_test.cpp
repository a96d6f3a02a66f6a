#include "sinks/dispatcher.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "earshot/topics.h"
#include "event/codec.h"
#include "event_log/memory.h"
#include "state_store/memory.h"
#include "support/manual_clock.h"
#include "support/random_test.h"
#include "support/scratch.h"

namespace earshot {
namespace {

using namespace std::chrono_literals;
using Ids = std::vector<std::string>;

// Takes an alert, or answers as it was told to.
class SinkOfTest : public Sink {
 public:
  std::string_view name() const override { return "test"; }
  DeliveryResult deliver(const Notice& notice) override {
    tried.push_back(notice.id);
    alerts.emplace_back();
    for (const Event& alert : notice.alerts) alerts.back().push_back(alert.id);
    if (answer_to_all) return *answer_to_all;
    const auto found = answers.find(notice.id);
    return found == answers.end() ? DeliveryResult{} : found->second;
  }
  std::map<std::string, DeliveryResult> answers;
  std::optional<DeliveryResult> answer_to_all;
  Ids tried;
  std::vector<Ids> alerts;  // of each
};

class DispatcherTest : public ::testing::Test {
 protected:
  DispatcherTest() {
    for (const TopicName& topic : kTopics) topics_.push_back({std::string(topic.name), 2});
    log_ = std::move(*MemoryLog::open(disk_, state_, {.topics = topics_}));
  }

  void publish(const std::string& id, std::uint16_t partition = 0, const std::string& tenant = "acme",
               Severity severity = Severity::warning, std::optional<CaseId> case_id = {}) {
    Event event;
    event.id = id;
    event.source = "/earshot/desk";
    event.tenant = tenant;
    event.time = event.recorded = clock_.now();
    event.body = AlertRaised{.severity = severity, .title = id, .case_id = case_id};
    log_->emit({index_of(Topic::alerts), partition}, {event.recorded, "acme", encode(event)});
    log_->commit({});
  }
  std::unique_ptr<Dispatcher> open(std::uint64_t seed = 1, std::size_t pending_max = 1000) {
    return open(Dispatcher::Settings{.pending_max = pending_max, .parked_max = 3, .seed = seed});
  }
  std::unique_ptr<Dispatcher> open(Dispatcher::Settings settings) {
    settings.file = scratch_.path() / "test.json";
    settings.tenant = "acme";
    auto opened = Dispatcher::open(*log_, topics_, sink_, clock_, std::move(settings));
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return std::move(*opened);
  }
  std::optional<Timestamp> turn(Dispatcher& dispatcher) {
    const auto next = dispatcher.turn();
    EXPECT_TRUE(next);
    return *next;
  }
  // Until nothing is pending any more.
  void park_all(Dispatcher& dispatcher) {
    while (const auto next = turn(dispatcher)) clock_.go_to(std::max(*next, clock_.now()));
  }
  void fail(const std::string& id, Millis retry_after = {}) {
    sink_.answers[id] = {Delivery::try_again, "HTTP 503", retry_after};
  }

  test::Scratch scratch_;
  test::ManualClock clock_;
  std::vector<TopicSpec> topics_;
  MemoryDisk disk_;
  MemoryStore state_;
  std::unique_ptr<MemoryLog> log_;
  SinkOfTest sink_;
};

TEST_F(DispatcherTest, ANewSinkIsNotToldOfThePast) {
  publish("old");
  const auto dispatcher = open();
  publish("new");
  turn(*dispatcher);
  EXPECT_EQ(sink_.tried, Ids{"new"});
}

TEST_F(DispatcherTest, GoesOnAfterARestartAndSendsNothingTwice) {
  (void)open();
  publish("a");
  turn(*open());
  publish("b", 1);
  turn(*open());
  turn(*open());
  EXPECT_EQ(sink_.tried, (Ids{"a", "b"}));
}

TEST_F(DispatcherTest, WhatWasPublishedWhileNobodyRanIsSent) {
  (void)open();
  publish("a");
  publish("b");
  turn(*open());
  EXPECT_EQ(sink_.tried, (Ids{"a", "b"}));
}

TEST_F(DispatcherTest, AFailedDeliveryHoldsUpNobodyAndIsTriedAgainWithTheSameId) {
  const auto dispatcher = open();
  fail("a");
  publish("a");
  publish("b");
  auto next = turn(*dispatcher);
  EXPECT_EQ(sink_.tried, (Ids{"a", "b"}));
  ASSERT_TRUE(next);
  EXPECT_LE(*next, clock_.now() + 5s);
  sink_.answers.clear();
  clock_.go_to(*next - 1ms);
  if (*next > clock_.now()) turn(*dispatcher);
  EXPECT_EQ(sink_.tried.size(), 2u) << "not before it is due";
  clock_.go_to(*next);
  EXPECT_FALSE(turn(*dispatcher));
  EXPECT_EQ(sink_.tried, (Ids{"a", "b", "a"}));
}

TEST_F(DispatcherTest, KeepsToTheScheduleAndParksAfterTheLastTry) {
  const std::uint64_t seed = test::seed_of_test(5);
  const auto schedule = Dispatcher::standard_schedule();
  for (int round = 0; round < test::scaled(20); ++round) {
    SCOPED_TRACE(round);
    const auto dispatcher = open(seed + static_cast<std::uint64_t>(round));
    const std::string id = "a" + std::to_string(round);
    fail(id);
    publish(id);
    sink_.tried.clear();
    for (std::size_t tries = 1; tries < schedule.size(); ++tries) {
      const auto next = turn(*dispatcher);
      ASSERT_EQ(sink_.tried.size(), tries);
      ASSERT_TRUE(next);
      EXPECT_GE(*next, clock_.now());
      EXPECT_LE(*next, clock_.now() + schedule[tries]);
      clock_.go_to(*next);
    }
    EXPECT_FALSE(turn(*dispatcher));
    EXPECT_EQ(sink_.tried.size(), schedule.size());
    clock_.pass(1000h);
    turn(*dispatcher);
    EXPECT_EQ(sink_.tried.size(), schedule.size()) << "parked is parked";
    ASSERT_FALSE(dispatcher->state().parked.empty());
    EXPECT_EQ(dispatcher->state().parked.back().id, id);
    EXPECT_EQ(dispatcher->state().parked.back().detail, "HTTP 503");
  }
}

TEST_F(DispatcherTest, TheWaitsAreSpreadOverTheWholeSpan) {
  const auto dispatcher = open();
  Millis least = 1h;
  Millis most = 0ms;
  for (int i = 0; i < 200; ++i) {
    const std::string id = std::to_string(i);
    fail(id);
    publish(id);
  }
  turn(*dispatcher);
  const auto state = dispatcher->state();
  for (const PendingDelivery& delivery : state.pending) {
    least = std::min(least, delivery.due - clock_.now());
    most = std::max(most, delivery.due - clock_.now());
  }
  EXPECT_LT(least, 500ms);
  EXPECT_GT(most, 4500ms);
}

TEST_F(DispatcherTest, WaitsAsLongAsTheReceiverAsks) {
  const auto dispatcher = open();
  fail("a", 2h);
  publish("a");
  EXPECT_EQ(turn(*dispatcher), clock_.now() + 2h);
}

TEST_F(DispatcherTest, StopsForGoodWhenTheReceiverRefuses) {
  auto dispatcher = open();
  sink_.answers["a"] = {Delivery::never, "HTTP 410", {}};
  publish("a");
  publish("b");
  turn(*dispatcher);
  EXPECT_EQ(sink_.tried, Ids{"a"});
  dispatcher = open();
  publish("c");
  EXPECT_FALSE(turn(*dispatcher));
  EXPECT_EQ(sink_.tried, Ids{"a"}) << "also after a restart";
  EXPECT_NE(dispatcher->state().stopped.find("410"), std::string::npos);
}

TEST_F(DispatcherTest, AFailedDeliverySurvivesARestart) {
  {
    const auto dispatcher = open();
    fail("a");
    publish("a");
    turn(*dispatcher);
  }
  sink_.answers.clear();
  clock_.pass(5s);
  EXPECT_FALSE(turn(*open()));
  EXPECT_EQ(sink_.tried, (Ids{"a", "a"}));
}

TEST_F(DispatcherTest, ReadsNoMoreThanItCanKeep) {
  const auto dispatcher = open(1, 3);
  for (int i = 0; i < 5; ++i) {
    fail("a" + std::to_string(i));
    publish("a" + std::to_string(i));
  }
  turn(*dispatcher);
  EXPECT_EQ(dispatcher->state().pending.size(), 3u);
  sink_.answers.clear();
  clock_.pass(5s);
  turn(*dispatcher);
  turn(*dispatcher);
  EXPECT_TRUE(dispatcher->state().pending.empty());
  EXPECT_EQ(dispatcher->counts().delivered, 5u);
}

TEST_F(DispatcherTest, AnAlertThatTheLogNoLongerKeepsIsLetGo) {
  const auto dispatcher = open();
  fail("a");
  publish("a");
  turn(*dispatcher);
  ASSERT_TRUE(log_->drop_before({index_of(Topic::alerts), 0}, 1));
  clock_.pass(5s);
  EXPECT_FALSE(turn(*dispatcher));
  EXPECT_EQ(sink_.tried, Ids{"a"});
  EXPECT_EQ(dispatcher->counts().forgotten, 1u) << "and it is said";
  EXPECT_EQ(dispatcher->counts().delivered, 0u);
}

TEST_F(DispatcherTest, SendsItsTenantsAlertsOnly) {
  const auto dispatcher = open();
  publish("ours");
  publish("theirs", 0, "other");
  turn(*dispatcher);
  EXPECT_EQ(sink_.tried, Ids{"ours"});
}

TEST_F(DispatcherTest, WhatWasParkedIsMadeAgainWithItsIdAlsoAfterARestart) {
  auto dispatcher = open();
  for (const char* id : {"a", "b", "c"}) {
    fail(id);
    publish(id);
  }
  park_all(*dispatcher);
  EXPECT_FALSE(dispatcher->resend("none"));
  EXPECT_EQ(dispatcher->state().parked.size(), 3u);
  dispatcher = open();
  sink_.tried.clear();
  sink_.answers.clear();
  EXPECT_EQ(*dispatcher->resend("b"), 1u);
  dispatcher = open();
  turn(*dispatcher);
  EXPECT_EQ(sink_.tried, Ids{"b"});
  EXPECT_EQ(*dispatcher->resend(""), 2u);
  turn(*dispatcher);
  std::sort(sink_.tried.begin(), sink_.tried.end());
  EXPECT_EQ(sink_.tried, (Ids{"a", "b", "c"}));
  EXPECT_TRUE(open()->state().parked.empty());
}

TEST_F(DispatcherTest, WhoMendedAReceiverNeedNotWaitForTheNextTry) {
  const auto dispatcher = open();
  fail("a");
  publish("a");
  publish("b");
  turn(*dispatcher);
  sink_.tried.clear();
  sink_.answers.clear();
  turn(*dispatcher);
  EXPECT_EQ(sink_.tried, Ids{}) << "the next try is later";
  EXPECT_EQ(*dispatcher->resend(""), 1u) << "b has arrived";
  turn(*dispatcher);
  EXPECT_EQ(sink_.tried, Ids{"a"});
  EXPECT_EQ(*dispatcher->resend(""), 0u);
}

TEST_F(DispatcherTest, WhatIsMadeAgainHasAllItsTriesAgain) {
  const auto dispatcher = open();
  fail("a");
  publish("a");
  park_all(*dispatcher);
  ASSERT_TRUE(dispatcher->resend("a"));
  sink_.tried.clear();
  park_all(*dispatcher);
  EXPECT_EQ(sink_.tried.size(), Dispatcher::standard_schedule().size());
  EXPECT_EQ(dispatcher->state().parked.size(), 1u);
}

TEST_F(DispatcherTest, OneTooManyParkedIsForgottenAndSaid) {
  const auto dispatcher = open();  // keeps three
  for (const char* id : {"a", "b", "c", "d"}) {
    fail(id);
    publish(id);
    park_all(*dispatcher);
  }
  const auto state = dispatcher->state();
  ASSERT_EQ(state.parked.size(), 3u);
  EXPECT_EQ(state.parked.front().id, "b");
  EXPECT_EQ(dispatcher->counts().parked, 4u);
  EXPECT_EQ(dispatcher->counts().forgotten, 1u);
}

TEST_F(DispatcherTest, ASinkThatWasStoppedGoesOnWhenSomethingIsMadeAgain) {
  auto dispatcher = open();
  sink_.answers["a"] = {Delivery::never, "HTTP 410", {}};
  publish("a");
  publish("b");
  turn(*dispatcher);
  sink_.answers.clear();
  EXPECT_EQ(*dispatcher->resend(""), 2u);
  dispatcher = open();
  turn(*dispatcher);
  EXPECT_EQ(sink_.tried, (Ids{"a", "a", "b"}));
}

TEST_F(DispatcherTest, SendsWhatIsSevereEnough) {
  const auto dispatcher = open({.severity = Severity::warning});
  publish("info", 0, "acme", Severity::info);
  publish("warning", 0, "acme", Severity::warning);
  publish("critical", 0, "acme", Severity::critical);
  turn(*dispatcher);
  EXPECT_EQ(sink_.tried, (Ids{"warning", "critical"}));
}

TEST_F(DispatcherTest, TellsOfACaseOnceAtEachSeverityUntilItWasQuietLongEnough) {
  const Dispatcher::Settings settings{.quiet = 24h};
  auto dispatcher = open(settings);
  const CaseId one{0, 1};
  const CaseId other{0, 2};
  publish("first", 0, "acme", Severity::warning, one);
  publish("again", 1, "acme", Severity::warning, one);
  publish("worse", 0, "acme", Severity::critical, one);
  publish("other", 0, "acme", Severity::warning, other);
  publish("no case", 0, "acme", Severity::warning);
  publish("no case again", 0, "acme", Severity::warning);
  turn(*dispatcher);
  EXPECT_EQ(std::set(sink_.tried.begin(), sink_.tried.end()),
            (std::set<std::string>{"first", "worse", "other", "no case", "no case again"}));
  EXPECT_EQ(dispatcher->counts().quiet, 1u);
  dispatcher = open(settings);
  sink_.tried.clear();
  clock_.pass(24h - 1ms);
  publish("still quiet", 0, "acme", Severity::warning, one);
  turn(*dispatcher);
  EXPECT_TRUE(sink_.tried.empty()) << "also after a restart";
  clock_.pass(1ms);
  publish("news", 0, "acme", Severity::warning, one);
  turn(*dispatcher);
  EXPECT_EQ(sink_.tried, Ids{"news"});
}

TEST_F(DispatcherTest, SendsSoManyAMinuteAndTheRestAsADigest) {
  const Dispatcher::Settings settings{.per_minute = 3};
  auto dispatcher = open(settings);
  for (const char* id : {"a", "b", "c", "d", "e"}) publish(id);
  auto next = turn(*dispatcher);
  ASSERT_EQ(sink_.tried.size(), 3u);
  EXPECT_EQ(sink_.alerts, (std::vector<Ids>{{"a"}, {"b"}, {"c", "d", "e"}}));
  EXPECT_TRUE(sink_.tried[2].starts_with("digest-"));
  EXPECT_FALSE(next);
  publish("f");
  publish("g");
  dispatcher = open(settings);
  clock_.pass(30s);
  next = turn(*dispatcher);
  EXPECT_EQ(sink_.tried.size(), 3u) << "also after a restart";
  ASSERT_TRUE(next);
  EXPECT_EQ(*next, clock_.now() + 30s);
  clock_.go_to(*next);
  turn(*dispatcher);
  EXPECT_EQ(sink_.alerts.size(), 5u);
  EXPECT_EQ(sink_.alerts[4], Ids{"g"});
}

TEST_F(DispatcherTest, ADigestThatFailsIsTriedAgainAndParkedAsItIs) {
  const Dispatcher::Settings settings{.per_minute = 1, .parked_max = 3};
  auto dispatcher = open(settings);
  publish("a");
  publish("b");
  turn(*dispatcher);
  const std::string id = sink_.tried.at(0);
  fail("c");
  clock_.pass(1min);
  publish("c");
  publish("d");
  sink_.answer_to_all = DeliveryResult{Delivery::try_again, "HTTP 503", {}};
  dispatcher = open(settings);
  park_all(*dispatcher);
  ASSERT_EQ(dispatcher->state().parked.size(), 1u);
  const std::string parked = dispatcher->state().parked.front().id;
  EXPECT_NE(parked, id);
  EXPECT_EQ(dispatcher->state().parked.front().more.size(), 1u);
  sink_.answer_to_all.reset();
  dispatcher = open(settings);
  ASSERT_TRUE(dispatcher->resend(parked));
  publish("e");
  publish("f");
  park_all(*dispatcher);
  EXPECT_EQ(std::count(sink_.tried.begin(), sink_.tried.end(), parked), 11)
      << "and again under its own id, though others wait";
  EXPECT_TRUE(dispatcher->state().parked.empty());
}

TEST_F(DispatcherTest, NeverSendsMoreInAMinuteAndLosesNone) {
  const std::uint64_t seed = test::seed_of_test(11);
  Random random(seed);
  const Dispatcher::Settings settings{.per_minute = 4, .seed = seed};
  auto dispatcher = open(settings);
  std::set<std::string> published;
  std::multiset<std::string> taken;
  std::vector<Timestamp> times;
  for (int round = 0; round < test::scaled(500); ++round) {
    for (std::uint64_t n = random.below(random.chance(0.1) ? 12 : 2); n > 0; --n) {
      const std::string id = std::to_string(published.size());
      publish(id, static_cast<std::uint16_t>(random.below(2)));
      published.insert(id);
    }
    if (random.chance(0.1)) dispatcher = open(settings);
    sink_.answer_to_all.reset();
    if (random.chance(0.2)) sink_.answer_to_all = DeliveryResult{Delivery::try_again, "HTTP 503", {}};
    const std::size_t before = sink_.tried.size();
    turn(*dispatcher);
    for (std::size_t i = before; i < sink_.tried.size(); ++i) {
      times.push_back(clock_.now());
      if (!sink_.answer_to_all) taken.insert(sink_.alerts[i].begin(), sink_.alerts[i].end());
    }
    clock_.pass(Millis(random.between(0, 20'000)));
  }
  sink_.answer_to_all.reset();
  while (const auto next = turn(*dispatcher)) clock_.go_to(std::max(*next, clock_.now()));
  for (std::size_t i = 4; i < times.size(); ++i) ASSERT_GE(times[i] - times[i - 4], 1min) << i;
  EXPECT_TRUE(dispatcher->state().parked.empty());
  for (std::size_t i = 0; i < sink_.tried.size(); ++i) {
    if (i >= times.size()) taken.insert(sink_.alerts[i].begin(), sink_.alerts[i].end());
  }
  EXPECT_EQ(std::set(taken.begin(), taken.end()), published);
  EXPECT_EQ(taken.size(), published.size()) << "and none twice";
}

TEST_F(DispatcherTest, AFileOfBeforeThereWereTenantsIsReadOn) {
  (void)open();
  publish("a");
  std::ofstream(scratch_.path() / "test.json")
      << R"({"place":"7-0-0_7-1-0","pending":[{"id":"a","partition":0,"offset":0,"tries":1,"due":"2020-01-01T00:00:00Z"}]})";
  turn(*open());
  EXPECT_EQ(sink_.tried.front(), "a");
}

TEST_F(DispatcherTest, AFileThatCannotBeReadIsNamedWithTheRemedy) {
  std::ofstream(scratch_.path() / "test.json") << "{broken";
  const auto opened = Dispatcher::open(*log_, topics_, sink_, clock_, {.file = scratch_.path() / "test.json"});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::Corrupt);
  EXPECT_NE(opened.error().message.find("move it away"), std::string::npos);
}

}  // namespace
}  // namespace earshot
