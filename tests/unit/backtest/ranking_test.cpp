#include "backtest/ranking.h"

#include <gtest/gtest.h>

#include "past.h"
#include "support/random_test.h"

namespace earshot::backtest {
namespace {

using test::kDayZero;

std::vector<std::vector<int>> shoppers(Random& random, int customers, int days) {
  std::vector<std::vector<int>> all;
  for (int i = 0; i < customers; ++i) {
    std::vector<int> active;
    const auto gap = 3 + random.below(60);
    const auto leaves = random.below(static_cast<std::uint64_t>(days));
    for (auto at = random.below(30); at < leaves; at += 1 + random.below(2 * gap))
      active.push_back(static_cast<int>(at));
    all.push_back(active);
  }
  return all;
}

TEST(BacktestRanking, UsesNothingAfterTheCut) {
  Random random(earshot::test::seed_of_test(71));
  const auto known = shoppers(random, 500, 400);
  const auto ranked = [&](const std::vector<std::vector<int>>& days) {
    auto ranking = rank_at(test::past_of(days).active_days(), kDayZero + 200, 180);
    EXPECT_TRUE(ranking);
    return std::move(*ranking);
  };
  const Ranking first = ranked(known);
  auto other = known;
  for (auto& days : other) {
    std::erase_if(days, [](int one) { return one > 200; });
    for (auto more = random.below(9); more > 0; --more) days.push_back(201 + static_cast<int>(random.below(200)));
    std::sort(days.begin(), days.end());
  }
  const Ranking second = ranked(other);
  std::map<std::uint32_t, double> scores;
  for (const Ranked& one : first.customers) scores[one.customer] = one.silent;
  ASSERT_EQ(second.customers.size(), first.customers.size());
  for (const Ranked& one : second.customers) EXPECT_EQ(one.silent, scores.at(one.customer));
  EXPECT_GT(first.customers.size(), 300u);
}

TEST(BacktestRanking, LeavesOutWhoWasNotHeardYetAndSaysWhenNobodyWas) {
  const Past past = test::past_of({{0, 9}, {300}});
  const auto ranking = rank_at(past.active_days(), kDayZero + 100, 30);
  ASSERT_TRUE(ranking);
  ASSERT_EQ(ranking->customers.size(), 1u);
  EXPECT_EQ(ranking->customers[0].x, 1);
  EXPECT_FALSE(rank_at(past.active_days(), kDayZero - 1, 30));
}

}  // namespace
}  // namespace earshot::backtest
