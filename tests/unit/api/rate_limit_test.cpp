#include "api/rate_limit.h"

#include <gtest/gtest.h>

namespace earshot::api {
namespace {

using std::chrono::microseconds;

const RateLimit::Time kStart = RateLimit::Time{} + std::chrono::hours{1};

int taken(RateLimit& limit, RateLimit::Time at, int tries = 1000) {
  int passed = 0;
  for (int i = 0; i < tries; ++i) passed += limit.take(at);
  return passed;
}

TEST(RateLimit, LetsOneSecondsWorthPassAtOnceAndNoMore) {
  RateLimit limit(10);
  EXPECT_EQ(taken(limit, kStart), 10);
  EXPECT_EQ(taken(limit, kStart + microseconds{99'999}), 0);
  EXPECT_EQ(taken(limit, kStart + microseconds{100'000}), 1);
  EXPECT_EQ(taken(limit, kStart + microseconds{500'000}), 4);
  EXPECT_EQ(taken(limit, kStart + std::chrono::hours{5}), 10) << "what was not used for long is not saved up";
}

TEST(RateLimit, HoldsHoweverFinelyTheTimePasses) {
  RateLimit limit(7);
  int passed = 0;
  for (int i = 0; i <= 10'000'000; i += 37) passed += limit.take(kStart + microseconds{i});
  EXPECT_NEAR(passed, 7 + 10 * 7, 1);
}

TEST(RateLimit, TimeThatStandsOrGoesBackGivesNothing) {
  RateLimit limit(2);
  EXPECT_EQ(taken(limit, kStart), 2);
  EXPECT_EQ(taken(limit, kStart - microseconds{500'000}), 0);
  EXPECT_EQ(taken(limit, kStart), 0);
}

TEST(RateLimit, OfALongerTimeSaysWhenTheNextMayPass) {
  RateLimit limit(20, std::chrono::minutes{1});
  EXPECT_EQ(limit.wait(), microseconds{0});
  EXPECT_EQ(taken(limit, kStart), 20);
  EXPECT_EQ(limit.wait(), std::chrono::seconds{3});
  EXPECT_FALSE(limit.has_room(kStart + microseconds{2'999'999}));
  EXPECT_EQ(limit.wait(), microseconds{1});
  EXPECT_TRUE(limit.has_room(kStart + std::chrono::seconds{3}));
  EXPECT_EQ(taken(limit, kStart + std::chrono::seconds{3}), 1) << "to ask took nothing";
  EXPECT_EQ(taken(limit, kStart + std::chrono::seconds{4} + std::chrono::minutes{1}), 20);
}

TEST(RateLimit, OfNothingIsNone) {
  RateLimit limit(0);
  EXPECT_EQ(taken(limit, kStart), 1000);
}

}  // namespace
}  // namespace earshot::api
