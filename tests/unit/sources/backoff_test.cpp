#include "sources/backoff.h"

#include <vector>

#include <gtest/gtest.h>

namespace earshot {
namespace {

TEST(Backoff, SpreadsThoseWhoFailedTogether) {
  constexpr std::int64_t kMany = 1'000;
  std::vector<Backoff> many;
  for (std::uint64_t seed = 0; seed < kMany; ++seed) many.emplace_back(seed);
  Millis bound = Backoff::kFirst;
  for (int tries = 0; tries < 10; ++tries) {
    Millis sum{0}, least = bound, most{0};
    for (Backoff& one : many) {
      const Millis wait = one.next();
      sum += wait;
      least = std::min(least, wait);
      most = std::max(most, wait);
    }
    EXPECT_LE(most, bound) << tries;
    EXPECT_GT(most, bound * 95 / 100) << tries;
    EXPECT_LT(least, bound * 5 / 100) << tries;
    EXPECT_GT(sum / kMany, bound * 45 / 100) << tries;
    EXPECT_LT(sum / kMany, bound * 55 / 100) << tries;
    bound = std::min(2 * bound, Backoff::kMost);
  }
  EXPECT_EQ(bound, Backoff::kMost);
}

TEST(Backoff, BeginsAnewAfterWhatWorked) {
  Backoff backoff(7);
  for (int tries = 0; tries < 10; ++tries) (void)backoff.next();
  for (int times = 0; times < 100; ++times) {
    backoff.reset();
    EXPECT_LE(backoff.next(), Backoff::kFirst);
  }
}

}  // namespace
}  // namespace earshot
