#include "pipeline/live.h"

#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "event/codec.h"
#include "support/manual_clock.h"
#include "unit/pipeline/toy.h"

namespace earshot::test {
namespace {

class LiveOfToys : public ::testing::Test {
 protected:
  using Answer = std::promise<Result<Live::Outcome>>;

  LiveOfToys() {
    auto opened = MemoryLog::open(disk, store, {.topics = toy_topics(1)});
    EXPECT_TRUE(opened);
    memory = std::move(*opened);
    held = std::make_unique<HeldLog>(*memory);
    auto started = Pump::start(*held, store,
                               {[] { return std::make_unique<Toy>("toy", Topic::feedback, Topic::measures); },
                                [] { return std::make_unique<Toy>("desk", Topic::desk, Topic::cases); }},
                               {.partitions = 1});
    EXPECT_TRUE(started);
    pump = std::move(*started);
    rules.record_key = [](const Event& event) { return "acme/" + event.id; };
    rules.is_known = [](const Event& event, std::string_view key, ValueView& values) {
      (void)event;
      return values.find(key, "seen", &HeldValue<state::ConfigState>::decode) != nullptr;
    };
    settings.tenant = "acme";
  }

  void begin() { live = std::make_unique<Live>(*pump, rules, clock, settings, hooks); }

  std::future<Result<Live::Outcome>> offer(std::vector<Event> events) {
    auto answer = std::make_shared<Answer>();
    auto future = answer->get_future();
    live->offer(std::move(events), [answer](Result<Live::Outcome> outcome) { answer->set_value(std::move(outcome)); });
    return future;
  }
  static std::vector<Event> some(const std::string& name, int count) {
    std::vector<Event> events;
    for (int i = 0; i < count; ++i) events.push_back(said(name + std::to_string(i), kEarliest));
    return events;
  }

  MemoryDisk disk;
  MemoryStore store;
  std::unique_ptr<MemoryLog> memory;
  std::unique_ptr<HeldLog> held;
  std::unique_ptr<Pump> pump;
  ImportRules rules;
  ManualClock clock{minute(0)};
  Live::Settings settings;
  Live::Hooks hooks;
  std::unique_ptr<Live> live;
};

TEST_F(LiveOfToys, AnswersWhenItIsInTheLogAndCountsWhatIsKnown) {
  begin();
  auto answer = offer({said("a", kEarliest), said("b", minute(-5)), said("a", kEarliest)}).get();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->accepted, 2);
  EXPECT_EQ(answer->duplicate, 1);
  EXPECT_EQ(told(*memory, Topic::feedback), (std::vector<std::string>{"0:a", "0:b"}));
  EXPECT_EQ(told(*memory, Topic::measures), (std::vector<std::string>{"0:a", "0:b"}));
  answer = offer({said("b", minute(-5))}).get();
  EXPECT_EQ(answer->duplicate, 1);
}

TEST_F(LiveOfToys, FillsTenantAndTimeAndSendsCommandsToTheDesk) {
  begin();
  Event command = said("c", kEarliest);
  command.tenant.clear();
  command.body = Command{};
  ASSERT_TRUE(offer({command}).get());
  EXPECT_EQ(told(*memory, Topic::desk), std::vector<std::string>{"0:c"});
  EXPECT_EQ(seen_in(store, {index_of(Topic::desk), 0}, "acme"), "c ");
}

// Numbered by who knows what is kept, and told to every processor.
TEST_F(LiveOfToys, SettingsGetTheirVersionAndGoEverywhereUnlessTheyAreInForce) {
  clock.pass(std::chrono::minutes{5});
  rules.number_settings = [](Event& event, ValueView* values) {
    EXPECT_NE(values, nullptr) << "this pump folds the one partition there is";
    auto& changed = std::get<ConfigChanged>(event.body);
    changed.version = to_millis(event.recorded);
    event.id = "numbered";
    return changed.settings != "in force";
  };
  begin();
  std::vector<Event> events = {said("1", kEarliest), said("2", kEarliest)};
  events[0].body = ConfigChanged{"toys", 0, "new"};
  events[1].body = ConfigChanged{"toys", 0, "in force"};
  const auto outcome = offer(std::move(events)).get();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->accepted, 1);
  EXPECT_EQ(outcome->duplicate, 1);
  EXPECT_EQ(outcome->recorded, minute(5));
  live->stop();
  for (const Topic topic : {Topic::feedback, Topic::desk}) {
    std::vector<std::string> versions;
    const auto read = memory->read({index_of(topic), 0}, 0, 100, [&](const StoredRecord& record) {
      const auto event = EventDecoder().decode(record.value);
      if (const auto* changed = event ? std::get_if<ConfigChanged>(&event->body) : nullptr)
        versions.push_back(event->id + " " + std::to_string(changed->version - to_millis(minute(5))));
      return true;
    });
    EXPECT_TRUE(read);
    EXPECT_EQ(versions, std::vector<std::string>{"numbered 0"});
  }
}

