// The alarms of the hazard against plain bisection of what they solve, written down once more in long double.
#include <algorithm>
#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "processors/customer/hazard.h"
#include "processors/customer/silence_forecast.h"
#include "support/random_test.h"

namespace earshot {
namespace {

constexpr int kCases = 100'000;
constexpr double kMillisecond = 1.0 / (7.0 * 24 * 3600 * 1000);
constexpr double kResolution = kMillisecond / 1000;

struct Case {
  HazardModel hazard;
  SilenceModel model;
  History history;
  GapHabit habit;
  double horizon = 26;
  std::array<double, 2> rho{};
};

// From `least` to `most`, no order of magnitude likelier than another.
double of_any_size(Random& random, double least, double most) { return least * std::pow(most / least, random.unit()); }

Case usual_case(Random& random) {
  Case drawn;
  for (double& weight : drawn.hazard.weights) weight = random.unit() - 0.5;
  drawn.hazard.weights[2] = random.unit() * 0.5;
  drawn.model = {0.05 + random.unit() * 3, 0.2 + random.unit() * 30, 0.05 + random.unit() * 4,
                 0.05 + random.unit() * 6};
  drawn.history.x = static_cast<int>(random.below(60));
  drawn.history.recency_weeks = drawn.history.x == 0 ? 0 : 0.14 + random.unit() * 200;
  drawn.habit = {random.unit() * 4 - 2, random.unit() * 2, random.unit() * 6 - 2};
  drawn.horizon = 4 + random.unit() * 50;
  drawn.rho = {0.3 + random.unit() * 0.65, 0.3 + random.unit() * 0.65};
  return drawn;
}

Case extreme_case(Random& random) {
  Case drawn;
  const double size = random.chance(0.1) ? 0 : of_any_size(random, 1e-3, 20);
  for (double& weight : drawn.hazard.weights) weight = (random.unit() * 2 - 1) * size;
  drawn.hazard.weights[1] = random.chance(0.1) ? -1 : std::max(-1.0, drawn.hazard.weights[1]);
  drawn.hazard.weights[2] = random.chance(0.1) ? 0 : std::fabs(drawn.hazard.weights[2]);
  drawn.model = {of_any_size(random, 1e-6, 1e4), of_any_size(random, 1e-6, 1e4), of_any_size(random, 1e-6, 1e4),
                 of_any_size(random, 1e-6, 1e4)};
  drawn.history.x = random.chance(0.2) ? 0 : static_cast<int>(of_any_size(random, 1, 1e6));
  drawn.history.recency_weeks = drawn.history.x == 0 ? 0 : of_any_size(random, 1.0 / 7, 5000);
  drawn.habit = {random.unit() * 10 - 2, random.unit() * 4, random.unit() * 10 - 2};
  drawn.horizon = of_any_size(random, 1.0 / 7, 600);
  for (double& level : drawn.rho) {
    const double small = of_any_size(random, 1e-9, 1);
    level = random.chance(0.1) ? 1 : random.chance(0.5) ? small : 1 - small;
  }
  return drawn;
}

using Real = long double;

Real logit(double rho) {
  const double kept = std::clamp(rho, 1e-6, 1 - 1e-6);
  return std::log(Real{kept} / (1 - kept));
}

class Reference {
 public:
  explicit Reference(const Case& drawn)
      : count_(drawn.model.r + drawn.history.x),
        base_(Real{drawn.model.alpha} + drawn.history.recency_weeks),
        horizon_(drawn.horizon),
        share_(1 + drawn.hazard.weights[1]),
        late_(drawn.hazard.weights[2]),
        survived_horizon_(survived(horizon_)),
        odds_(survived_horizon_ + drawn.model.a / (Real{drawn.model.b} + drawn.history.x)) {
    const auto& w = drawn.hazard.weights;
    const std::array<Real, 6> terms{w[0],
                                    w[3] * std::log(Real{1} + drawn.history.x),
                                    w[4] * std::log(Real{1} + drawn.history.recency_weeks),
                                    Real{w[5]} * drawn.habit.mean,
                                    Real{w[6]} * drawn.habit.deviation,
                                    Real{w[7]} * drawn.habit.last};
    for (const Real term : terms) fixed_ += term, sizes_ += std::fabs(term);
  }

