#include "processors/insight/kpi_math.h"

#include <array>

#include <gtest/gtest.h>

namespace earshot {
namespace {

void expect_interval(const Interval& interval, double low, double high, double tolerance) {
  EXPECT_NEAR(interval.low, low, tolerance);
  EXPECT_NEAR(interval.high, high, tolerance);
}

TEST(Ratio, WithoutADenominatorIsAbsent) {
  EXPECT_EQ((Ratio{0, 0}).value(), std::nullopt);
  EXPECT_EQ(in_units({0, 0}, 10'000), std::nullopt);
  EXPECT_EQ(wilson_interval({0, 0}).has_value(), false);
  EXPECT_EQ((Ratio{0, 3}).value(), 0.0);
}

TEST(InUnits, RoundsHalfAwayFromZeroExactly) {
  EXPECT_EQ(in_units({1, 3}, 10'000), 3333);  // 33.33 %
  EXPECT_EQ(in_units({2, 3}, 10'000), 6667);
  EXPECT_EQ(in_units({1, 8}, 100), 13);  // 12.5
  EXPECT_EQ(in_units({-1, 8}, 100), -13);
  EXPECT_EQ(in_units({124'999, 1'000'000}, 100), 12);
  EXPECT_EQ(in_units({-124'999, 1'000'000}, 100), -12);
  EXPECT_EQ(in_units({5, 5}, 10'000), 10'000);
}

TEST(RoundHalfAway, GoesAwayFromZero) {
  const struct {
    double value;
    std::int64_t rounded;
  } rows[] = {{0, 0},     {0.5, 1},   {-0.5, -1}, {0.49999999999999994, 0}, {-0.49999999999999994, 0}, {2.5, 3},
              {-2.5, -3}, {-1.2, -1}, {7.9, 8}};
  for (const auto& row : rows) EXPECT_EQ(round_half_away(row.value), row.rounded) << row.value;
}

TEST(Csat, IsTheShareOfFoursAndFives) {
  const ShareScore score = csat({2, 1, 5, 22, 20});
  EXPECT_EQ(score.good.numerator, 42);
  EXPECT_EQ(score.good.denominator, 50);
  EXPECT_DOUBLE_EQ(score.good.value().value(), 0.84);
  expect_interval(score.interval.value(), 0.7149, 0.9166, 0.00005);
  EXPECT_DOUBLE_EQ(score.mean.value(), (2 * 1 + 1 * 2 + 5 * 3 + 22 * 4 + 20 * 5) / 50.0);
  EXPECT_EQ(score.histogram, (std::vector<std::int64_t>{2, 1, 5, 22, 20}));
  EXPECT_FALSE(score.low_n);
}

TEST(Csat, OfThreeHappyAnswersIsFlagged) {
  const ShareScore score = csat({0, 0, 0, 0, 3});
  EXPECT_EQ(score.good.value(), 1.0);
  expect_interval(score.interval.value(), 0.4385, 1.0, 0.00005);
  EXPECT_EQ(score.interval->high, 1.0);
  EXPECT_TRUE(score.low_n);
}

TEST(Csat, WithoutAnswersIsAbsent) {
  const ShareScore score = csat({});
  EXPECT_FALSE(score.good.value() || score.interval || score.mean);
  EXPECT_TRUE(score.low_n);
}

// 56 of 70 and 48 of 80: the first example of Newcombe (1998), table II, method 10.
TEST(ShareDifference, HasTheIntervalOfThePublishedExample) {
  const auto difference = share_difference({56, 70}, {48, 80});
  ASSERT_TRUE(difference);
  EXPECT_NEAR(difference->value, 0.2, 1e-12);
  EXPECT_NEAR(difference->interval.low, 0.0524, 5e-5);
  EXPECT_NEAR(difference->interval.high, 0.3339, 5e-5);
  EXPECT_FALSE(share_difference({0, 0}, {1, 2}));
}

TEST(Wilson, EndsAtTheEdgesAndIsSymmetric) {
  EXPECT_EQ(wilson_interval({0, 7})->low, 0);
  EXPECT_EQ(wilson_interval({7, 7})->high, 1);
  for (std::int64_t good = 0; good <= 40; ++good) {
    const Interval one = wilson_interval({good, 40}).value();
    const Interval other = wilson_interval({40 - good, 40}).value();
    EXPECT_NEAR(one.low, 1 - other.high, 1e-12);
    EXPECT_LE(one.low, static_cast<double>(good) / 40);
    EXPECT_GE(one.high, static_cast<double>(good) / 40);
  }
}

TEST(LowCount, IsBelowThirty) {
  EXPECT_TRUE(csat({29, 0, 0, 0, 0}).low_n);
  EXPECT_FALSE(csat({30, 0, 0, 0, 0}).low_n);
  EXPECT_TRUE(nps({29, 0, 0})->low_n);
  EXPECT_FALSE(nps({30, 0, 0})->low_n);
}

TEST(Ces, IsTheShareOfFiveToSeven) {
  const ShareScore score = ces({1, 0, 1, 1, 1, 0, 2});  // 7,7,5,4,3,1
  EXPECT_EQ(score.good.value(), 0.5);
  EXPECT_DOUBLE_EQ(score.mean.value(), 4.5);
  EXPECT_FALSE(ces({}).mean.has_value());
}

TEST(Nps, CountsNinesAndTensAgainstZeroToSix) {
  const NpsCounts counts = nps_counts({1, 1, 1, 1, 1, 1, 1, 10, 20, 100, 200});
  EXPECT_EQ(counts.detractors, 7);
  EXPECT_EQ(counts.passives, 30);
  EXPECT_EQ(counts.promoters, 300);
}

TEST(Nps, HasAPlainIntervalForManyAnswers) {
  const NpsScore score = nps({60, 25, 15}).value();
  EXPECT_DOUBLE_EQ(score.score, 45);
  EXPECT_NEAR(score.standard_error, 7.399, 0.0005);
  expect_interval(score.interval, 30.50, 59.50, 0.005);
  EXPECT_FALSE(score.adjusted);
  EXPECT_EQ(score.count, 100);
  expect_interval(nps_adjusted({60, 25, 15})->interval, 29.34, 58.04, 0.005);
}

TEST(Nps, HasAnAdjustedIntervalForFewOrUnanimousAnswers) {
  EXPECT_EQ(nps_plain({5, 0, 0})->interval.low, 100);  // what the rule is there to avoid
  const NpsScore five = nps({5, 0, 0}).value();
  EXPECT_TRUE(five.adjusted);
  EXPECT_EQ(five.score, 100);
  expect_interval(five.interval, 17.49, 100, 0.005);
  EXPECT_EQ(five.interval.high, 100);
  const struct {
    const char* name;
    NpsCounts counts;
    bool adjusted;
  } rows[] = {{"29 answers", {15, 10, 4}, true},    {"30 answers", {16, 10, 4}, false},
              {"all promoters", {40, 0, 0}, true},  {"all passives", {0, 40, 0}, true},
              {"all detractors", {0, 0, 40}, true}, {"all but one", {39, 1, 0}, false}};
  for (const auto& row : rows) EXPECT_EQ(nps(row.counts)->adjusted, row.adjusted) << row.name;
}

TEST(Nps, WithoutAnswersIsAbsent) {
  EXPECT_FALSE(nps({}) || nps_plain({}) || nps_adjusted({}));
  EXPECT_FALSE(nps_difference({}, {60, 25, 15}).has_value());
}

TEST(NpsDifference, OfFortyFiveAndTwentyEightIsNotAProvenDrop) {
  EXPECT_DOUBLE_EQ(nps({50, 28, 22})->score, 28);
  EXPECT_NEAR(nps({50, 28, 22})->standard_error, 8.010, 0.0005);
  const NpsDifference difference = nps_difference({60, 25, 15}, {50, 28, 22}).value();
  EXPECT_NEAR(difference.z, 1.559, 0.0005);
  EXPECT_FALSE(difference.changed);
  EXPECT_TRUE(nps_difference({600, 250, 150}, {500, 280, 220})->changed);
  EXPECT_LT(nps_difference({50, 28, 22}, {60, 25, 15})->z, 0);
  EXPECT_FALSE(nps_difference({3, 0, 0}, {0, 3, 0})->changed);
}

TEST(ResponseRate, LeavesOutBouncedAndAlsoShowsTheConservativeForm) {
  const ResponseRate rate = response_rate({100, 20, 40});
  EXPECT_EQ(rate.of_delivered.value(), 0.5);
  EXPECT_EQ(rate.of_sent.value(), 0.4);
  EXPECT_EQ(response_rate({5, 5, 0}).of_delivered.value(), std::nullopt);
  EXPECT_EQ(response_rate({0, 1, 0}).of_delivered.value(), std::nullopt);
}

TEST(NonResponse, IsWeightedByStrataAndBounded) {
  const Stratum gold{100, {40, 50}};
  const Stratum standard{900, {30, 50}};
  EXPECT_NEAR(post_stratified(std::array{gold, standard}).value(), 0.62, 1e-12);
  expect_interval(non_response_bounds({70, 100}, 1000).value(), 0.07, 0.97, 1e-12);
}

TEST(NonResponse, NeedsFiveAnswersInAStratum) {
  const Stratum gold{100, {40, 50}};
  EXPECT_NEAR(post_stratified(std::array{gold, Stratum{900, {0, 4}}}).value(), 0.8, 1e-12);
  EXPECT_NEAR(post_stratified(std::array{gold, Stratum{900, {0, 5}}}).value(), 0.08, 1e-12);
  EXPECT_FALSE(post_stratified(std::array{Stratum{900, {0, 4}}}).has_value());
  EXPECT_FALSE(post_stratified({}).has_value());
  EXPECT_FALSE(non_response_bounds({0, 0}, 0).has_value());
}

TEST(SuppressedCells, CannotBeFoundBySubtraction) {
  using Cells = std::vector<bool>;
  const struct {
    const char* name;
    std::vector<std::int64_t> counts;
    Cells suppressed;
  } rows[] = {{"none is small", {5, 6, 100}, {false, false, false}},
              {"one small one takes the smallest other with it", {4, 9, 7, 100}, {true, false, true, false}},
              {"the first of equals", {9, 4, 9}, {true, true, false}},
              {"two small ones hide each other", {4, 9, 3}, {true, false, true}},
              {"alone", {4}, {true}},
              {"nothing", {}, {}}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(suppressed_cells(row.counts), row.suppressed);
  }
}

}  // namespace
}  // namespace earshot
