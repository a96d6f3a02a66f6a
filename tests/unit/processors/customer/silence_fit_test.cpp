#include "processors/customer/silence_fit.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "base/random.h"
#include "support/random_test.h"

namespace earshot {
namespace {

double uniform(Random& random) { return 1 - random.unit(); }  // (0, 1]
double exponential(Random& random, double rate) { return -std::log(uniform(random)) / rate; }

// Marsaglia and Tsang 2000; a shape below 1 by the usual boost.
double gamma_of(Random& random, double shape) {
  if (shape < 1) return gamma_of(random, shape + 1) * std::pow(uniform(random), 1 / shape);
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  while (true) {
    const double normal =
        std::sqrt(-2 * std::log(uniform(random))) * std::cos(2 * 3.14159265358979323846 * uniform(random));
    const double v = std::pow(1 + c * normal, 3);
    if (v > 0 && std::log(uniform(random)) < normal * normal / 2 + d - d * v + d * std::log(v)) return d * v;
  }
}

// Customers who do what the model says. Times are rounded to days, as a log of days has them.
std::vector<DayHistory> customers_of(const SilenceModel& model, int count, std::uint64_t seed, int days) {
  Random random(seed);
  std::vector<DayHistory> histories;
  for (int i = 0; i < count; ++i) {
    const double rate = gamma_of(random, model.r) / model.alpha;
    const double u = gamma_of(random, model.a), v = gamma_of(random, model.b);
    const double leaves = u / (u + v);
    DayHistory history{
        0, 0,
        static_cast<std::int32_t>(days / 2 + static_cast<int>(random.below(static_cast<std::uint64_t>(days / 2))))};
    double at = 0;
    while (uniform(random) >= leaves) {
      at += exponential(random, rate) * 7;
      if (at >= history.age) break;
      const auto day = static_cast<std::int32_t>(at);
      if (day == history.recency) continue;
      history.recency = day;
      ++history.x;
    }
    histories.push_back(history);
  }
  return histories;
}

double mean_log_likelihood(const std::vector<DayHistory>& histories, const SilenceModel& model) {
  double sum = 0;
  for (const DayHistory& h : histories) sum += log_likelihood(model, {h.x, h.recency / 7.0, h.age / 7.0});
  return sum;
}

TEST(SilenceFit, FindsTheTopOfTheLikelihood) {
  const std::uint64_t seed = test::seed_of_test(61);
  const SilenceModel truth{0.8, 5, 0.6, 2.5};
  const auto histories = customers_of(truth, 4000, seed, 600);
  const auto fit = fit_silence(histories);
  ASSERT_TRUE(fit) << fit.error().message;
  EXPECT_EQ(fit->customers, 4000);
  EXPECT_NEAR(fit->log_likelihood, mean_log_likelihood(histories, fit->model), 1e-6)
      << "it is the likelihood of silence_forecast.h";
  EXPECT_GT(fit->log_likelihood, mean_log_likelihood(histories, truth)) << "the truth is no better than the best";
  for (const double factor : {0.99, 1.01}) {
    for (double SilenceModel::*one : {&SilenceModel::r, &SilenceModel::alpha, &SilenceModel::a, &SilenceModel::b}) {
      SilenceModel beside = fit->model;
      beside.*one *= factor;
      EXPECT_LT(mean_log_likelihood(histories, beside), fit->log_likelihood) << factor;
    }
  }
}

TEST(SilenceFit, RecoversWhatMadeTheCustomers) {
  const SilenceModel truth{0.8, 5, 0.6, 2.5};
  const auto fit = fit_silence(customers_of(truth, 20'000, test::seed_of_test(62), 700));
  ASSERT_TRUE(fit) << fit.error().message;
  // What matters is what the model says of people, to within the noise of the sample and the rounding to days.
  for (const DayHistory& h : {DayHistory{0, 0, 100}, DayHistory{3, 60, 100}, DayHistory{12, 300, 330}}) {
    const History history{h.x, h.recency / 7.0, h.age / 7.0};
    EXPECT_NEAR(silence_forecast(fit->model, history, 26), silence_forecast(truth, history, 26), 0.05);
  }
}

TEST(SilenceFit, DoesNotDependOnTheOrder) {
  auto histories = customers_of({}, 3000, test::seed_of_test(63), 500);
  const auto first = fit_silence(histories);
  std::reverse(histories.begin(), histories.end());
  const auto second = fit_silence(histories);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->model.r, second->model.r);
  EXPECT_EQ(first->model.alpha, second->model.alpha);
  EXPECT_EQ(first->model.a, second->model.a);
  EXPECT_EQ(first->model.b, second->model.b);
}

TEST(SilenceFit, FewCustomersStayNearThePrior) {
  const SilenceModel prior;
  const auto nobody = fit_silence({}, prior);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().kind, ErrorKind::Invalid);
  const auto away = [&](int customers) {
    const auto fit =
        fit_silence(std::vector<DayHistory>(static_cast<std::size_t>(customers), DayHistory{30, 200, 201}), prior);
    EXPECT_TRUE(fit) << fit.error().message;
    return std::fabs(std::log(fit->model.r / prior.r));
  };
  EXPECT_LT(away(1), 1.5);
  EXPECT_LT(away(1), away(20)) << "each customer counts";
  EXPECT_LT(away(20), away(kFitCustomersMin)) << "and many are believed";
}

// Nobody ever comes back, or everybody always does: there is no maximum inside, and the bounds are met.
TEST(SilenceFit, StaysWithinItsBounds) {
  for (const std::vector<DayHistory>& odd : {std::vector<DayHistory>(5000, DayHistory{0, 0, 300}),
                                             std::vector<DayHistory>(5000, DayHistory{300, 300, 300})}) {
    const auto fit = fit_silence(odd);
    ASSERT_TRUE(fit) << fit.error().message;
    for (const double p : {fit->model.r, fit->model.alpha, fit->model.a, fit->model.b}) {
      EXPECT_GE(p, 0.99e-3);
      EXPECT_LE(p, 1.01e4);
    }
  }
}

}  // namespace
}  // namespace earshot