TEST_F(LiveOfToys, AWatchdogSeesACommitThatDoesNotEnd) {
  held->hold();
  begin();
  auto answer = offer(some("a", 1));
  held->wait_for_held(1);
  Watchdog patient(3), rounds_only(3);
  EXPECT_FALSE(patient.bites(live->progress()));
  EXPECT_FALSE(patient.bites(live->progress()));
  EXPECT_TRUE(patient.bites(live->progress()));
  held->release();
  EXPECT_TRUE(answer.get());
  while (live->progress().is_committing) std::this_thread::yield();
  Progress now = live->progress();
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(rounds_only.bites(now)) << "who goes round and commits nothing has nothing to commit";
    ++now.rounds;
  }
  --now.rounds;
  EXPECT_FALSE(rounds_only.bites(now));
  EXPECT_FALSE(rounds_only.bites(now));
  EXPECT_TRUE(rounds_only.bites(now)) << "the pump's thread stands";
}

TEST_F(LiveOfToys, AFullQueueRefusesAndALaterOfferIsTaken) {
  settings.queue_events_max = 10;
  std::promise<void> folding, go_on;
  const auto is_known = rules.is_known;
  rules.is_known = [&, is_known](const Event& event, std::string_view key, ValueView& values) {
    if (event.id == "first0") {
      folding.set_value();
      go_on.get_future().wait();
    }
    return is_known(event, key, values);
  };
  begin();
  auto first = offer(some("first", 1));
  folding.get_future().wait();  // the pump's thread is busy: what comes now waits in the queue
  auto second = offer(some("b", 8));
  EXPECT_EQ(offer(some("two", 2)).get().error().kind, ErrorKind::Unavailable);
  auto third = offer(some("one", 1));  // at the limit
  const auto full = offer(some("above", 1)).get();
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().message, "the queue is full; try again in a second");
  go_on.set_value();
  EXPECT_EQ(first.get()->accepted, 1);
  EXPECT_EQ(second.get()->accepted, 8);
  EXPECT_EQ(third.get()->accepted, 1);
  EXPECT_EQ(offer(some("c", 10)).get()->accepted, 10);
}

TEST_F(LiveOfToys, WhatGathersDuringACommitFillsTheQueueToo) {
  settings.queue_events_max = 10;
  std::promise<void> gathered;
  const auto is_known = rules.is_known;
  rules.is_known = [&, is_known](const Event& event, std::string_view key, ValueView& values) {
    if (event.id == "b8") gathered.set_value();
    return is_known(event, key, values);
  };
  held->hold();
  begin();
  auto first = offer(some("a", 1));
  held->wait_for_held(1);
  auto second = offer(some("b", 9));
  gathered.get_future().wait();  // no longer in the queue, not yet in the log
  EXPECT_EQ(live->unanswered(), 10u);
  const auto full = offer(some("above", 1)).get();
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().message, "the queue is full; try again in a second");
  held->release();
  EXPECT_EQ(first.get()->accepted, 1);
  held->release_all();
  EXPECT_EQ(second.get()->accepted, 9);
  EXPECT_EQ(offer(some("c", 10)).get()->accepted, 10);
}

