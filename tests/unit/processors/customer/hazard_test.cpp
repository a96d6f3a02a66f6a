// The hazard against values computed elsewhere, against the forecast that it corrects, and against bisection.
#include "processors/customer/hazard.h"

#include <cmath>

#include <gtest/gtest.h>

#include "processors/customer/silence_forecast.h"
#include "support/random_test.h"

namespace earshot {
namespace {

constexpr double kMillisecond = 1.0 / (7.0 * 24 * 3600 * 1000);

GapHabit habit_of(const std::vector<int>& gaps) {
  GapSums sums;
  for (const int gap : gaps) sums.add(gap);
  return sums.habit();
}

History history_of(const std::vector<int>& gaps, double silence) {
  double weeks = 0;
  for (const int gap : gaps) weeks += gap;
  return {static_cast<int>(gaps.size()), weeks / 7, weeks / 7 + silence};
}

// By twenty lines of Python with its own log and exp.
TEST(Hazard, GivesTheValuesOfAnotherProgram) {
  const HazardModel hazard{{.3, .1, .2, -.4, .15, -.1, .25, -.05}};
  const std::vector<int> nine_hundred(900, 7);
  struct Row {
    std::vector<int> gaps;
    double silence, horizon, probability, alarm;
  };
  const Row rows[] = {
      {{}, 8, 26, 0.911902315534057, 2.03771986286406},
      {{7}, 3, 26, 0.601170500795994, 7.69355776522796},
      {{7, 14, 9}, 10, 26, 0.815870747931077, 9.56924687335821},
      {{1, 1, 2, 30}, 5.5, 12, 0.751923760606753, 6.16076961108321},
      {{700}, 20, 39, 0.954897529549155, 0},
      {nine_hundred, 2, 26, 0.00134701387906904, 9.13448175996001},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.probability);
    const GapHabit habit = habit_of(row.gaps);
    EXPECT_NEAR(hazard_forecast(hazard, {}, history_of(row.gaps, row.silence), habit, row.horizon), row.probability,
                1e-9 * row.probability);
    EXPECT_NEAR(silence_at_hazard_alarm(hazard, {}, history_of(row.gaps, 0), habit, 0.8, row.horizon), row.alarm,
                kMillisecond);
  }
}

TEST(Hazard, WithoutWeightsIsTheForecast) {
  Random random{test::seed_of_test(31)};
  for (int i = test::scaled(20'000); i > 0; --i) {
    const SilenceModel model{0.05 + random.unit() * 3, 0.2 + random.unit() * 30, 0.05 + random.unit() * 4,
                             0.05 + random.unit() * 6};
    const double recency = random.unit() * 200, silence = random.unit() * 30, rho = 0.1 + random.unit() * 0.85;
    const History history{static_cast<int>(random.between(0, 60)), recency, recency + silence};
    ASSERT_NEAR(hazard_forecast({}, model, history, {}, 26), silence_forecast(model, history, 26), 2e-6);
    ASSERT_NEAR(silence_at_hazard_alarm({}, model, history, {}, rho, 26), silence_at_alarm(model, history, {rho, 26}),
                2 * kMillisecond);
  }
}

TEST(Hazard, IsReachedAtItsAlarmAndNotBefore) {
  Random random{test::seed_of_test(32)};
  for (int i = test::scaled(20'000); i > 0; --i) {
    HazardModel hazard;
    for (double& weight : hazard.weights) weight = random.unit() * 4 - 2;
    hazard.weights[1] = random.unit() * 2 - 1;
    hazard.weights[2] = random.unit();
    const SilenceModel model{0.05 + random.unit() * 3, 0.2 + random.unit() * 30, 0.05 + random.unit() * 4,
                             0.05 + random.unit() * 6};
    const double recency = random.unit() * 200, rho = 0.1 + random.unit() * 0.85;
    History history{static_cast<int>(random.between(0, 60)), recency, recency};
    const GapHabit habit{random.unit() * 4 - 2, random.unit() * 2, random.unit() * 6 - 2};
    const double alarm = silence_at_hazard_alarm(hazard, model, history, habit, rho, 26);
    ASSERT_GE(alarm, 0);
    ASSERT_LE(alarm, 26);
    history.age_weeks = recency + alarm;
    if (alarm >= 26) continue;  // not before it has lasted so long
    ASSERT_GE(hazard_forecast(hazard, model, history, habit, 26), rho - 1e-9);
    if (alarm < 3 * kMillisecond) continue;
    history.age_weeks = recency + alarm - 2 * kMillisecond;
    ASSERT_LE(hazard_forecast(hazard, model, history, habit, 26), rho + 1e-9);
  }
}

TEST(GapHabit, IsOneOfFourWeeksUntilThereIsAGap) {
  EXPECT_EQ(habit_of({}), (GapHabit{std::log(4.0), 0.8, std::log(4.0)}));
  EXPECT_NEAR(habit_of({7}).mean, std::log(4.0) / 2, 1e-15);
  EXPECT_EQ(habit_of({7}).deviation, 0.8);
  EXPECT_EQ(habit_of({7, 7, 7}).deviation, 0);
  EXPECT_NEAR(habit_of({700}).last, std::log(100.0), 1e-14) << "beyond the table";
}

TEST(Hazard, IsReadOnlyWithAllItsWeights) {
  const std::vector<std::int64_t> eight{1'500'000, -500'000, 0, 0, 0, 0, 0, 1};
  ASSERT_TRUE(hazard_of_micro(eight));
  EXPECT_EQ(hazard_of_micro(eight)->weights[0], 1.5);
  EXPECT_FALSE(hazard_of_micro(std::vector<std::int64_t>(7)));
  EXPECT_FALSE(hazard_of_micro({}));
}

}  // namespace
}  // namespace earshot
