#include <gtest/gtest.h>

#include "support/insight_feed.h"

namespace earshot::testing {
namespace {

using std::chrono::days;
using std::chrono::hours;

const Timestamp kDay = *parse_rfc3339("2026-11-20T00:00:00Z");
const Timestamp kNine = kDay + hours{9};

TEST(InsightSurveys, GiveCsatWithItsIntervalMeanAndHistogram) {
  InsightFeed insight;
  for (int i = 0; i < 50; ++i) {
    insight.give(answered(kNine, SurveyFamily::csat, "s" + std::to_string(i), i < 40 ? 5 : i < 42 ? 4 : 1));
  }
  insight.pass_time_to(kDay + hours{12});
  const auto csat = insight.row(true, kDay, "csat");
  EXPECT_EQ(csat->numerator, 42);
  EXPECT_EQ(csat->denominator, 50);
  EXPECT_EQ(csat->value_milli, 840);
  EXPECT_EQ(csat->low_milli, 715);
  EXPECT_EQ(csat->high_milli, 917);
  EXPECT_FALSE(csat->low_n);
  EXPECT_EQ(csat->histogram, (std::vector<std::int64_t>{8, 0, 0, 2, 40}));
  EXPECT_EQ(insight.row(true, kDay, "csat_mean")->value_milli, 4320);
  EXPECT_EQ(insight.row(true, kDay, "csat", "channel=email")->denominator, 50);
}

TEST(InsightSurveys, FlagSmallSamplesBelowThirty) {
  for (const int answers : {29, 30}) {
    InsightFeed insight;
    for (int i = 0; i < answers; ++i) insight.give(answered(kNine, SurveyFamily::csat, "s" + std::to_string(i), 5));
    insight.pass_time_to(kDay + hours{12});
    EXPECT_EQ(insight.row(true, kDay, "csat")->low_n, answers < 30) << answers;
  }
}

TEST(InsightSurveys, GiveNpsWithItsInterval) {
  InsightFeed insight;
  for (int i = 0; i < 100; ++i)
    insight.give(answered(kNine, SurveyFamily::nps, "s" + std::to_string(i), i < 60 ? 9 : i < 85 ? 7 : 6));
  insight.pass_time_to(kDay + hours{12});
  const auto nps = insight.row(true, kDay, "nps");
  EXPECT_EQ(nps->count, 100);
  EXPECT_EQ(nps->numerator, 45);
  EXPECT_EQ(nps->denominator, 100);
  EXPECT_EQ(nps->value_milli, 45000);
  EXPECT_EQ((*nps->low_milli + 5) / 10, 3050);
  EXPECT_EQ((*nps->high_milli + 5) / 10, 5950);
}

TEST(InsightSurveys, GiveCesAsTheShareOfFiveToSeven) {
  InsightFeed insight;
  int i = 0;
  for (const int score : {7, 7, 5, 4, 3, 1})
    insight.give(answered(kNine, SurveyFamily::ces, "s" + std::to_string(i++), score));
  insight.pass_time_to(kDay + hours{12});
  EXPECT_EQ(insight.row(true, kDay, "ces")->value_milli, 500);
  EXPECT_EQ(insight.row(true, kDay, "ces_mean")->value_milli, 4500);
}

TEST(InsightSurveys, CountTheLatestAnswerOfAnInstance) {
  InsightFeed insight;
  insight.give(kNine, answered(kNine + hours{1}, SurveyFamily::csat, "s", 2, "b"));
  insight.give(kNine, answered(kNine, SurveyFamily::csat, "s", 5, "a"));
  insight.give(kNine, answered(kNine + hours{1}, SurveyFamily::csat, "s", 4, "c"));  // same moment, later id
  insight.give(kNine, answered(kNine + hours{1}, SurveyFamily::csat, "s", 4, "c"));
  insight.pass_time_to(kDay + hours{12});
  EXPECT_EQ(insight.row(true, kDay, "csat")->histogram, (std::vector<std::int64_t>{0, 0, 0, 1, 0}));
  EXPECT_EQ(insight.row(false, kNine + hours{1}, "csat")->denominator, 1);
}

TEST(InsightSurveys, CountAnAnswerFourteenDaysAfterSendingAndNoneLater) {
  const struct {
    const char* name;
    Millis after;
    bool counts;
  } rows[] = {{"a millisecond before", days{14} - Millis{1}, true},
              {"exactly", days{14}, true},
              {"a millisecond after", days{14} + Millis{1}, false}};
  for (const auto& row : rows) {
    for (const bool invitation_first : {true, false}) {
      SCOPED_TRACE(std::string(row.name) + (invitation_first ? ", invitation first" : ", invitation last"));
      const Timestamp answer_at = kNine + row.after;
      const Timestamp answer_day = kDay + days{14};
      InsightFeed insight;
      if (invitation_first) insight.give(invited(kNine, SurveyFamily::nps, "s"));
      insight.give(answered(answer_at, SurveyFamily::nps, "s", 10));
      if (!invitation_first) insight.give(answer_at, invited(kNine, SurveyFamily::nps, "s"));
      insight.pass_time_to(answer_at + hours{2});
      const auto nps = insight.row(true, answer_day, "nps");
      EXPECT_EQ(nps ? nps->count : 0, row.counts ? 1 : 0);
      const auto late = insight.row(true, answer_day, "nps_late");
      EXPECT_EQ(late ? late->count : 0, row.counts ? 0 : 1);
      EXPECT_EQ(insight.row(true, kDay, "nps_response")->numerator, row.counts ? 1 : 0);
      EXPECT_EQ(insight.row(true, kDay, "nps_response")->denominator, 1);
    }
  }
}

TEST(InsightSurveys, KeepAValidAnswerWhenALateOneFollows) {
  InsightFeed insight;
  insight.give(invited(kNine, SurveyFamily::csat, "s"));
  insight.give(answered(kNine + days{1}, SurveyFamily::csat, "s", 5, "a"));
  insight.give(answered(kNine + days{20}, SurveyFamily::csat, "s", 1, "b"));
  insight.pass_time_to(kNine + days{21});
  EXPECT_EQ(insight.row(true, kDay + days{1}, "csat")->numerator, 1);
  EXPECT_FALSE(insight.row(true, kDay + days{20}, "csat"));
}

TEST(InsightSurveys, ReadTheInvitationFromAnAnswerThatNamesIt) {
  InsightFeed insight;
  MeasureTaken answer = answered(kNine, SurveyFamily::csat, "s", 5);
  answer.survey->invited_at = kNine - days{15};
  insight.give(answer);
  insight.pass_time_to(kDay + hours{12});
  EXPECT_FALSE(insight.row(true, kDay, "csat"));
  EXPECT_EQ(insight.row(true, kDay, "csat_late")->count, 1);
  EXPECT_FALSE(insight.row(true, kDay, "csat_response")) << "how many were sent is not known";
}

TEST(InsightSurveys, TellPartialAndOffScaleAnswersApart) {
  InsightFeed insight;
  insight.give(answered(kNine, SurveyFamily::csat, "comment only", std::nullopt));
  MeasureTaken off_scale = answered(kNine, SurveyFamily::csat, "off scale", 6);
  insight.give(off_scale);
  MeasureTaken below = answered(kNine, SurveyFamily::nps, "below", -1);
  insight.give(below);
  insight.give(answered(kNine, SurveyFamily::csat, "good", 5));
  insight.pass_time_to(kDay + hours{12});
  EXPECT_EQ(insight.row(true, kDay, "csat")->denominator, 1) << "an off-scale score is never clamped";
  EXPECT_EQ(insight.row(true, kDay, "csat_partial")->count, 1);
  EXPECT_EQ(insight.row(true, kDay, "csat_invalid")->count, 1);
  EXPECT_EQ(insight.row(true, kDay, "nps_invalid")->count, 1);
  EXPECT_FALSE(insight.row(true, kDay, "nps"));
}

TEST(InsightSurveys, MapOtherScalesInEqualSteps) {
  const struct {
    std::int64_t score, min, max;
    std::size_t place;
  } rows[] = {{0, 0, 10, 0}, {1, 0, 10, 0},  {2, 0, 10, 1}, {5, 0, 10, 2}, {8, 0, 10, 3},
              {9, 0, 10, 4}, {10, 0, 10, 4}, {1, 1, 3, 0},  {2, 1, 3, 2},  {3, 1, 3, 4}};
  for (const auto& row : rows) {
    SCOPED_TRACE(std::to_string(row.score) + " of " + std::to_string(row.min) + " to " + std::to_string(row.max));
    InsightFeed insight;
    MeasureTaken answer = answered(kNine, SurveyFamily::csat, "s", row.score);
    answer.survey->min = row.min;
    answer.survey->max = row.max;
    insight.give(answer);
    insight.pass_time_to(kDay + hours{12});
    std::vector<std::int64_t> histogram(5);
    histogram[row.place] = 1;
    EXPECT_EQ(insight.row(true, kDay, "csat")->histogram, histogram);
  }
}

TEST(InsightSurveys, AnchorTheResponseRateAtTheInvitation) {
  InsightFeed insight;
  insight.give(invited(kNine, SurveyFamily::csat, "a", "sms"));
  insight.give(invited(kNine, SurveyFamily::csat, "b", "sms"));
  insight.give(answered(kNine + days{2}, SurveyFamily::csat, "b", 1));
  insight.pass_time_to(kNine + days{3});
  const auto rate = insight.row(true, kDay, "csat_response", "channel=sms");
  EXPECT_EQ(rate->numerator, 1);
  EXPECT_EQ(rate->denominator, 2);
  EXPECT_FALSE(insight.row(true, kDay + days{2}, "csat_response"));
}

}  // namespace
}  // namespace earshot::testing