TEST_F(LiveOfToys, WhatIsOfferedDuringACommitGoesIntoTheNextOne) {
  held->hold();
  begin();
  auto first = offer(some("a", 1));
  held->wait_for_held(1);
  auto second = offer(some("b", 2));
  auto third = offer(some("c", 3));
  held->release();
  EXPECT_EQ(first.get()->accepted, 1);
  held->wait_for_held(1);
  held->release_all();
  EXPECT_EQ(second.get()->accepted, 2);
  EXPECT_EQ(third.get()->accepted, 3);
}

// Another process has written for hours while nobody folded.
class LiveWithABacklog : public LiveOfToys {
 protected:
  static constexpr int kBacklog = 500;

  LiveWithABacklog() {
    for (int i = 0; i < kBacklog; ++i)
      memory->emit({index_of(Topic::feedback), 0},
                   {minute(0), "acme/x", encode(said("old" + std::to_string(i), minute(0)))});
    memory->commit({});
    settings.events_per_commit_max = 10;
  }
};

TEST_F(LiveWithABacklog, FoldsItInCommitsThatAreNotTooLarge) {
  begin();
  auto answer = offer(some("new", 1));
  EXPECT_EQ(answer.get()->accepted, 1);
  live->stop();
  EXPECT_EQ(pump->stages().front().counters.events_in, kBacklog + 1);
  EXPECT_EQ(told(*memory, Topic::measures).back(), "0:new0") << "what is offered comes after what was there";
  EXPECT_LE(held->largest_commit(), 8u * 10u);
}

TEST_F(LiveWithABacklog, StopsWithoutFoldingAllOfIt) {
  std::promise<void> folded, go_on;
  hooks.folded = [&, is_first = true](const std::vector<Pump::Stage>&) mutable {
    if (!std::exchange(is_first, false)) return;
    folded.set_value();
    go_on.get_future().wait();
  };
  begin();
  folded.get_future().wait();  // a first part, about to be committed
  auto waiting = offer(some("new", 1));
  std::thread stopper([&] { live->stop(); });
  while (live->ready()) std::this_thread::yield();
  go_on.set_value();
  stopper.join();
  EXPECT_FALSE(waiting.get()) << "it was not taken";
  EXPECT_GT(pump->stages().front().counters.events_in, 0);
  EXPECT_LT(pump->stages().front().counters.events_in, kBacklog);
}

TEST_F(LiveOfToys, StopWaitsForEveryCommitAndAnswersEverybody) {
  settings.events_per_commit_max = 1;  // more than eight records gathered: another commit joins the one under way
  held->hold();
  begin();
  auto first = offer(some("a", 1));
  held->wait_for_held(1);
  auto second = offer(some("b", 20));
  held->wait_for_held(2);
  std::thread stopper([&] { live->stop(); });
  held->release();
  EXPECT_TRUE(first.get());
  EXPECT_EQ(second.wait_for(std::chrono::seconds{0}), std::future_status::timeout);
  held->release_all();
  stopper.join();
  live.reset();
  EXPECT_EQ(second.get()->accepted, 20);
}

TEST_F(LiveOfToys, AnErrorOfTheLogStopsItAndNobodyIsLeftWithoutAnAnswer) {
  std::promise<std::string> stopped;
  hooks.stopped = [&](const Error& error) { stopped.set_value(error.message); };
  held->hold();
  begin();
  auto first = offer(some("a", 1));
  held->wait_for_held(1);
  auto second = offer(some("b", 1));
  held->release(Error{ErrorKind::Unavailable, "the disk is full"});
  EXPECT_EQ(stopped.get_future().get(), "the disk is full");
  held->release_all();
  EXPECT_EQ(first.get().error().message, "the disk is full");
  EXPECT_FALSE(second.get());
  EXPECT_EQ(offer(some("c", 1)).get().error().kind, ErrorKind::Unavailable);
  EXPECT_EQ(live->trouble()->message, "the disk is full");
  EXPECT_FALSE(live->ready());
  live->stop();
}

