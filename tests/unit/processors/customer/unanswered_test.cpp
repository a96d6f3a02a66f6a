// Who used to answer surveys and stops.
#include "processors/customer/unanswered.h"

#include "support/customer_feed.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix
using std::chrono::days;

class Surveyed : public ::testing::Test {
 protected:
  std::vector<SignalChanged> invite(int at) {
    auto invitation = customer_.activity(InputKind::survey_invited, day(at));
    invitation.survey = Survey{"s", SurveyFamily::nps, std::nullopt, 0, 10, std::nullopt, std::nullopt};
    return signals_of(customer_.hear(invitation), SignalKind::at_risk);
  }
  std::vector<SignalChanged> answer(int at) {
    return signals_of(customer_.hear(customer_.score(day(at), SurveyFamily::nps, 8)), SignalKind::at_risk);
  }
  void used_to_answer(int answers) {
    for (int n = 0; n < answers; ++n) {
      invite(n);
      answer(n);
    }
  }
  CustomerFeed customer_;
};

TEST_F(Surveyed, WhoAnsweredAndDoesNotThreeTimesInARowIsAtRisk) {
  used_to_answer(2);
  for (const int at : {10, 20, 30}) EXPECT_TRUE(invite(at).empty());
  const auto raised = invite(40);
  ASSERT_EQ(raised.size(), 1u);
  EXPECT_TRUE(raised[0].raised);
  EXPECT_EQ(raised[0].level, SignalLevel::watch);
  EXPECT_EQ(raised[0].since, day(30) + Unanswered::kAnswerWithin)
      << "the moment it was so, not that at which it was seen";
  EXPECT_EQ(raised[0].reasons.at(0), "3 surveys in a row without an answer, the first of 2026-01-15");
  EXPECT_EQ(raised[0].reasons.at(1), "answered 2 before, last on 2026-01-06");
  EXPECT_EQ(raised[0].clears_on, "an answer to a survey");
  EXPECT_TRUE(invite(50).empty()) << "once";
  const auto cleared = answer(51);
  ASSERT_EQ(cleared.size(), 1u);
  EXPECT_FALSE(cleared[0].raised);
  EXPECT_EQ(cleared[0].signal, raised[0].signal);
  for (const int at : {60, 70, 80}) EXPECT_TRUE(invite(at).empty());
  const auto again = invite(90);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_NE(again[0].signal, raised[0].signal);
}

TEST_F(Surveyed, TwoInARowAreNotEnoughNorIsOneAnswerBefore) {
  used_to_answer(1);
  for (const int at : {10, 20, 30, 40}) EXPECT_TRUE(invite(at).empty());
  answer(41);  // the second one: now they used to answer
  for (const int at : {50, 60}) EXPECT_TRUE(invite(at).empty());
  EXPECT_TRUE(invite(70).empty());
  EXPECT_EQ(invite(80).size(), 1u);
}

// Invitations of yesterday may still be answered.
TEST_F(Surveyed, WaitsAWeekForAnAnswer) {
  used_to_answer(2);
  for (const int at : {10, 11, 12}) EXPECT_TRUE(invite(at).empty());
  EXPECT_TRUE(signals_of(customer_.hear(customer_.order(day(19) - Millis{1})), SignalKind::at_risk).empty());
  EXPECT_EQ(signals_of(customer_.hear(customer_.order(day(19))), SignalKind::at_risk).size(), 1u);
}

TEST_F(Surveyed, IsNotClearedByAnOrderAndLeavesLessRoomForSilence) {
  for (int n = 0; n < 10; ++n) customer_.hear(customer_.order(day(7 * n)));
  used_to_answer(2);
  for (const int at : {64, 65, 66}) invite(at);
  EXPECT_EQ(invite(80).size(), 1u);
  const auto order = customer_.hear(customer_.order(day(81)));
  EXPECT_TRUE(signals_of(order, SignalKind::at_risk).empty());
  const Rhythm rhythm{day_of(day(0)), day(81), 10};
  const SilenceDue sooner = silence_due({.act_permille = 700}, rhythm);
  const auto silent = signals_of(customer_.pass_time_to(up_to_hour(sooner.act)), SignalKind::silent);
  ASSERT_EQ(silent.size(), 2u);
  EXPECT_EQ(silent[1].level, SignalLevel::act);
  EXPECT_EQ(silent[1].since, sooner.act);
  EXPECT_EQ(silent[1].reasons.back(), "they no longer answer surveys");
}

TEST_F(Surveyed, InAnyOrderIsTheSame) {
  used_to_answer(2);
  const auto invitation = [&](int at) {
    auto made = customer_.activity(InputKind::survey_invited, day(at));
    made.survey = Survey{"s", SurveyFamily::nps, std::nullopt, 0, 10, std::nullopt, std::nullopt};
    return made;
  };
  customer_.hear(invitation(30), day(45));
  customer_.hear(invitation(10), day(45));
  const auto raised = signals_of(customer_.hear(invitation(20), day(45)), SignalKind::at_risk);
  ASSERT_EQ(raised.size(), 1u);
  EXPECT_EQ(raised[0].since, day(30) + Unanswered::kAnswerWithin);
  // News of an answer that was older than all of them changes nothing.
  EXPECT_TRUE(
      signals_of(customer_.hear(customer_.score(day(5), SurveyFamily::nps, 8), day(46)), SignalKind::at_risk).empty());
  EXPECT_EQ(
      signals_of(customer_.hear(customer_.score(day(25), SurveyFamily::nps, 8), day(46)), SignalKind::at_risk).size(),
      1u)
      << "cleared: only one came after it";
}

}  // namespace
}  // namespace earshot
