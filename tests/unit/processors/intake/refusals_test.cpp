// What intake does not pass on: repeats, conflicts, and what is no event of ours.
#include "intake_room.h"

#include "event/codec.h"
#include "event/names.h"
#include "processors/intake/seen.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix
using std::chrono::days;

TEST(IntakeDedupe, DropsARepeatAndChangesNothing) {
  IntakeRoom room;
  EXPECT_FALSE(room.give(noon(), "review-1", IntakeRoom::review(1, "awful")).empty());
  const auto before = room.feed().values();
  EXPECT_TRUE(room.give(noon(1), "review-1", IntakeRoom::review(1, "awful")).empty());
  EXPECT_EQ(room.feed().values(), before);
  EXPECT_FALSE(room.give(noon(1), "review-2", IntakeRoom::review(1, "awful")).empty())
      << "the same words under another id are said anew";
}

TEST(IntakeDedupe, LooksAtSourceAndIdTogether) {
  IntakeRoom room;
  Event first = IntakeRoom::event(noon(), "one", IntakeRoom::review(1));
  Event second = first;
  second.source = "/acme/other";
  const std::string key = feedback_key("", "acme", IntakeRoom::review(1));
  EXPECT_FALSE(room.feed().give(first, key).empty());
  EXPECT_FALSE(room.feed().give(second, key).empty());
  // The bound between source and id is part of the name.
  first.source = "/acme/o";
  first.id = "ther/one";
  EXPECT_FALSE(room.feed().give(first, key).empty());
}

TEST(IntakeDedupe, KeepsTheFirstOfTwoContentsAndTellsTheOtherOnce) {
  IntakeRoom room;
  room.give(noon(), "review-1", IntakeRoom::review(5, "fine"));
  const auto emitted = room.give(noon(1), "review-1", IntakeRoom::review(1, "awful"));
  const auto letter = only_one<DeadLetter>(emitted);
  EXPECT_EQ(letter.reason, DeadLetterReason::conflict);
  EXPECT_TRUE(Feed::only<ActivityRecorded>(emitted).empty());
  EXPECT_TRUE(room.give(noon(2), "review-1", IntakeRoom::review(1, "awful")).empty()) << "told once";
  EXPECT_TRUE(room.give(noon(2), "review-1", IntakeRoom::review(5, "fine")).empty()) << "the first one stands";
  EXPECT_EQ(only_one<DeadLetter>(room.give(noon(3), "review-1", IntakeRoom::review(2, "so so"))).reason,
            DeadLetterReason::conflict);
}

TEST(IntakeDedupe, TakesADeliveryOfTheSameContentAtAnotherTimeForARepeat) {
  IntakeRoom room;
  room.give(noon(), "review-1", IntakeRoom::review(5));
  Event again = IntakeRoom::event(noon(1), "review-1", IntakeRoom::review(5));
  again.time = noon(-3);
  EXPECT_TRUE(room.feed().give(again, feedback_key("", "acme", IntakeRoom::review(5))).empty());
}

// Remembered for 30 whole days after the day on which it was recorded.
TEST(IntakeDedupe, ForgetsAfterThirtyDays) {
  IntakeRoom room;
  room.give(noon(), "review-1", IntakeRoom::review(5));
  const Timestamp forgets = std::chrono::floor<days>(noon()) + days{31};
  room.feed().pass_time_to(forgets - Millis{1});
  EXPECT_TRUE(room.give(forgets - Millis{1}, "review-1", IntakeRoom::review(5)).empty());
  room.feed().pass_time_to(forgets);
  EXPECT_FALSE(room.give(forgets, "review-1", IntakeRoom::review(5)).empty());
}

