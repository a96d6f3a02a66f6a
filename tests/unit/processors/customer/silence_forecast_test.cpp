#include "processors/customer/silence_forecast.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/shared_data.h"

namespace earshot {
namespace {

constexpr double kHalfYear = 26;  // weeks

void expect_close(double ours, double golden, double relative, const char* what) {
  EXPECT_LE(std::fabs(ours - golden), relative * std::max(std::fabs(golden), 1e-300))
      << what << ": " << ours << " for " << golden;
}

// One row of golden values: model,p1..p4,x,tx,T,ll,p_alive,q13,q39,cross_0.8,cross_0.5,cross_0.2,rho26_0.5,rho26_0.8
void expect_row(const std::vector<double>& v) {
  const SilenceModel model{v[0], v[1], v[2], v[3]};
  const History history{static_cast<int>(v[4]), v[5], v[6]};
  constexpr double kPrinted = 5e-12;  // the table has twelve digits
  // Its q columns are a difference of likelihoods, which costs digits where P(alive) is small; ours are not.
  constexpr double kDifference = 1e-10;
  expect_close(log_likelihood(model, history), v[7], kPrinted, "ll");
  expect_close(probability_alive(model, history), v[8], kPrinted, "p_alive");
  expect_close(probability_heard(model, history, 13), v[9], kDifference, "q13");
  expect_close(probability_heard(model, history, 39), v[10], kDifference, "q39");
  expect_close(crossing_of_alive(model, history, 0.8), v[11], kPrinted, "cross_0.8");
  expect_close(crossing_of_alive(model, history, 0.5), v[12], kPrinted, "cross_0.5");
  expect_close(crossing_of_alive(model, history, 0.2), v[13], kPrinted, "cross_0.2");
  expect_close(silence_at_alarm(model, history, {0.5, kHalfYear}), v[14], kPrinted, "rho26_0.5");
  expect_close(silence_at_alarm(model, history, {0.8, kHalfYear}), v[15], kPrinted, "rho26_0.8");
}

TEST(SilenceForecast, MatchesTheGoldenTable) {
  const auto path = test::shared_file("data/churn/golden_btyd.csv");
  std::ifstream file(path);
  if (!file) GTEST_SKIP() << path << " is absent; set EARSHOT_SHARED";
  int rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("mbg,")) continue;
    SCOPED_TRACE(line);
    std::vector<double> values;
    std::istringstream cells(line.substr(4));
    for (std::string cell; std::getline(cells, cell, ',');) values.push_back(std::strtod(cell.c_str(), nullptr));
    ASSERT_EQ(values.size(), 16u);
    expect_row(values);
    ++rows;
  }
  EXPECT_EQ(rows, 13);
}

TEST(SilenceForecast, MatchesValuesThatAreKnownWithoutTheTable) {
  const SilenceModel model{0.5248, 6.183, 0.8914, 1.614};
  expect_row({model.r, model.alpha, model.a, model.b, 2, 30.43, 38.86, -9.48590919565, 0.706117732445, 0.333863434134,
              0.559908822039, 30.6260424583, 57.5571393037, 104.192198243, 4.14706589891, 16.8664946542});
  expect_row({model.r, model.alpha, model.a, model.b, 900, 500, 500.5, -390.356137876, 0.99760042843, 0.997600428307,
              0.99760042843, 503.119578673, 503.904217835, 504.690065823, 3.90421783453, 4.69006582264});
}

TEST(SilenceForecast, KeepsItsDigitsWhereAlmostAllHaveLeft) {
  // Computed with forty digits.
  const SilenceModel model{0.5248, 6.183, 0.8914, 1.614};
  expect_close(probability_heard(model, {120, 300, 330}, 13), 0.00172575312172829599274132468121, 1e-13, "q13");
}

TEST(SilenceForecast, IsCertainOnceTheHorizonHasPassed) {
  const History seen{5, 30, 30 + kHalfYear};
  EXPECT_EQ(silence_forecast(SilenceModel{}, seen, kHalfYear), 1);
  EXPECT_EQ(silence_forecast(SilenceModel{}, {5, 30, 300}, kHalfYear), 1);
  EXPECT_LT(silence_forecast(SilenceModel{}, {5, 30, 29.9 + kHalfYear}, kHalfYear), 1);
  EXPECT_EQ(silence_at_alarm(SilenceModel{}, seen, {1, kHalfYear}), kHalfYear);
}

TEST(SilenceForecast, IsAtOnceForALowPromise) {
  const History once{0, 0, 0};
  const double now = silence_forecast(SilenceModel{}, once, kHalfYear);
  EXPECT_EQ(silence_at_alarm(SilenceModel{}, once, {now - 1e-9, kHalfYear}), 0);
  EXPECT_GT(silence_at_alarm(SilenceModel{}, once, {now + 1e-9, kHalfYear}), 0);
}

TEST(SilenceForecast, StaysFiniteForExtremeHistories) {
  for (const int x : {0, 1, 900, 5000, 1'000'000}) {
    for (const double recency : {0.0, 0.001, 500.0, 5000.0}) {
      SCOPED_TRACE(std::to_string(x) + " in " + std::to_string(recency));
      const History history{x, recency, recency + 4000};
      for (const double rho : {1e-6, 0.5, 0.999999, 1.0}) {
        const double silence = silence_at_alarm(SilenceModel{}, history, {rho, kHalfYear});
        EXPECT_TRUE(silence >= 0 && silence <= kHalfYear) << silence;
      }
      const double alive = probability_alive(SilenceModel{}, history);
      EXPECT_TRUE(alive >= 0 && alive <= 1) << alive;
      EXPECT_TRUE(std::isfinite(log_likelihood(SilenceModel{}, history)));
      EXPECT_TRUE(std::isfinite(usual_gap(SilenceModel{}, history)));
    }
  }
}

