#include <gtest/gtest.h>

#include "support/insight_feed.h"

namespace earshot::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Timestamp kDay = *parse_rfc3339("2026-11-20T00:00:00Z");
const Timestamp kNine = kDay + hours{9};

TEST(InsightFeedback, IsCountedByHourDayChannelAndIssueType) {
  InsightFeed insight;
  insight.give(feedback(kNine, Sentiment::negative, "email", {IssueType::refund, IssueType::service}));
  insight.give(feedback(kNine + minutes{59}, Sentiment::positive, "app"));
  insight.give(feedback(kNine + minutes{60}, Sentiment::neutral, "email", {IssueType::refund}));
  insight.pass_time_to(kDay + hours{12});

  EXPECT_EQ(insight.row(false, kNine, "feedback")->count, 2);
  EXPECT_EQ(insight.row(false, kNine + hours{1}, "feedback")->count, 1);
  EXPECT_EQ(insight.row(true, kDay, "feedback")->count, 3);
  EXPECT_EQ(insight.row(true, kDay, "feedback", "channel=email")->count, 2);
  EXPECT_EQ(insight.row(true, kDay, "feedback", "channel=app")->count, 1);
  EXPECT_EQ(insight.row(true, kDay, "feedback", "issue_type=refund")->count, 2);
  EXPECT_EQ(insight.row(true, kDay, "feedback", "issue_type=service")->count, 1);
  EXPECT_EQ(insight.row(true, kDay, "feedback", "issue_type=none")->count, 1);
  EXPECT_FALSE(insight.row(true, kDay, "feedback", "issue_type=app"));
}

TEST(InsightFeedback, LeavesUnknownOutOfNetSentimentAndShowsIt) {
  InsightFeed insight;
  const std::pair<Sentiment, int> said[] = {
      {Sentiment::positive, 30}, {Sentiment::neutral, 50}, {Sentiment::negative, 20}, {Sentiment::unknown, 7}};
  for (const auto& [sentiment, times] : said) {
    for (int i = 0; i < times; ++i) insight.give(feedback(kNine, sentiment, "email"));
  }
  insight.pass_time_to(kDay + hours{12});
  const auto net = insight.row(true, kDay, "net_sentiment");
  EXPECT_EQ(net->numerator, 10);
  EXPECT_EQ(net->denominator, 100);
  EXPECT_EQ(net->value_milli, 100);
  EXPECT_FALSE(net->low_n);
  EXPECT_EQ(insight.row(true, kDay, "feedback_unknown")->count, 7);
  EXPECT_EQ(insight.row(true, kDay, "feedback")->count, 107);
}

TEST(InsightFeedback, HasNoNetSentimentWhenNothingIsKnown) {
  InsightFeed insight;
  insight.give(feedback(kNine, Sentiment::unknown, "email"));
  insight.pass_time_to(kDay + hours{12});
  EXPECT_FALSE(insight.row(true, kDay, "net_sentiment"));
  EXPECT_EQ(insight.row(true, kDay, "feedback")->count, 1);
}

TEST(InsightFeedback, CountsComplaintsAsAShare) {
  InsightFeed insight;
  for (int i = 0; i < 4; ++i) {
    MeasureTaken measure = feedback(kNine, Sentiment::negative, "email");
    measure.complaint = i == 0;
    insight.give(measure);
  }
  insight.pass_time_to(kDay + hours{12});
  const auto share = insight.row(true, kDay, "complaints");
  EXPECT_EQ(share->numerator, 1);
  EXPECT_EQ(share->denominator, 4);
  EXPECT_EQ(share->value_milli, 250);
  EXPECT_TRUE(share->low_n);
}

TEST(InsightFeedback, IsNotSaidAnewByAnEditOrADeletion) {
  InsightFeed insight;
  insight.give(feedback(kNine, Sentiment::negative, "email"));
  for (const InputKind kind : {InputKind::edited, InputKind::deleted}) {
    MeasureTaken measure = feedback(kNine, Sentiment::positive, "email");
    measure.input = kind;
    insight.give(measure);
  }
  insight.pass_time_to(kDay + hours{12});
  EXPECT_EQ(insight.row(true, kDay, "feedback")->count, 1);
}