// A key with many ids has many buckets; what is asked is asked of all of them.
TEST(IntakeDedupe, KnowsEveryOneOfManyEventsOfOneKey) {
  IntakeRoom room;
  const int count = 40 * kBucketIds;
  const auto id = [](int i) { return "review-" + std::to_string(i); };
  for (int i = 0; i < count; ++i) ASSERT_FALSE(room.give(noon(), id(i), IntakeRoom::review(5)).empty()) << i;
  EXPECT_GT(room.feed().values().size(), 20u) << "a value grows without bound";
  for (int i = 0; i < count; ++i) ASSERT_TRUE(room.give(noon(1), id(i), IntakeRoom::review(5)).empty()) << i;
  for (int i = 0; i < count; ++i)
    ASSERT_EQ(Feed::only<DeadLetter>(room.give(noon(2), id(i), IntakeRoom::review(1))).size(), 1u) << i;
  for (int i = 0; i < count; ++i) ASSERT_TRUE(room.give(noon(3), id(i), IntakeRoom::review(1)).empty()) << i;
  for (const auto& [name, value] : room.feed().values()) EXPECT_LT(value.size(), 4u * 20 * kBucketIds) << name.second;
}

TEST(IntakeDedupe, WhatIsForgottenMakesRoom) {
  IntakeRoom room;
  for (int day = 0; day < 1000; day += 10) {
    for (int i = 0; i < 12; ++i)
      room.give(noon(day), "review-" + std::to_string(day) + "-" + std::to_string(i), IntakeRoom::review(5));
  }
  std::size_t bytes = 0;
  for (const auto& [name, value] : room.feed().values()) bytes += value.size();
  EXPECT_LT(bytes, 4u * 20 * kBucketIds) << "forty-eight at a time, of twelve hundred";
  EXPECT_TRUE(room.feed().timers().empty());
}

TEST(IntakeDedupe, NeverForgetsWhatWasImported) {
  IntakeRoom room;
  room.control(noon(), ImportBegan{noon(1)});
  room.give(noon(1), "review-1", IntakeRoom::review(5));
  room.feed().pass_time_to(noon(400));
  EXPECT_TRUE(room.give(noon(400), "review-1", IntakeRoom::review(5)).empty());
}

// History that was imported into a log that lived already, and a repeat of that import months later.
TEST(IntakeDedupe, NeverForgetsWhatWasImportedLate) {
  IntakeRoom room;
  Event event = IntakeRoom::event(noon(), "review-1", IntakeRoom::review(5));
  event.imported = true;
  EXPECT_FALSE(room.feed().give(event, feedback_key("", "acme", IntakeRoom::review(5))).empty());
  room.feed().pass_time_to(noon(400));
  event.recorded = noon(400);
  EXPECT_TRUE(room.feed().give(event, feedback_key("", "acme", IntakeRoom::review(5))).empty());
}

TEST(IntakeRefusals, HaveATypedReasonAndKeepTheBytes) {
  Input no_stars = IntakeRoom::review(6);
  Input nobody = IntakeRoom::review(4, "", {});
  Input not_a_key = IntakeRoom::review(4, "", {"user-1"});
  Input no_order = IntakeRoom::review(4);
  no_order.kind = InputKind::order;
  Input off_scale = IntakeRoom::survey(InputKind::survey_answered, "web:user-1", 11);
  Input no_channel = IntakeRoom::review(4);
  no_channel.channel.clear();
  struct Row {
    const char* name;
    Input input;
    DeadLetterReason reason;
  };
  const Row rows[] = {{"a rating off its scale", no_stars, DeadLetterReason::invalid_event},
                      {"a score off its scale", off_scale, DeadLetterReason::invalid_event},
                      {"no channel", no_channel, DeadLetterReason::invalid_event},
                      {"nobody", nobody, DeadLetterReason::no_identity},
                      {"a key that is not kind:value", not_a_key, DeadLetterReason::no_identity},
                      {"an order without its block", no_order, DeadLetterReason::missing_block}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    IntakeRoom room;
    const auto emitted = room.give(noon(), "bad", row.input);
    ASSERT_EQ(emitted.size(), 2u) << "the letter and its measure, and nothing else";
    const auto letter = only_one<DeadLetter>(emitted);
    const auto measure = only_one<MeasureTaken>(emitted);
    const std::string bytes = encode(IntakeRoom::event(noon(), "bad", row.input));
    EXPECT_EQ(letter.reason, row.reason);
    EXPECT_FALSE(letter.detail.empty());
    EXPECT_EQ(letter.place, "earshot.feedback/0@0");
    EXPECT_EQ(letter.bytes, bytes);
    EXPECT_EQ(letter.length, static_cast<std::int64_t>(bytes.size()));
    EXPECT_EQ(letter.sha256, sha256_hex(bytes));
    EXPECT_EQ(measure.kind, MeasureKind::dead_letter);
    EXPECT_EQ(measure.outcome, name_of(row.reason));
    EXPECT_TRUE(room.give(noon(1), "bad", row.input).empty()) << "refused once";
    EXPECT_FALSE(Feed::only<ActivityRecorded>(room.give(noon(1), "good", IntakeRoom::review(4))).empty())
        << "its neighbour passes";
  }
}