TEST_F(LiveOfToys, ALogThatCannotBeReadStopsItToo) {
  settings.events_per_commit_max = 1;
  held->hold();
  begin();
  auto first = offer(some("a", 1));
  held->wait_for_held(1);
  held->fail_polls();
  auto second = offer(some("b", 1));
  auto third = offer(some("c", 1));
  EXPECT_EQ(second.get().error().message, "cannot read");
  EXPECT_FALSE(third.get());
  held->release_all();
  EXPECT_TRUE(first.get());  // it is in the log
  live->stop();
}

TEST_F(LiveOfToys, FiresTimersWhenNothingIsOffered) {
  std::promise<void> committed;
  begin();
  ASSERT_TRUE(offer({said("a", kEarliest, "wake 5")}).get());
  live->stop();
  hooks.committed = [&](std::chrono::nanoseconds) { committed.set_value(); };
  clock.go_to(minute(6));
  begin();
  committed.get_future().get();
  live->stop();
  EXPECT_EQ(told(*memory, Topic::measures), (std::vector<std::string>{"0:a", "5:wake/a of acme/a"}));
}

// ---- the clock ------------------------------------------------------------------------------------------------------

class ClockOfLive : public LiveOfToys {
 protected:
  ClockOfLive() {
    settings.passed = [this] { return Millis{passed.load()}; };
  }
  void pass(Millis span) {
    clock.pass(span);
    passed += span.count();
  }
  std::atomic<long long> passed = 0;
};

TEST_F(ClockOfLive, AJumpRefusesEverythingUntilTheClockIsRightAgain) {
  begin();
  ASSERT_TRUE(offer({said("a", kEarliest, "wake 5")}).get());
  for (const Millis jump :
       {Millis{std::chrono::hours{24 * 365}}, Millis{-std::chrono::hours{1}}, Millis{5001}, Millis{-5001}}) {
    SCOPED_TRACE(jump.count());
    clock.pass(jump);
    const auto refused = offer(some("jumped", 1)).get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Unavailable);
    EXPECT_NE(refused.error().message.find("has jumped by " + std::to_string(jump.count()) + " ms"), std::string::npos);
    EXPECT_FALSE(live->ready());
    EXPECT_FALSE(live->trouble());
    clock.pass(-jump);
    while (!live->ready()) std::this_thread::yield();
    EXPECT_TRUE(offer(some("after" + std::to_string(jump.count()), 1)).get());
  }
  live->stop();
  EXPECT_EQ(told(*memory, Topic::measures).size(), 5u);  // no tick of a day that has not come
}

TEST_F(ClockOfLive, TimeThatPassesAndSmallCorrectionsAreNoJumps) {
  ClockWatch watch(clock, settings.passed);
  for (int i = 0; i < 5; ++i) {
    pass(std::chrono::hours{1});
    clock.pass(kClockOffMax);
    EXPECT_EQ(*watch.now(), clock.now());
  }
  clock.pass(-kClockOffMax - Millis{1});
  EXPECT_FALSE(watch.now());
  pass(std::chrono::hours{1});
  EXPECT_FALSE(watch.now());  // time does not heal it
  clock.pass(Millis{1});
  EXPECT_TRUE(watch.now());
}

TEST_F(ClockOfLive, WithoutAnotherClockTheGivenOneIsBelieved) {
  settings.passed = {};
  begin();
  clock.pass(std::chrono::hours{24 * 365});
  EXPECT_TRUE(offer(some("a", 1)).get());
  clock.pass(-std::chrono::hours{24});
  EXPECT_TRUE(offer(some("b", 1)).get());  // the log's time stands still
  live->stop();
  const auto lines = told(*memory, Topic::feedback);
  EXPECT_EQ(lines[0].substr(0, lines[0].find(':')), lines[1].substr(0, lines[1].find(':')));
}

}  // namespace
}  // namespace earshot::test
