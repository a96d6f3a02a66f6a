// The closed forms against what they are closed forms of: Bayes' rule with the likelihood, and bisection.
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "processors/customer/silence_forecast.h"
#include "support/random_test.h"

namespace earshot {
namespace {

constexpr int kCases = 100'000;

struct Case {
  SilenceModel model;
  History history;
  double horizon;
};

Case any_case(Random& random) {
  Case drawn;
  drawn.model = {0.05 + random.unit() * 3, 0.2 + random.unit() * 30, 0.05 + random.unit() * 4,
                 0.05 + random.unit() * 6};
  drawn.history.x = random.chance(0.2) ? 0 : static_cast<int>(random.between(1, random.chance(0.1) ? 900 : 40));
  drawn.history.recency_weeks = drawn.history.x == 0 ? 0 : 0.14 + random.unit() * 500;
  drawn.history.age_weeks = drawn.history.recency_weeks + random.unit() * random.unit() * 200;
  drawn.horizon = 1 + random.unit() * 60;
  return drawn;
}

// Where an increasing function passes `level` between the two ends.
double bisect(const std::function<double(double)>& increasing, double low, double high, double level) {
  for (int i = 0; i < 200 && low < high; ++i) {
    const double middle = low + (high - low) / 2;
    (increasing(middle) < level ? low : high) = middle;
  }
  return high;
}

TEST(SilenceForecastLaws, ProbabilitiesAreRatiosOfLikelihoods) {
  Random random{test::seed_of_test(11)};
  for (int i = test::scaled(kCases); i > 0; --i) {
    const Case c = any_case(random);
    const double now = log_likelihood(c.model, c.history);
    History later = c.history;
    later.age_weeks += c.horizon;
    ASSERT_NEAR(probability_heard(c.model, c.history, c.horizon), -std::expm1(log_likelihood(c.model, later) - now),
                1e-10);
    if (c.history.age_weeks >= c.history.recency_weeks + c.horizon) continue;
    History gone = c.history;
    gone.age_weeks = c.history.recency_weeks + c.horizon;
    ASSERT_NEAR(silence_forecast(c.model, c.history, c.horizon), std::exp(log_likelihood(c.model, gone) - now), 1e-10);
  }
}

TEST(SilenceForecastLaws, TheTimerIsWhereBisectionFindsThePromise) {
  Random random{test::seed_of_test(12)};
  for (int i = test::scaled(kCases); i > 0; --i) {
    const Case c = any_case(random);
    const double rho = 0.01 + random.unit() * 0.99;
    const double timer = silence_at_alarm(c.model, c.history, {rho, c.horizon});
    const auto forecast = [&c](double silence) {
      History at = c.history;
      at.age_weeks = at.recency_weeks + silence;
      return silence_forecast(c.model, at, c.horizon);
    };
    const double found = bisect(forecast, 0, c.horizon, rho);
    if (timer == 0) {
      ASSERT_GE(forecast(0), rho - 1e-12);
    } else {
      ASSERT_NEAR(timer, found, 1e-9 * (1 + found)) << "x " << c.history.x << " rho " << rho;
      ASSERT_NEAR(forecast(timer), rho, 1e-9);
    }
  }
}

TEST(SilenceForecastLaws, TheCrossingIsWhereBisectionFindsPAlive) {
  Random random{test::seed_of_test(13)};
  for (int i = test::scaled(kCases); i > 0; --i) {
    const Case c = any_case(random);
    const double theta = 0.01 + random.unit() * 0.98;
    const double crossing = crossing_of_alive(c.model, c.history, theta);
    const auto dead = [&c](double age) {
      return 1 - probability_alive(c.model, {c.history.x, c.history.recency_weeks, age});
    };
    if (crossing == c.history.recency_weeks) {
      ASSERT_GE(dead(crossing), 1 - theta - 1e-12);
    } else if (crossing < 1e6) {
      ASSERT_NEAR(dead(crossing), 1 - theta, 1e-9);
      const double found = bisect(dead, c.history.recency_weeks, 2e6, 1 - theta);
      ASSERT_NEAR(crossing, found, 1e-7 * (1 + found));
    }
  }
}

TEST(SilenceForecastLaws, DueMomentsHoldTheirPromiseInWholeNumbers) {
  Random random{test::seed_of_test(14)};
  for (int i = test::scaled(kCases); i > 0; --i) {
    SilenceSettings settings;
    settings.horizon_days = static_cast<int>(random.between(30, 400));
    settings.watch_permille = static_cast<int>(random.between(1, 999));
    settings.act_permille = static_cast<int>(random.between(settings.watch_permille, 1000));
    Rhythm rhythm;
    rhythm.first_day = static_cast<std::int32_t>(random.between(10'000, 20'000));
    rhythm.repeat_days = static_cast<int>(random.below(60));
    const auto days = rhythm.repeat_days == 0 ? 0 : rhythm.repeat_days + random.between(0, 1000);
    rhythm.last_heard = Timestamp{std::chrono::days{rhythm.first_day + days} + Millis{random.between(0, 86'399'999)}};

    const SilenceDue due = silence_due(settings, rhythm);
    ASSERT_LE(rhythm.last_heard, due.watch);
    ASSERT_LE(due.watch, due.act);
    ASSERT_LE(due.act, rhythm.last_heard + std::chrono::days{settings.horizon_days});
    const int watch = silence_outlook(settings, rhythm, due.watch).gone_permille;
    const int act = silence_outlook(settings, rhythm, due.act).gone_permille;
    ASSERT_TRUE(due.watch == rhythm.last_heard ? watch >= settings.watch_permille : watch == settings.watch_permille)
        << watch;
    ASSERT_TRUE(due.act == rhythm.last_heard ? act >= settings.act_permille : act == settings.act_permille) << act;
    ASSERT_GE(silence_outlook(settings, rhythm, due.act + std::chrono::days{1}).gone_permille, act);
  }
}

}  // namespace
}  // namespace earshot
