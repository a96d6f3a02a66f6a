// Whether the hazard takes over is decided by what customers did: it does where they have habits that the forecast cannot see.
#include "processors/customer/churn_fit.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "support/random_test.h"

namespace earshot {
namespace {

constexpr int kHorizon = 100;
constexpr int kLast = 700;

// Customers who leave at a day of their own. The regular ones come every seven days; the others on days in a row, and then not for weeks.
std::vector<std::vector<std::int32_t>> customers(std::uint64_t seed, int count, double regular) {
  Random random{seed};
  std::vector<std::vector<std::int32_t>> all;
  for (int i = 0; i < count; ++i) {
    const bool is_regular = random.chance(regular);
    const auto leaves = static_cast<std::int32_t>(std::min<std::int64_t>(kLast, random.between(50, 2 * kLast)));
    std::vector<std::int32_t> days{static_cast<std::int32_t>(random.between(0, 49))};
    while (days.back() < leaves) days.push_back(days.back() + static_cast<std::int32_t>(is_regular ? 7 : random.chance(0.8) ? 1 : random.between(25, 90)));
    days.pop_back();
    if (!days.empty()) all.push_back(std::move(days));
  }
  return all;
}

TEST(KnownSilences, AreThoseWhoseOutcomeIsKnown) {
  std::vector<KnownSilence> silences;
  const std::vector<std::int32_t> days{10, 17, 150, 155};
  add_known_silences(days, 250, kHorizon, silences);
  ASSERT_EQ(silences.size(), 3u) << "of the one that began on day 155 it is not known yet";
  EXPECT_EQ(silences[0].days, 7);
  EXPECT_EQ(silences[1].days, kHorizon);
  EXPECT_EQ(silences[1].x, 1);
  EXPECT_EQ(silences[1].recency, 7);
  EXPECT_EQ(silences[1].known, 117);
  EXPECT_EQ(silences[2].days, 5);
  silences.clear();
  add_known_silences(days, 255, kHorizon, silences);
  ASSERT_EQ(silences.size(), 4u);
  EXPECT_EQ(silences[3].days, kHorizon);
}

TEST(ChurnFit, TakesTheHazardWhereItLeads) {
  const auto fit = fit_churn(customers(test::seed_of_test(51), 600, 0.5), {kLast, kHorizon, 800});
  ASSERT_TRUE(fit) << fit.error().message;
  ASSERT_TRUE(fit->judged);
  EXPECT_GT(fit->judged->hazard.days, fit->judged->forecast.days + 5);
  ASSERT_TRUE(fit->hazard());
  EXPECT_GE(fit->hazard()->weights[1], -1);
  EXPECT_GE(fit->hazard()->weights[2], 0);
  EXPECT_LT(fit->judged->hazard.log_loss, fit->judged->forecast.log_loss);
}

TEST(ChurnFit, KnowsNothingOfWhatComesLater) {
  auto known = customers(test::seed_of_test(52), 1'000, 0.5);
  const ChurnFitTerms terms{400, kHorizon, 800};
  const auto fit = fit_churn(known, terms);
  Random random{test::seed_of_test(53)};
  for (auto& days : known) {
    days.erase(std::upper_bound(days.begin(), days.end(), 400), days.end());
    if (random.chance(0.5)) days.push_back(static_cast<std::int32_t>(random.between(401, 600)));
  }
  known.push_back({450, 460});
  const auto other = fit_churn(known, terms);
  ASSERT_TRUE(fit && other);
  EXPECT_EQ(fit->forecast.log_likelihood, other->forecast.log_likelihood);
  EXPECT_EQ(fit->silences, other->silences);
  ASSERT_TRUE(fit->judged && other->judged);
  EXPECT_EQ(fit->judged->model, other->judged->model);
  EXPECT_EQ(fit->levels, other->levels);
}

TEST(ChurnFit, WithFewSilencesIsTheForecastAlone) {
  const auto fit = fit_churn(customers(test::seed_of_test(54), 5, 0.5), {kLast, kHorizon, 800});
  ASSERT_TRUE(fit);
  EXPECT_FALSE(fit->judged);
  EXPECT_FALSE(fit->hazard());
  EXPECT_FALSE(fit->levels);
}

}  // namespace
}  // namespace earshot