  Real value(Real silence) const { return fixed_ + share_ * logit_rho(silence) + late_ * std::log(1 + silence); }

  Real when(Real wanted) const {
    if (value(0) >= wanted) return 0;
    Real low = 0, high = horizon_;
    for (int i = 0; i < 64 && high - low > kResolution; ++i) {
      const Real middle = low + (high - low) / 2;
      (value(middle) < wanted ? low : high) = middle;
    }
    return high;
  }

  // What doubles may be off by.
  Real doubt(Real silence) const {
    const Real ages = count_ * std::log(1 + silence / base_), left = survived(silence) - survived_horizon_;
    const Real of_left = std::min(Real{1e7}, survived(silence) / std::max(left, Real{1e-30}));
    return 1e-15 * (20 + sizes_ + share_ * (20 + (1 + ages) * of_left) + late_ * 10);
  }

 private:
  Real survived(Real silence) const { return std::exp(-count_ * std::log1p(silence / base_)); }
  Real logit_rho(Real silence) const {
    const Real most = logit(1);
    const Real left = survived(silence) - survived_horizon_;
    return left > 0 ? std::clamp(std::log(odds_ / left), -most, most) : most;
  }

  Real count_, base_, horizon_, share_, late_, survived_horizon_, odds_, fixed_ = 0, sizes_ = 0;
};

void expect_as_by_bisection(const Case& drawn) {
  const auto alarms =
      silences_at_hazard_alarms(drawn.hazard, drawn.model, drawn.history, drawn.habit, drawn.rho, drawn.horizon);
  const Reference reference(drawn);
  for (std::size_t i = 0; i < 2; ++i) {
    const double alarm = alarms[i];
    const Real wanted = logit(drawn.rho[i]), doubt = reference.doubt(alarm);
    ASSERT_GE(alarm, 0);
    ASSERT_LE(alarm, drawn.horizon);
    if (reference.value(0) >= wanted + doubt) {
      ASSERT_EQ(alarm, 0);
    }
    ASSERT_GE(alarm, static_cast<double>(reference.when(wanted - doubt)) * (1 - 1e-15) - kResolution);
    ASSERT_LE(alarm, static_cast<double>(reference.when(wanted + doubt)) * (1 + 1e-15) + kMillisecond);
    ASSERT_EQ(alarm, silence_at_hazard_alarm(drawn.hazard, drawn.model, drawn.history, drawn.habit, drawn.rho[i],
                                             drawn.horizon))
        << "alone";
  }
}

TEST(HazardLaws, TheTimersAreWhereBisectionFindsTheLevels) {
  Random random{test::seed_of_test(41)};
  for (int i = test::scaled(kCases); i > 0; --i) ASSERT_NO_FATAL_FAILURE(expect_as_by_bisection(usual_case(random)));
}

TEST(HazardLaws, TheTimersAreWhereBisectionFindsTheLevelsOfExtremeCustomers) {
  Random random{test::seed_of_test(42)};
  for (int i = test::scaled(kCases); i > 0; --i) ASSERT_NO_FATAL_FAILURE(expect_as_by_bisection(extreme_case(random)));
}

// An event may bring any weights; the curve may fall then.
TEST(HazardLaws, TheTimersStayWithinTheHorizonWhateverTheWeights) {
  Random random{test::seed_of_test(43)};
  for (int i = test::scaled(kCases); i > 0; --i) {
    Case drawn = extreme_case(random);
    for (double& weight : drawn.hazard.weights) weight = random.chance(0.1) ? 0 : random.unit() * 2000 - 1000;
    for (const double alarm :
         silences_at_hazard_alarms(drawn.hazard, drawn.model, drawn.history, drawn.habit, drawn.rho, drawn.horizon)) {
      ASSERT_TRUE(alarm >= 0 && alarm <= drawn.horizon) << alarm;
    }
  }
}

}  // namespace
}  // namespace earshot