TEST(UsualGap, LeavesOneGapInTwentyAboveIt) {
  const SilenceModel model;
  const History history{7, 29.43, 38.86};
  const double gap = usual_gap(model, history);
  EXPECT_NEAR(std::pow((model.alpha + 29.43) / (model.alpha + 29.43 + gap), model.r + 7), 0.05, 1e-12);
  EXPECT_EQ(usual_gap(model, history, 0), 0);
}

constexpr Timestamp on(int day, int hour = 0) { return Timestamp{std::chrono::days{day} + std::chrono::hours{hour}}; }

TEST(SilenceDue, IsTheSilenceAfterTheMomentOfTheLastActivity) {
  // Seven repeat days, the last 206 days after the first, heard at 10:00.
  const Rhythm rhythm{15'000, on(15'206, 10), 7};
  const SilenceSettings settings;
  const SilenceDue due = silence_due(settings, rhythm);
  const double weeks = silence_at_alarm(settings.model, {7, 206.0 / 7, 206.0 / 7}, {0.8, kHalfYear});
  const double millis = weeks * 604'800'000;
  EXPECT_EQ((due.act - rhythm.last_heard).count(), static_cast<long long>(std::ceil(millis)));
  EXPECT_LT(due.watch, due.act);
  EXPECT_EQ(due.act, from_millis(1'324'716'952'107));  // 2011-12-24T08:55:52.107Z, on every machine
}

TEST(SilenceDue, IsReachedExactlyThen) {
  const Rhythm rhythm{15'000, on(15'206, 10), 7};
  const SilenceSettings settings;
  const SilenceDue due = silence_due(settings, rhythm);
  EXPECT_EQ(silence_outlook(settings, rhythm, due.watch).gone_permille, 600);
  EXPECT_EQ(silence_outlook(settings, rhythm, due.act).gone_permille, 800);
  EXPECT_LT(silence_outlook(settings, rhythm, due.act - std::chrono::days{1}).gone_permille, 800);
  EXPECT_EQ(silence_outlook(settings, rhythm, rhythm.last_heard + std::chrono::days{182}).gone_permille, 1000);
}

TEST(SilenceDue, IsNeverLaterThanTheHorizonNorBeforeTheLastActivity) {
  SilenceSettings settings;
  settings.watch_permille = 1;
  settings.act_permille = 1000;
  const Rhythm rhythm{15'000, on(15'206, 10), 7};
  const SilenceDue due = silence_due(settings, rhythm);
  EXPECT_EQ(due.watch, rhythm.last_heard);
  EXPECT_EQ(due.act, rhythm.last_heard + std::chrono::days{182});
}

TEST(SilenceOutlook, IsWholeNumbersAndTreatsThePastAsTheLastActivity) {
  const Rhythm rhythm{15'000, on(15'206, 10), 7};
  const SilenceSettings settings;
  const auto outlook = silence_outlook(settings, rhythm, rhythm.last_heard);
  EXPECT_EQ(outlook, silence_outlook(settings, rhythm, on(15'100)));
  const History history{7, 206.0 / 7, 206.0 / 7};
  EXPECT_EQ(outlook.alive_permille, std::lround(1000 * probability_alive(settings.model, history)));
  EXPECT_EQ(outlook.heard_permille, std::lround(1000 * probability_heard(settings.model, history, kHalfYear)));
}

TEST(UsualGapOf, IsInWholeMinutesAndBounded) {
  const SilenceSettings settings;
  const Rhythm rhythm{15'000, on(15'206, 10), 7};
  const double minutes = usual_gap(settings.model, {7, 206.0 / 7, 206.0 / 7}) * 7 * 24 * 60;
  EXPECT_EQ(usual_gap_of(settings, rhythm).count(), std::lround(minutes));
  SilenceSettings hardly_ever;
  hardly_ever.model.r = 0.01;
  EXPECT_EQ(usual_gap_of(hardly_ever, {15'000, on(15'000), 0}), std::chrono::minutes{5200ll * 7 * 24 * 60});
}

TEST(UpToHour, LeavesWholeHoursAlone) {
  const Timestamp noon = on(15'000, 12);
  EXPECT_EQ(up_to_hour(noon), noon);
  EXPECT_EQ(up_to_hour(noon + Millis{1}), noon + std::chrono::hours{1});
  EXPECT_EQ(up_to_hour(noon - Millis{1}), noon);
}

TEST(SilenceForecastDeathTest, RefusesAPromiseThatIsNoProbability) {
  EXPECT_DEATH((void)silence_at_alarm(SilenceModel{}, {}, {0, kHalfYear}), "promise");
  EXPECT_DEATH((void)silence_at_alarm(SilenceModel{}, {}, {1.001, kHalfYear}), "promise");
  EXPECT_DEATH((void)silence_due(SilenceSettings{}, {15'001, on(15'000), 0}), "first heard");
}

}  // namespace
}  // namespace earshot
