#include "pipeline/task.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "unit/pipeline/toy.h"

namespace earshot::test {
namespace {

constexpr TopicPartition kInput{index_of(Topic::feedback), 2};

class TaskOfToy : public ::testing::Test {
 protected:
  TaskOfToy() { EXPECT_TRUE(task.load(store)); }

  std::vector<Emitted>& give(const Event& event, const std::string& key = "acme/key") {
    bytes_ = encode(event);
    return task.fold({offset_++, event.recorded, key, bytes_});
  }
  std::vector<Emitted>& tick(Timestamp at) {
    Event event;
    event.id = "tick";
    event.source = "/earshot/clock";
    event.time = event.recorded = at;
    event.body = ClockTicked{};
    return give(event, "");
  }
  static std::vector<std::string> items(const std::vector<Emitted>& emitted) {
    std::vector<std::string> found;
    for (const Emitted& one : emitted) found.push_back(std::get<MeasureTaken>(one.event.body).item);
    return found;
  }

  MemoryStore store;
  ValueCache values{store, 1 << 20};
  Task task{std::make_unique<Toy>("toy", Topic::feedback, Topic::measures), kInput, values};

 private:
  std::string bytes_;
  Offset offset_ = 0;
};

TEST_F(TaskOfToy, AnEventThatDoesNotSayWhenHappenedWhenItWasRecorded) {
  Event event = said("a", kEarliest);
  event.recorded = minute(3);
  const auto& emitted = give(event);
  ASSERT_EQ(emitted.size(), 1u);
  EXPECT_EQ(emitted[0].event.time, minute(3));
}

TEST_F(TaskOfToy, FiresOnlyOnTicksInOrderOfDueThenKey) {
  give(said("a", minute(0), "wake 5"), "acme/2");
  give(said("b", minute(0), "wake 5"), "acme/1");
  give(said("c", minute(0), "wake 3"), "acme/3");
  EXPECT_EQ(task.next_due(), minute(3));
  EXPECT_EQ(items(give(said("d", minute(9)))), std::vector<std::string>{"d"});  // time passing fires nothing
  EXPECT_EQ(items(tick(minute(9))),
            (std::vector<std::string>{"wake/c of acme/3", "wake/b of acme/1", "wake/a of acme/2"}));
  EXPECT_EQ(task.next_due(), std::nullopt);
  EXPECT_EQ(task.counters().timers_fired, 3);
}

TEST_F(TaskOfToy, ALateTickFiresWhatIsDueByNowAndADoubleOneNothing) {
  give(said("a", minute(0), "wake 5"));
  give(said("b", minute(6)));
  EXPECT_EQ(items(tick(minute(1))), std::vector<std::string>{"wake/a of acme/key"});
  EXPECT_TRUE(tick(minute(1)).empty());
  EXPECT_EQ(task.now(), minute(6));
}

TEST_F(TaskOfToy, ATickFiresAtMostAThousandTimers) {
  for (int i = 0; i <= kTimersPerTick; ++i) give(said("e" + std::to_string(1000 + i), minute(0), "wake 1"));
  const auto first = items(tick(minute(1)));
  ASSERT_EQ(first.size(), static_cast<std::size_t>(kTimersPerTick));
  EXPECT_EQ(first.front(), "wake/e1000 of acme/key");
  EXPECT_EQ(first.back(), "wake/e1999 of acme/key");
  EXPECT_EQ(task.next_due(), minute(1));
  EXPECT_EQ(items(tick(minute(1))), std::vector<std::string>{"wake/e2000 of acme/key"});
  EXPECT_EQ(task.next_due(), std::nullopt);
}

TEST_F(TaskOfToy, WhatCannotBeReadIsADeadLetterWithItsBytesAndPlace) {
  const std::string bytes(kDeadLetterBytesMax + 7, '{');
  const auto& emitted = task.fold({41, minute(1), "acme/key", bytes});
  ASSERT_EQ(emitted.size(), 1u);
  EXPECT_EQ(emitted[0].topic, Topic::dead_letters);
  EXPECT_EQ(emitted[0].key, "acme");
  EXPECT_EQ(emitted[0].event.tenant, "acme");
  const auto& letter = std::get<DeadLetter>(emitted[0].event.body);
  EXPECT_EQ(letter.reason, DeadLetterReason::not_json);
  EXPECT_EQ(letter.place, "earshot.feedback/2@41");
  EXPECT_EQ(letter.bytes, bytes.substr(0, kDeadLetterBytesMax));
  EXPECT_EQ(letter.length, static_cast<std::int64_t>(bytes.size()));
  EXPECT_EQ(letter.sha256, sha256_hex(bytes));
  EXPECT_EQ(task.counters().dead_letters, 1);
  EXPECT_EQ(task.now(), minute(1));
  EXPECT_EQ(items(give(said("next", minute(2)))), std::vector<std::string>{"next"});  // the stream goes on
}

TEST_F(TaskOfToy, HopsAboveSixteenAreADeadLetter) {
  Event event = said("far", minute(1));
  event.hops = kHopsMax;
  EXPECT_EQ(give(event)[0].event.hops, kHopsMax + 1);
  event.hops = kHopsMax + 1;
  const auto& emitted = give(event);
  ASSERT_EQ(emitted.size(), 1u);
  EXPECT_EQ(std::get<DeadLetter>(emitted[0].event.body).reason, DeadLetterReason::too_many_hops);
}

TEST_F(TaskOfToy, IdsOfWhatIsDerivedFollowFromTheCauseAlone) {
  const std::string id = give(said("a", minute(0)))[0].event.id;
  Task again(std::make_unique<Toy>("toy", Topic::feedback, Topic::measures), {index_of(Topic::feedback), 0}, values);
  const std::string bytes = encode(said("a", minute(0)));
  EXPECT_EQ(again.fold({77, minute(5), "acme/other", bytes})[0].event.id, id);
  EXPECT_NE(give(said("b", minute(0)))[0].event.id, id);
}

TEST_F(TaskOfToy, HandsATraceParentOnToWhatFollowsAtOnceAndToNoTimer) {
  Event traced = said("a", minute(0), "wake 5");
  traced.trace_parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const Event untraced = said("a", minute(0), "wake 5");
  Event derived = give(traced)[0].event;
  EXPECT_EQ(derived.trace_parent, traced.trace_parent);
  derived.trace_parent.clear();
  EXPECT_EQ(derived, give(untraced)[0].event) << "nothing else depends on it";
  EXPECT_EQ(tick(minute(5))[0].event.trace_parent, "");
}

TEST_F(TaskOfToy, TimersAndNowComeBackFromTheStore) {
  give(said("a", minute(0), "wake 5"));
  give(said("b", minute(0), "wake 7"));
  ASSERT_TRUE(store.write(task.take_timer_writes(1)));
  tick(minute(6));
  ASSERT_TRUE(store.write(task.take_timer_writes(2)));
  EXPECT_TRUE(task.take_timer_writes(3).empty());

  Task again(std::make_unique<Toy>("toy", Topic::feedback, Topic::measures), kInput, values);
  ASSERT_TRUE(again.load(store));
  EXPECT_EQ(again.now(), minute(6));
  EXPECT_EQ(again.next_due(), minute(7));
  Task other(std::make_unique<Toy>("toy", Topic::feedback, Topic::measures), {kInput.topic, 1}, values);
  ASSERT_TRUE(other.load(store));
  EXPECT_EQ(other.now(), kEarliest);
  EXPECT_EQ(other.next_due(), std::nullopt);
}

TEST_F(TaskOfToy, AKnownEventIsFoldedLikeItsBytes) {
  const Event event = said("a", minute(3), "wake 2");
  const std::string bytes = encode(event);
  const auto known = task.fold({0, minute(3), "acme/key", bytes}, &event);
  ValueCache other_values(store, 1 << 20);
  Task other(std::make_unique<Toy>("toy", Topic::feedback, Topic::measures), kInput, other_values);
  const auto read = other.fold({0, minute(3), "acme/key", bytes});
  ASSERT_EQ(known.size(), read.size());
  EXPECT_EQ(known[0].event, read[0].event);
  EXPECT_EQ(other.next_due(), task.next_due());
}

}  // namespace
}  // namespace earshot::test
