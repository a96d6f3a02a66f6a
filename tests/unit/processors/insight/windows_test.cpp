#include <gtest/gtest.h>

#include "support/insight_feed.h"

namespace earshot::testing {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const Timestamp kDay = *parse_rfc3339("2026-11-20T00:00:00Z");
const Timestamp kNine = kDay + hours{9};

std::vector<KpiReported> published_of(InsightFeed& insight, const std::string& kpi, Timestamp from, Millis length) {
  std::vector<KpiReported> found;
  for (const KpiReported& report : insight.published()) {
    if (report.kpi == kpi && report.dimension.empty() && report.from == from && report.to - from == length)
      found.push_back(report);
  }
  return found;
}

TEST(InsightWindows, AreProvisionalUntilTheirEndHasPassed) {
  InsightFeed insight;
  insight.give(feedback(kNine + minutes{1}, Sentiment::neutral, "email"));
  insight.pass_time_to(kNine + minutes{69});
  auto hour = published_of(insight, "feedback", kNine, hours{1});
  ASSERT_EQ(hour.size(), 1u);
  EXPECT_TRUE(hour[0].provisional);
  EXPECT_TRUE(insight.row(false, kNine, "feedback")->provisional);
  insight.pass_time_to(kNine + minutes{70});
  hour = published_of(insight, "feedback", kNine, hours{1});
  ASSERT_EQ(hour.size(), 2u);
  EXPECT_FALSE(hour[1].provisional);
  EXPECT_FALSE(insight.row(false, kNine, "feedback")->provisional);
  EXPECT_EQ(published_of(insight, "feedback", kDay, hours{24}).size(), 1u);
  insight.pass_time_to(kDay + hours{25});
  EXPECT_FALSE(published_of(insight, "feedback", kDay, hours{24}).back().provisional);
}

TEST(InsightWindows, ArePublishedAgainWithAHigherRevisionWhenCorrected) {
  InsightFeed insight;
  insight.give(feedback(kNine, Sentiment::neutral, "email"));
  insight.pass_time_to(kNine + hours{3});
  insight.give(kNine + hours{3}, feedback(kNine, Sentiment::neutral, "email"));
  insight.pass_time_to(kNine + hours{4});
  const auto hour = published_of(insight, "feedback", kNine, hours{1});
  ASSERT_EQ(hour.size(), 3u);
  EXPECT_EQ(hour[1].count, 1);
  EXPECT_FALSE(hour[1].provisional);
  EXPECT_EQ(hour[2].count, 2);
  EXPECT_FALSE(hour[2].provisional);
  for (std::size_t i = 0; i < hour.size(); ++i) EXPECT_EQ(hour[i].revision, static_cast<std::int64_t>(i) + 1);
}

TEST(InsightWindows, SayZeroWhenWhatWasPublishedIsTakenBack) {
  InsightFeed insight;
  insight.give(answered(kNine, SurveyFamily::csat, "s", 5, "a"));
  insight.pass_time_to(kNine + hours{1});
  ASSERT_EQ(published_of(insight, "csat", kNine, hours{1}).back().count, 1);
  insight.give(answered(kNine + hours{1}, SurveyFamily::csat, "s", 3, "b"));
  insight.pass_time_to(kNine + hours{2});
  const KpiReported taken_back = published_of(insight, "csat", kNine, hours{1}).back();
  EXPECT_EQ(taken_back.count, 0);
  EXPECT_EQ(taken_back.denominator, 0);
  EXPECT_EQ(taken_back.value_milli, std::nullopt) << "no data is not zero";
  EXPECT_EQ(taken_back.low_milli, std::nullopt);
}

TEST(InsightWindows, AreFrozenAfterThirtyFiveDaysAndCountWhatIsTooLate) {
  const Timestamp bound = kNine + hours{1} + days{35};
  const struct {
    const char* name;
    Timestamp now;
    bool counts;
  } rows[] = {{"a millisecond before", bound - Millis{1}, true},
              {"exactly", bound, true},
              {"a millisecond after", bound + Millis{1}, false}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    InsightFeed insight;
    insight.give(row.now, feedback(kNine, Sentiment::neutral, "email"));
    insight.pass_time_to(row.now + minutes{30});
    EXPECT_EQ(insight.row(true, kDay, "feedback").has_value(), row.counts);
    const auto late = insight.row(true, std::chrono::floor<days>(row.now), "too_late");
    EXPECT_EQ(late ? late->count : 0, row.counts ? 0 : 1);
  }
}

TEST(InsightWindows, LeaveAFrozenHourAloneWhenAnItemIsCorrected) {
  InsightFeed insight;
  insight.give(answered(kNine, SurveyFamily::csat, "s", 5, "a"));
  insight.pass_time_to(kNine + days{36});
  insight.give(answered(kNine + days{36}, SurveyFamily::csat, "s", 1, "b"));
  insight.pass_time_to(kNine + days{36} + hours{1});
  EXPECT_EQ(insight.row(true, kDay, "csat")->count, 1) << "what was frozen stays";
  EXPECT_EQ(insight.row(true, kDay + days{36}, "csat")->count, 1);
  EXPECT_EQ(insight.row(true, kDay + days{36}, "too_late")->count, 1);
}

TEST(InsightWindows, RefuseWhatIsFarAheadOfNow) {
  InsightFeed insight;
  insight.give(kNine, feedback(kNine + hours{25}, Sentiment::neutral, "email"));
  insight.give(kNine, feedback(kNine + hours{24}, Sentiment::neutral, "email"));
  insight.pass_time_to(kNine + hours{1});
  EXPECT_EQ(insight.row(true, kDay + days{1}, "feedback")->count, 1);
  EXPECT_EQ(insight.row(true, kDay, "too_early")->count, 1);
}

TEST(InsightWindows, AddUpTheSumsOfAllShards) {
  InsightFeed insight;
  for (std::uint16_t shard = 0; shard < 5; ++shard) {
    insight.give(kNine, feedback(kNine, Sentiment::negative, "email"), shard);
    MeasureTaken reply =
        lasted({.item = "c" + std::to_string(shard)}, MeasureKind::first_response, kNine, 1000 * (shard + 1), 0);
    insight.give(kNine, reply, shard);
  }
  insight.pass_time_to(kNine + hours{1});
  EXPECT_EQ(insight.row(true, kDay, "feedback")->count, 5);
  EXPECT_EQ(insight.row(true, kDay, "first_response")->p50, 3000);
}

TEST(InsightWindows, DropSumsThatAreRepeated) {
  InsightFeed insight;
  insight.give(feedback(kNine, Sentiment::negative, "email"));
  insight.pass_time_to(kNine + hours{1});
  ASSERT_FALSE(insight.sums().empty());
  for (const MeasuresSummed& sums : std::vector(insight.sums())) insight.repeat(sums);
  insight.pass_time_to(kNine + hours{2});
  EXPECT_EQ(insight.row(true, kDay, "feedback")->count, 1);
}

TEST(InsightWindows, AreSentOnTicksOnly) {
  InsightFeed insight;
  for (int i = 0; i < 1000; ++i) insight.give(feedback(kNine, Sentiment::negative, "email"));
  EXPECT_TRUE(insight.sums().empty());
  insight.pass_time_to(kNine + minutes{1});
  EXPECT_EQ(insight.sums().size(), 3u) << "all, its channel and no issue type";
  insight.pass_time_to(kNine + minutes{30});
  EXPECT_EQ(insight.sums().size(), 3u);
}

TEST(InsightWindows, BeginTheirDayWhereTheTenantDoes) {
  InsightFeed insight;
  ConfigChanged config{"insight", 1, R"({"day_starts_utc_hour": 16})"};
  insight.control(kDay, config);
  insight.give(feedback(kDay + hours{15}, Sentiment::neutral, "email"));
  insight.give(feedback(kDay + hours{16}, Sentiment::neutral, "email"));
  insight.pass_time_to(kDay + hours{17});
  EXPECT_EQ(insight.row(true, kDay - hours{8}, "feedback")->count, 1);
  EXPECT_EQ(insight.row(true, kDay + hours{16}, "feedback")->count, 1);
}

TEST(InsightWindows, OfImportedHistoryAreKeptButNotAllPublished) {
  InsightFeed insight;
  const Timestamp until = kDay + days{60};
  insight.control(kDay - days{1}, ImportBegan{until});
  for (int day = 0; day < 60; ++day) insight.give(feedback(kNine + days{day}, Sentiment::negative, "email"));
  insight.pass_time_to(until + days{1});
  EXPECT_TRUE(published_of(insight, "feedback", kNine, hours{1}).empty());
  EXPECT_EQ(published_of(insight, "feedback", kDay, hours{24}).size(), 1u);
  EXPECT_EQ(published_of(insight, "feedback", kDay, hours{24})[0].provisional, false);
  EXPECT_FALSE(published_of(insight, "feedback", kNine + days{59}, hours{1}).empty());
  EXPECT_EQ(insight.row(true, kDay + days{30}, "feedback")->count, 1);
  EXPECT_EQ(insight.row(false, kNine + days{59}, "feedback")->count, 1);
  // One event a day and dimension from the shard, not one a minute.
  EXPECT_LE(insight.sums().size(), 60u * 3);
}

TEST(InsightWindows, AreForgottenInTheEnd) {
  InsightFeed insight;
  for (int day = 0; day < 450; ++day) insight.give(feedback(kNine + days{day}, Sentiment::negative, "email"));
  insight.pass_time_to(kNine + days{450});
  std::size_t hours_kept = 0;
  std::size_t days_kept = 0;
  for (const auto& [key, value] : insight.feed().values()) {
    if (key.second.rfind("cell/h/", 0) == 0) ++hours_kept;
    if (key.second.rfind("cell/d/", 0) == 0) ++days_kept;
  }
  EXPECT_LE(hours_kept, 38u * 3);
  EXPECT_LE(days_kept, 402u * 3);
  EXPECT_GE(days_kept, 400u * 3);
}

TEST(InsightWindows, AndItemsAreForgottenInTheEnd) {
  InsightFeed insight;
  for (int i = 0; i < 3000; ++i) insight.give(kNine, invited(kNine, SurveyFamily::nps, "s" + std::to_string(i)));
  insight.give(kNine, stepped({.item = "open"}, kNine, CaseStep::opened, CaseState::fresh));
  insight.give(kNine, stepped({.item = "closed"}, kNine, CaseStep::opened, CaseState::fresh));
  insight.give(kNine, stepped({.item = "closed"}, kNine, CaseStep::closed, CaseState::closed));
  const auto items = [&] {
    std::size_t found = 0;
    for (const auto& [key, value] : insight.feed().values())
      found += key.second.rfind("survey/", 0) == 0 || key.second.rfind("case/", 0) == 0;
    return found;
  };
  insight.pass_time_to(kNine + days{89});
  EXPECT_EQ(items(), 3002u);
  insight.give(invited(kNine + days{89}, SurveyFamily::nps, "s7"));  // heard of again
  insight.pass_time_to(kNine + days{93});
  EXPECT_EQ(items(), 2u) << "an active case and what was heard of lately";
  insight.pass_time_to(kNine + days{200});
  EXPECT_EQ(items(), 1u);
  std::size_t lists = 0;
  for (const auto& [key, value] : insight.feed().values()) lists += key.second.rfind("expire/", 0) == 0;
  EXPECT_EQ(lists, 2u) << "the day on which the active case is looked at again, and its one chunk";
}

TEST(InsightWindows, ReadCorruptStateAsAnError) {
  MemoryStore store;
  ASSERT_TRUE(store.write({{"acme/cell/d/000494000/", "\xff\xff"}}).has_value());
  EXPECT_FALSE(read_kpis(store, "acme/", {}, kDay).has_value());
  MemoryStore other;
  ASSERT_TRUE(other.write({{"acme/cell/d/xyz", ""}}).has_value());
  EXPECT_FALSE(read_kpis(other, "acme/", {}, kDay).has_value());
}

}  // namespace
}  // namespace earshot::testing