TEST(InsightFeedback, SendsAChannelTooManyToOther) {
  for (const int channels : {63, 64, 65, 70}) {
    SCOPED_TRACE(channels);
    InsightFeed insight;
    for (int i = 0; i < channels; ++i)
      insight.give(feedback(kNine, Sentiment::neutral, "channel-" + std::to_string(100 + i)));
    insight.pass_time_to(kDay + hours{12});
    const auto other = insight.row(true, kDay, "feedback", "channel=other");
    EXPECT_EQ(other ? other->count : 0, std::max(0, channels - 64));
    EXPECT_EQ(insight.row(true, kDay, "feedback")->count, channels);
  }
}

TEST(InsightFeedback, KeepsToTheFirstNamesOverTime) {
  InsightFeed insight;
  for (int i = 0; i < 70; ++i) {
    insight.give(feedback(kNine + minutes{i}, Sentiment::neutral, "channel-" + std::to_string(i)));
    insight.give(feedback(kNine + minutes{i}, Sentiment::neutral, "channel-0"));
  }
  insight.pass_time_to(kDay + hours{12});
  EXPECT_EQ(insight.row(true, kDay, "feedback", "channel=channel-0")->count, 71);
  EXPECT_EQ(insight.row(true, kDay, "feedback", "channel=channel-63")->count, 1);
  EXPECT_FALSE(insight.row(true, kDay, "feedback", "channel=channel-64"));
  EXPECT_EQ(insight.row(true, kDay, "feedback", "channel=other")->count, 6);
}

TEST(InsightFeedback, CountsSignalsAndDeadLetters) {
  InsightFeed insight;
  MeasureTaken signal;
  signal.kind = MeasureKind::signal;
  signal.at = kNine;
  signal.outcome = "raised";
  insight.give(signal);
  insight.give(signal);
  signal.outcome = "cleared";
  insight.give(signal);
  MeasureTaken letter;
  letter.kind = MeasureKind::dead_letter;
  letter.at = kNine;
  insight.give(letter);
  insight.pass_time_to(kDay + hours{12});
  EXPECT_EQ(insight.row(true, kDay, "signals_raised")->count, 2);
  EXPECT_EQ(insight.row(true, kDay, "signals_cleared")->count, 1);
  EXPECT_EQ(insight.row(false, kNine, "dead_letters")->count, 1);
}

// 40 reached, 20 back; 10 untouched, 2 back: over days that are kept, and of all together.
TEST(InsightFeedback, ComparesTheSilentWhoWereReachedWithThoseKeptUntouched) {
  InsightFeed insight;
  const auto give = [&](const char* outcome, int n) {
    MeasureTaken signal;
    signal.kind = MeasureKind::signal;
    signal.at = kNine;
    signal.outcome = outcome;
    for (int i = 0; i < n; ++i) insight.give(signal);
  };
  give("reached", 40);
  insight.pass_time_to(kDay + hours{12});
  EXPECT_EQ(insight.row(true, kDay, "return_reached")->value_milli, 0);
  EXPECT_FALSE(insight.row(true, kDay, "return_untouched"));
  EXPECT_FALSE(insight.lift()) << "there is nobody to compare with";
  give("untouched", 10);
  give("reached_returned", 20);
  give("untouched_returned", 2);
  insight.pass_time_to(kDay + hours{20 * 24});
  EXPECT_EQ(insight.row(true, kDay, "return_reached")->value_milli, 500);
  EXPECT_EQ(insight.row(true, kDay, "return_untouched")->value_milli, 200);
  const auto lift = insight.lift();
  ASSERT_TRUE(lift);
  EXPECT_EQ(lift->value_milli, 300);
  EXPECT_EQ(lift->count, 50);
  EXPECT_TRUE(lift->low_n);
  EXPECT_LE(lift->from, kNine);
  EXPECT_LT(*lift->low_milli, 0) << "ten are too few to say";
  EXPECT_GT(*lift->high_milli, 400);
}

}  // namespace
}  // namespace earshot::testing
