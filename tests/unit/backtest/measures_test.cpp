#include "backtest/measures.h"

#include <gtest/gtest.h>

#include "past.h"

namespace earshot::backtest {
namespace {

using test::day;
using test::kDayZero;

TEST(BacktestMeasures, AucCountsPairsInOrderAndTiesHalf) {
  EXPECT_EQ(auc({{0.9, true}, {0.8, true}, {0.2, false}, {0.1, false}}), 1);
  EXPECT_EQ(auc({{0.1, true}, {0.2, false}}), 0);
  EXPECT_EQ(auc({{0.5, true}, {0.5, false}}), 0.5);
  EXPECT_DOUBLE_EQ(auc({{0.9, true}, {0.5, true}, {0.5, false}, {0.7, false}}), 2.5 / 4);
  EXPECT_EQ(auc({{0.5, true}}), 0.5) << "nothing to compare";
}

TEST(BacktestMeasures, BrierAndCalibration) {
  const std::vector<Outcome> outcomes{{0.95, true}, {0.95, false}, {0.15, false}, {1, true}};
  EXPECT_DOUBLE_EQ(brier(outcomes), (0.05 * 0.05 + 0.95 * 0.95 + 0.15 * 0.15) / 4);
  const auto all = bins(outcomes);
  EXPECT_EQ(all[9].customers, 3) << "1 belongs to the last";
  EXPECT_DOUBLE_EQ(all[9].came, 2.0 / 3);
  EXPECT_EQ(all[1].customers, 1);
  EXPECT_DOUBLE_EQ(calibration_error(all), (3 * (2.9 / 3 - 2.0 / 3) + 0.15) / 4);
}

// Silences of a and b from day 10 on, watched until day 110; H is 30.
TEST(BacktestMeasures, GapsAreThoseThatCouldBeWatched) {
  const Past past = test::past_of({{0, 20, 25, 90}, {5, 15, 15}, {110}});
  const auto gaps = gaps_after(past, kDayZero + 10, 30);
  struct Row {
    std::uint32_t customer;
    int from;
    double days;
    int x;
  };
  const Row rows[] = {{0, 20, 5, 1}, {0, 25, 65, 2}, {1, 15, 95, 1}};
  ASSERT_EQ(gaps.size(), 3u) << "the one from day 0 is too old, that from day 90 too young";
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(gaps[i].customer, rows[i].customer);
    EXPECT_EQ(gaps[i].from, day(rows[i].from, 9));
    EXPECT_EQ(gaps[i].days, rows[i].days);
    EXPECT_EQ(gaps[i].x, rows[i].x);
  }
}

TEST(BacktestMeasures, AnAlarmIsRightWhenTheSilenceReachesH) {
  const std::vector<Gap> gaps{{0, day(0), 50, 1}, {0, day(50), 10, 2}, {1, day(0), 40, 0}, {2, day(0), 31, 0}};
  const std::vector<Alarm> alarms{
      {0, day(10), 800, {}}, {0, day(55), 800, {}}, {2, day(30), 800, {}}, {7, day(40), 800, {}}};
  const AlarmScore sum = score(gaps, alarms, 30);
  EXPECT_EQ(sum.gaps, 4);
  EXPECT_EQ(sum.gone, 3);
  EXPECT_EQ(sum.alarms, 2) << "that of the third comes when H has passed";
  EXPECT_EQ(sum.right, 1);
  EXPECT_DOUBLE_EQ(sum.precision(), 0.5);
  EXPECT_DOUBLE_EQ(sum.recall(), 1.0 / 3);
  EXPECT_DOUBLE_EQ(sum.lead_days, 20.0 / 3);
}

}  // namespace
}  // namespace earshot::backtest
