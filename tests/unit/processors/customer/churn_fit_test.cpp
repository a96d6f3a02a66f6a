// Whether the hazard takes over is decided by what customers did: it does where they have habits that the forecast
// cannot see.
#include "processors/customer/churn_fit.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "support/random_test.h"

namespace earshot {
namespace {

constexpr int kHorizon = 100;
constexpr int kLast = 700;

// Customers who leave at a day of their own. The regular ones come every seven days; the others on days in a row, and
// then not for weeks.
std::vector<std::vector<std::int32_t>> customers(std::uint64_t seed, int count, double regular) {
  Random random{seed};
  std::vector<std::vector<std::int32_t>> all;
  for (int i = 0; i < count; ++i) {
    const bool is_regular = random.chance(regular);
    const auto leaves = static_cast<std::int32_t>(std::min<std::int64_t>(kLast, random.between(50, 2 * kLast)));
    std::vector<std::int32_t> days{static_cast<std::int32_t>(random.between(0, 49))};
    while (days.back() < leaves)
      days.push_back(days.back() + static_cast<std::int32_t>(is_regular           ? 7
                                                             : random.chance(0.8) ? 1
                                                                                  : random.between(25, 90)));
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

std::vector<std::vector<std::int32_t>> joined(std::vector<std::vector<std::int32_t>> one,
                                              const std::vector<std::vector<std::int32_t>>& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}
std::vector<std::string> names(std::size_t first, const std::string& one, std::size_t second,
                               const std::string& other) {
  std::vector<std::string> all(first, one);
  all.resize(first + second, other);
  return all;
}

TEST(ChurnFit, OfASegmentIsItsOwnWhereItsCustomersDiffer) {
  const auto regular = customers(test::seed_of_test(55), 500, 1), others = customers(test::seed_of_test(56), 500, 0);
  const auto fits = fit_churn_by_segment(joined(regular, others), names(regular.size(), "app", others.size(), "shop"),
                                         {kLast, kHorizon, 800});
  ASSERT_TRUE(fits) << fits.error().message;
  ASSERT_EQ(fits->of_segments.size(), 2u);
  const ChurnFit& app = fits->of_segments.at("app");
  EXPECT_FALSE(app.pooled);
  EXPECT_EQ(app.forecast.customers, static_cast<std::int64_t>(regular.size()));
  // Held by so little that it is the fit of these customers alone.
  const auto alone = fit_churn(regular, {kLast, kHorizon, 800});
  ASSERT_TRUE(alone);
  EXPECT_NEAR(app.forecast.model.alpha, alone->forecast.model.alpha, 0.02 * alone->forecast.model.alpha);
  EXPECT_GT(app.forecast.log_likelihood + fits->of_segments.at("shop").forecast.log_likelihood,
            fits->everyone.forecast.log_likelihood + 100)
      << "two curves say much more of two kinds of customers than one";
  const auto models = fits->models(7);
  ASSERT_EQ(models.size(), 3u);
  EXPECT_EQ(models[0].segment, "");
  EXPECT_EQ(models[1].segment, "app");
  EXPECT_EQ(models[1].version, 7);
  EXPECT_EQ(models[1].forecast.alpha, app.forecast.model.alpha);
}

// Twelve customers, of whom by chance all came back: too few for a curve that differs from everybody's.
TEST(ChurnFit, OfASmallSegmentIsHeldNearThatOfAll) {
  const auto many = customers(test::seed_of_test(57), 800, 0.5);
  const std::vector<std::vector<std::int32_t>> few(12, {600, 604, 650, 690});
  const auto fits =
      fit_churn_by_segment(joined(few, many), names(few.size(), "new", many.size(), ""), {kLast, kHorizon, 800});
  ASSERT_TRUE(fits) << fits.error().message;
  ASSERT_EQ(fits->of_segments.size(), 1u) << "who is in no segment has the model of all";
  const SilenceModel &own = fits->of_segments.at("new").forecast.model, &all = fits->everyone.forecast.model;
  const auto from_defaults = fit_silence(std::vector<DayHistory>(12, {3, 90, 100}));
  ASSERT_TRUE(from_defaults);
  const auto apart = [](const SilenceModel& a, const SilenceModel& b) {
    return std::fabs(std::log(a.r / b.r)) + std::fabs(std::log(a.alpha / b.alpha)) + std::fabs(std::log(a.a / b.a));
  };
  EXPECT_LT(apart(own, all), apart(from_defaults->model, all)) << "the prior is the tenant's own, not the defaults";
  EXPECT_GT(apart(own, all), 0.01) << "and they say a little themselves";
}

// A segment by a fact that has nothing to do with how long people stay.
TEST(ChurnFit, OfASegmentThatIsLikeTheOthersFallsBackToThatOfAll) {
  const auto all = customers(test::seed_of_test(58), 900, 0.5);
  std::vector<std::string> segments(all.size());
  for (std::size_t i = 0; i < 40; ++i) segments[i] = "few";  // hardly enough for a hazard of their own
  const auto fits = fit_churn_by_segment(all, segments, {kLast, kHorizon, 800});
  ASSERT_TRUE(fits) << fits.error().message;
  ASSERT_TRUE(fits->everyone.hazard());
  ASSERT_TRUE(fits->of_segments.at("few").pooled);
  EXPECT_EQ(fits->models(2)[1].hazard, fits->everyone.hazard());
  EXPECT_EQ(fits->models(2)[1].forecast.r, fits->everyone.forecast.model.r);
}

}  // namespace
}  // namespace earshot
