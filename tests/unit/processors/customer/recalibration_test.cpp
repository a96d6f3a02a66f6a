#include "processors/customer/recalibration.h"

#include <gtest/gtest.h>

#include "support/random_test.h"

namespace earshot {
namespace {

TEST(LevelThatKeeps, IsTheLowestAtWhichEnoughOfTheAlarmsAreRight) {
  std::vector<Said> said{{0.9, true}, {0.8, true}, {0.7, false}, {0.6, true}, {0.6, true}, {0.5, false}, {0.1, false}};
  EXPECT_EQ(level_that_keeps(said, 1000), 0.8);
  EXPECT_EQ(level_that_keeps(said, 800), 0.6) << "4 of 5";
  EXPECT_EQ(level_that_keeps(said, 801), 0.8);
  EXPECT_EQ(level_that_keeps(said, 571), 0.1) << "4 of 7";
  std::vector<Said> never{{0.9, false}};
  EXPECT_FALSE(level_that_keeps(never, 500));
}

// Silences of which `most` was said, of which so many came true as `comes` makes of it.
template <class Comes>
std::vector<Said> world(std::uint64_t seed, Comes comes) {
  Random random{seed};
  std::vector<Said> said;
  for (int i = 0; i < 20'000; ++i) {
    const double most = random.unit();
    said.push_back({most, random.unit() < comes(most)});
  }
  return said;
}

TEST(Recalibration, KeepsPromisesThatTheForecastBreaks) {
  const auto comes = [](double most) { return most * most; };  // of 0.6 said, 0.36 come
  const auto levels = recalibrate(world(test::seed_of_test(41), comes));
  ASSERT_TRUE(levels);
  for (const double promise : {0.6, 0.8, 0.9}) {
    SCOPED_TRACE(promise);
    const double level = level_of(levels, promise);
    double alarms = 0, right = 0;
    for (const Said& one : world(test::seed_of_test(42), comes)) {
      if (one.most < level) continue;
      alarms += 1;
      right += one.reached ? 1 : 0;
    }
    EXPECT_NEAR(right / alarms, promise, 0.02) << "at " << level;
  }
}

TEST(Recalibration, LeavesAloneWhatFewSilencesSay) {
  auto few = world(test::seed_of_test(43), [](double most) { return most * most; });
  few.resize(2 * kRecalibrationSilencesMin - 1);
  EXPECT_FALSE(recalibrate(few));
  EXPECT_FALSE(recalibrate({}));
  EXPECT_FALSE(recalibrate(std::vector<Said>(5'000, Said{0.5, true}))) << "all of one kind";
}

TEST(Recalibration, LeavesAloneWhatTheNewerHalfSpeaksAgainst) {
  auto said = world(test::seed_of_test(44), [](double most) { return most * most; });
  const auto later = world(test::seed_of_test(45), [](double most) { return most * most * most * most; });
  std::copy(later.begin() + 10'000, later.end(), said.begin() + 10'000);
  EXPECT_FALSE(recalibrate(said));
}

TEST(Recalibration, IsALineThatGoesBothWays) {
  const PromiseLevels levels{520, 560, 600, 660, 700, 760, 830, 880, 920, 970};
  EXPECT_EQ(level_of(std::nullopt, 0.8), 0.8);
  EXPECT_EQ(promise_of(std::nullopt, 0.8), 0.8);
  EXPECT_NEAR(level_of(levels, 0.8), 0.83, 1e-12);
  EXPECT_NEAR(level_of(levels, 0.775), 0.795, 1e-12);
  EXPECT_NEAR(level_of(levels, 0.25), 0.26, 1e-12);
  EXPECT_EQ(level_of(levels, 1), 1);
  for (double promise = 0; promise <= 1; promise += 1.0 / 64)
    EXPECT_NEAR(promise_of(levels, level_of(levels, promise)), promise, 1e-12);
  EXPECT_FALSE(levels_of(std::vector<std::int64_t>(9)));
  EXPECT_EQ(levels_of(std::vector<std::int64_t>(10, 700))->at(9), 700);
}

}  // namespace
}  // namespace earshot