TEST(IntakeRefusals, KeepTheFirstBytesOfWhatIsLong) {
  IntakeRoom room;
  const auto letter = only_one<DeadLetter>(room.give(noon(), IntakeRoom::review(9, std::string(40'000, 'x'))));
  EXPECT_EQ(letter.bytes.size(), kDeadLetterBytesMax);
  EXPECT_GT(letter.length, 40'000);
}

TEST(IntakeRefusals, PassOnTheDeadLetterOfAConnectorOnce) {
  IntakeRoom room;
  DeadLetter letter;
  letter.reason = DeadLetterReason::not_json;
  letter.place = "reviews.jsonl line 3";
  letter.bytes = "{";
  letter.length = 1;
  letter.sha256 = sha256_hex("{");
  Event event = event_of(letter, "acme");
  event.time = event.recorded = noon();
  const std::string key = feedback_key("acme", letter);
  const auto emitted = room.feed().give(event, key);
  EXPECT_EQ(only_one<DeadLetter>(emitted), letter);
  EXPECT_EQ(only_one<MeasureTaken>(emitted).outcome, "not_json");
  EXPECT_TRUE(room.feed().give(event, key).empty());
}

TEST(IntakeMending, IsTakenOnceFromWhoeverIsFirst) {
  IntakeRoom room;
  DeadLetterMended mended{"0123", "agent-7", true, "cloudevents", sha256_hex("{}"), {{"/acme/web", "r-1"}}};
  const std::string key = mended_key("acme", "0123");
  Event event = event_of(mended, "acme", noon());
  event.recorded = noon();
  EXPECT_EQ(only_one<DeadLetterMended>(room.feed().give(event, key)), mended);
  const auto before = room.feed().values();
  event.body = DeadLetterMended{"0123", "agent-8", true, "cloudevents", sha256_hex("{ }"), {{"/acme/web", "r-2"}}};
  EXPECT_TRUE(room.feed().give(event, key).empty());
  EXPECT_EQ(room.feed().values(), before);
  EXPECT_FALSE(room.feed()
                   .give(event_of(DeadLetterMended{"4567", "agent-8"}, "acme", noon(400)), mended_key("acme", "4567"))
                   .empty());
}

TEST(IntakeReached, KeepsHowFarEachLiveSourceHasCome) {
  IntakeRoom room;
  const auto reach = [&](const ConnectorReached& reached) {
    Event event;
    event.id = "1";
    event.source = "/earshot/sources/" + reached.connector;
    event.tenant = "acme";
    event.time = event.recorded = noon();
    event.body = reached;
    return room.feed().give(event, reached_key("acme", reached.connector));
  };
  EXPECT_TRUE(reach({"bluesky", "1764201600000000", noon()}).empty()) << "nothing follows from it";
  EXPECT_TRUE(reach({"bluesky", "1764201660000000", noon(1)}).empty());
  EXPECT_TRUE(reach({"mastodon", "", noon(2)}).empty());
  const auto kept = [&](const std::string& connector) {
    return read_reached(connector, room.feed().values().at({reached_key("acme", connector), std::string(kReachedName)}))
        .value();
  };
  EXPECT_EQ(kept("bluesky"), (ConnectorReached{"bluesky", "1764201660000000", noon(1)}));
  EXPECT_EQ(kept("mastodon"), (ConnectorReached{"mastodon", "", noon(2)}));
}

}  // namespace
}  // namespace earshot
