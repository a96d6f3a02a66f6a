#include "backtest/alarms.h"

#include <gtest/gtest.h>

#include "past.h"

namespace earshot::backtest {
namespace {

using test::day;
using test::kDayZero;

const AlarmRules kRules{{Fitted{}}, 60, 800};

TEST(BacktestAlarms, ComeWhenTheClosedFormSays) {
  const Past past = test::past_of({{0, 7, 14, 21, 28, 35, 42}, {500}});
  const auto alarms = replay_alarms(past, kRules, kDayZero + 10);
  ASSERT_TRUE(alarms) << alarms.error().message;
  ASSERT_EQ(alarms->size(), 1u);
  const Rhythm rhythm{kDayZero, day(42, 9), 6};
  EXPECT_EQ(alarms->front().at, silence_due({{}, 60, 600, 800}, rhythm).act);
  EXPECT_EQ(alarms->front().customer, 0u);
  EXPECT_NEAR(alarms->front().gone_permille, 800, 1);
  ASSERT_FALSE(alarms->front().reasons.empty());
  EXPECT_NE(alarms->front().reasons[0].find("usual gap 7 days"), std::string::npos) << alarms->front().reasons[0];
}

// More than are held in memory at a time.
TEST(BacktestAlarms, ComeForThousandsWhoWaitAtOnce) {
  constexpr std::size_t kCustomers = 6'000;
  const std::vector<int> heard{0, 7, 14, 21, 28, 35, 42};
  std::vector<std::vector<int>> days(kCustomers, heard);
  days.push_back({500});
  const auto alone = replay_alarms(test::past_of({heard, {500}}), kRules, kDayZero + 10);
  const auto all = replay_alarms(test::past_of(days), kRules, kDayZero + 10);
  ASSERT_TRUE(alone && all);
  ASSERT_EQ(all->size(), kCustomers);
  for (const Alarm& alarm : *all) ASSERT_EQ(alarm.at, alone->front().at);
}

// Of who was heard once only the curve of all customers is known, which the fit has learned.
TEST(BacktestAlarms, ComeForCustomersOfOneDayToo) {
  const Past past = test::past_of({{40}, {500}});
  const auto alarms = replay_alarms(past, kRules, kDayZero + 10);
  ASSERT_TRUE(alarms) << alarms.error().message;
  ASSERT_EQ(alarms->size(), 1u);
  EXPECT_EQ(alarms->front().at, silence_due({{}, 60, 600, 800}, {kDayZero + 40, day(40, 9), 0}).act);
  EXPECT_EQ(alarms->front().reasons.at(0).find("heard on one day only"), 0u) << alarms->front().reasons[0];
}

TEST(BacktestAlarms, FollowTheFittedModel) {
  const Past past = test::past_of({{0, 7, 14, 21, 28, 35, 42}, {500}});
  const AlarmRules eager{{Fitted{0, {{.forecast = {0.5248, 6.1831, 1.2, 1.6140}}}}}, 60, 800};  // a higher: more leave
  const auto usual = replay_alarms(past, kRules, kDayZero);
  const auto early = replay_alarms(past, eager, kDayZero);
  ASSERT_TRUE(usual && early);
  ASSERT_FALSE(early->empty());
  EXPECT_LT(early->back().at, usual->back().at) << "where more leave, the same silence says more";
}

TEST(BacktestAlarms, GoByTheNewestFitOfTheirTime) {
  const Past past = test::past_of({{0, 7, 14, 21, 28}, {100, 107, 114, 121, 128}, {500}});
  AlarmRules rules = kRules;
  rules.fits.push_back({kDayZero + 90, {{.forecast = {0.5248, 6.1831, 1.2, 1.6140}}}});
  const auto once = replay_alarms(past, kRules, kDayZero + 28), again = replay_alarms(past, rules, kDayZero + 28);
  ASSERT_TRUE(once && again);
  ASSERT_FALSE(once->empty() || again->empty());
  EXPECT_EQ(again->front().at, once->front().at) << "raised before the second fit";
  EXPECT_LT(again->back().at, once->back().at);
}

TEST(BacktestAlarms, GoByTheHazardAndTheLevels) {
  const Past past = test::past_of({{0, 7, 14, 21, 28}, {500}});
  AlarmRules rules = kRules;
  HazardModel sure;
  sure.weights[0] = 0.5;  // the odds of being gone are better than the forecast says
  rules.fits[0].models[0].hazard = sure;
  const auto usual = replay_alarms(past, kRules, kDayZero + 28), hazard = replay_alarms(past, rules, kDayZero + 28);
  rules.fits[0].models[0].levels = PromiseLevels{600, 650, 700, 750, 800, 850, 900, 950, 960, 970};
  const auto careful = replay_alarms(past, rules, kDayZero + 28);
  ASSERT_TRUE(usual && hazard && careful);
  ASSERT_FALSE(usual->empty() || hazard->empty() || careful->empty());
  EXPECT_LT(hazard->back().at, usual->back().at);
  EXPECT_GT(careful->back().at, hazard->back().at) << "0.80 is kept at 0.90 only";
  EXPECT_NEAR(careful->back().gone_permille, 800, 1) << "and is called what it is";
}

// The same days in another segment: its own model counts, and the reasons are those of its curve.
TEST(BacktestAlarms, GoByTheModelOfTheSegment) {
  Past past = test::past_of({{0, 7, 14, 21, 28}, {0, 7, 14, 21, 28}, {500}});
  past.segments = {"", "eager", ""};
  AlarmRules rules = kRules;
  rules.fits[0].models.push_back({.forecast = {0.5248, 6.1831, 1.2, 1.6140}, .segment = "eager"});
  const auto alarms = replay_alarms(past, rules, kDayZero + 28);
  ASSERT_TRUE(alarms) << alarms.error().message;
  ASSERT_EQ(alarms->size(), 2u);
  EXPECT_EQ(alarms->at(0).customer, 1u);
  EXPECT_EQ(alarms->at(0).at,
            silence_due({{0.5248, 6.1831, 1.2, 1.6140}, 60, 600, 800}, {kDayZero, day(28, 9), 4}).act);
  EXPECT_EQ(alarms->at(1).at, silence_due({{}, 60, 600, 800}, {kDayZero, day(28, 9), 4}).act);
}

// What comes later cannot be known: until then the alarms are the same.
TEST(BacktestAlarms, DoNotDependOnTheFuture) {
  const std::vector<std::vector<int>> begun{{0, 3, 6, 9}, {0, 20, 40}, {5, 6, 7, 8}};
  auto one = begun, two = begun;
  one.push_back({400});
  two[0].push_back(150);
  two[1].push_back(151);
  two.push_back({150, 400});
  const auto until = [&](const std::vector<std::vector<int>>& days) {
    auto alarms = replay_alarms(test::past_of(days), kRules, kDayZero);
    EXPECT_TRUE(alarms);
    std::vector<std::pair<std::uint32_t, Timestamp>> early;
    for (const Alarm& alarm : *alarms) {
      if (alarm.at < day(150)) early.emplace_back(alarm.customer, alarm.at);
    }
    return early;
  };
  EXPECT_EQ(until(one), until(two));
  EXPECT_GE(until(one).size(), 3u) << "each of the three falls silent";
}

TEST(BacktestAlarms, BeforeTheFitDateDoNotCount) {
  const Past past = test::past_of({{0, 7, 14, 21, 28, 35, 42}, {500}});
  const auto alarms = replay_alarms(past, kRules, kDayZero + 300);
  ASSERT_TRUE(alarms);
  EXPECT_TRUE(alarms->empty());
}

}  // namespace
}  // namespace earshot::backtest
