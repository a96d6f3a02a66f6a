#include <gtest/gtest.h>

#include "support/insight_feed.h"

namespace earshot::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Timestamp kNine = *parse_rfc3339("2026-11-20T09:00:00Z");

void give_letters(InsightFeed& insight, Timestamp at, int count, const std::string& reason = "bad_time",
                  std::uint16_t shard = 0) {
  for (int i = 0; i < count; ++i) {
    MeasureTaken measure;
    measure.kind = MeasureKind::dead_letter;
    measure.at = at;
    measure.item = "letter";
    measure.outcome = reason;
    insight.give(at, std::move(measure), shard);
  }
  insight.pass_time_to(at + minutes{2});
}

TEST(DeadLetterSpike, IsAlertedToOnceWhenThereAreManyWithinAnHour) {
  InsightFeed insight;
  give_letters(insight, kNine, 19);
  EXPECT_TRUE(insight.alerts().empty());
  give_letters(insight, kNine + minutes{10}, 1);
  ASSERT_EQ(insight.alerts().size(), 1u);
  EXPECT_EQ(insight.alerts()[0].severity, Severity::warning);
  EXPECT_EQ(insight.alerts()[0].title, "20 dead letters of reason bad_time within an hour");
  EXPECT_EQ(insight.alerts()[0].reasons,
            (std::vector<std::string>{"none in the day before", "earshot dead-letters list --open --reason bad_time"}));
  give_letters(insight, kNine + minutes{20}, 100);
  EXPECT_EQ(insight.alerts().size(), 1u);
}

TEST(DeadLetterSpike, IsOfOneReasonAndAddsUpOverShards) {
  InsightFeed insight;
  give_letters(insight, kNine, 19, "bad_time");
  give_letters(insight, kNine + minutes{5}, 19, "not_json");
  EXPECT_TRUE(insight.alerts().empty());
  give_letters(insight, kNine + minutes{10}, 1, "not_json", 3);
  ASSERT_EQ(insight.alerts().size(), 1u);
  EXPECT_NE(insight.alerts()[0].title.find("not_json"), std::string::npos);
}

TEST(DeadLetterSpike, OfTwoHoursIsNone) {
  InsightFeed insight;
  give_letters(insight, kNine + minutes{50}, 19);
  give_letters(insight, kNine + minutes{60}, 19);
  EXPECT_TRUE(insight.alerts().empty());
}

TEST(DeadLetterSpike, IsFiveTimesTheUsual) {
  for (const bool is_more : {false, true}) {
    SCOPED_TRACE(is_more);
    InsightFeed insight;
    for (int hour = 1; hour <= 24; ++hour) give_letters(insight, kNine + hours{hour}, 10);
    give_letters(insight, kNine + hours{25}, is_more ? 50 : 49);
    EXPECT_EQ(insight.alerts().size(), is_more ? 1u : 0u);
  }
}

TEST(DeadLetterSpike, IsAlertedToAgainAfterADay) {
  InsightFeed insight;
  give_letters(insight, kNine, 20);
  give_letters(insight, kNine + hours{23}, 200);
  EXPECT_EQ(insight.alerts().size(), 1u);
  give_letters(insight, kNine + hours{24}, 2000);
  EXPECT_EQ(insight.alerts().size(), 2u);
}

TEST(DeadLetterSpike, OfHistoryIsNoNews) {
  InsightFeed insight;
  insight.control(kNine, ImportBegan{kNine + hours{2}});
  give_letters(insight, kNine + hours{2}, 100);
  insight.pass_time_to(kNine + hours{27});
  EXPECT_TRUE(insight.alerts().empty());
}

TEST(DeadLetterSpike, IsAsTheSettingsSay) {
  for (const auto& [settings, alerts] :
       {std::pair(R"({"dead_letters_spike":3})", 1u), std::pair(R"({"dead_letters_spike":0})", 0u)}) {
    SCOPED_TRACE(settings);
    InsightFeed insight;
    insight.control(kNine, ConfigChanged{"insight", 1, settings});
    give_letters(insight, kNine, 3);
    give_letters(insight, kNine + minutes{10}, 2);
    EXPECT_EQ(insight.alerts().size(), alerts);
  }
}

TEST(DeadLetters, AreCountedByReason) {
  InsightFeed insight;
  give_letters(insight, kNine, 3, "bad_time");
  give_letters(insight, kNine, 2, "not_json");
  insight.pass_time_to(kNine + minutes{10});
  EXPECT_EQ(insight.row(false, kNine, "dead_letters")->count, 5);
  EXPECT_EQ(insight.row(false, kNine, "dead_letters", "reason=bad_time")->count, 3);
  EXPECT_EQ(insight.row(false, kNine, "dead_letters", "reason=not_json")->count, 2);
}

}  // namespace
}  // namespace earshot::testing
