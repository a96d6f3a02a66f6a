#include "processors/customer/hazard.h"

#include <algorithm>
#include <cmath>

#include "base/log_exp.h"
#include "base/log_exp_pair.h"
#include "processors/customer/silence_forecast.h"

namespace earshot {
namespace {

constexpr double kUsualLogGap = 1.3862943611198906;  // ln of four weeks
constexpr double kUsualDeviation = 0.8;
constexpr double kNoDoubt = 1e-6;  // probabilities are kept so far from 0 and 1
constexpr double kOddsMax = (1 - kNoDoubt) / (1 - (1 - kNoDoubt));
constexpr double kLogitMax = 13.815509557935018;  // ln of these odds
constexpr double kExponentMax = 700;              // e^-700 is nothing
constexpr double kMillisecond = 1.0 / (7.0 * 24 * 3600 * 1000);
constexpr double kNear = kMillisecond / 8;
constexpr double kGuess = 0.25;  // of the horizon
constexpr double kUnknown = -1;
constexpr int kStepsMax = 5;
constexpr int kHalvingsMax = 64;
constexpr int kDaysInTable = 512;

// ln(days/7): most gaps are short, and a customer may have hundreds.
double log_weeks(std::int32_t days) {
  static const auto table = [] {
    std::array<double, kDaysInTable> logs{};
    for (int i = 1; i < kDaysInTable; ++i) logs[static_cast<std::size_t>(i)] = portable_log(i / 7.0);
    return logs;
  }();
  return days < kDaysInTable ? table[static_cast<std::size_t>(days)] : portable_log(days / 7.0);
}

double odds_of(double p) {
  const double kept = std::clamp(p, kNoDoubt, 1 - kNoDoubt);
  return kept / (1 - kept);
}

DoublePair both(double value) { return DoublePair{value, value}; }
DoublePair at_least(double least, DoublePair x) { return x > least ? x : both(least); }
DoublePair at_most(double most, DoublePair x) { return x < most ? x : both(most); }

// e^x - 1 for a small x.
DoublePair short_exp_minus_one(DoublePair x) { return x + x * x * (0.5 + x * (1.0 / 6 + x * (1.0 / 24))); }

// To six digits, which is enough to begin with.
DoublePair rough_log(DoublePair x) {
  const auto [exponent, f] = scaled(x);
  const DoublePair s = f / (2 + f), z = s * s;
  return exponent * kLn2High + 2 * s * ((1 + z * (1.0 / 3)) + z * z * (1.0 / 5 + z * (1.0 / 7)));
}
DoublePair rough_exp(DoublePair x) {
  const auto [k, r] = reduced(x);
  const DoublePair r2 = r * r;
  const DoublePair low = (1 + r) + r2 * (1.0 / 2 + r * (1.0 / 6));
  const DoublePair high = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720);
  return (low + r2 * r2 * high) * power_of_two<DoublePair>(k);
}

// The logit as a function of the silence alone; what does not change with it is computed once. With w as in
// silence_forecast.h, logit rho = ln (wH + a/m)/(w - wH).
class Curve {
 public:
  Curve(const HazardModel& hazard, const SilenceModel& model, const History& history, const GapHabit& habit,
        double horizon_weeks)
      : horizon_(horizon_weeks),
        count_(model.r + history.x),
        base_(model.alpha + history.recency_weeks),
        share_(1 + hazard.weights[1]),
        late_(hazard.weights[2]) {
    const DoublePair of_history = log_of_normal(DoublePair{1.0 + history.x, 1 + history.recency_weeks});
    const DoublePair of_horizon =
        log_of_normal(DoublePair{base_ / (base_ + horizon_weeks), 1 + horizon_weeks * kGuess});
    t_horizon_ = -of_horizon[0];
    log_of_guess_ = of_horizon[1];
    w_horizon_ = portable_exp(count_ * of_horizon[0]);
    odds_ = w_horizon_ + model.a / (model.b + history.x);
    fixed_ = hazard.weights[0] + hazard.weights[3] * of_history[0] + hazard.weights[4] * of_history[1] +
             hazard.weights[5] * habit.mean + hazard.weights[6] * habit.deviation + hazard.weights[7] * habit.last;
  }

  double value(double silence) const {
    const double left = portable_exp(count_ * portable_log(base_ / (base_ + silence))) - w_horizon_;
    const double rho = left > 0 ? std::clamp(portable_log(odds_ / left), -kLogitMax, kLogitMax) : kLogitMax;
    return fixed_ + share_ * rho + late_ * portable_log(1 + silence);
  }

  // The silences at which two values are reached, which come as odds: a step or two for both at once, and bisection for
  // one to which they do not lead. In t = ln(1 + silence/base), where w = e^(-n t).
  std::array<double, 2> alarms(DoublePair wanted_odds) const {
    const DoublePair wanted = log_of_normal(wanted_odds);
    DoublePair found = both(kUnknown);
    DoublePair t = start(wanted);
    for (int i = 0; i < kStepsMax && std::min(found[0], found[1]) == kUnknown; ++i) {
      const DoublePair silence = base_ * exp_minus_one_of_moderate(t);
      const DoublePair w = exp_of_moderate(at_least(-kExponentMax, -count_ * t));
      const DoublePair left = at_least(odds_ / kOddsMax, w - w_horizon_);
      const DoublePair odds = odds_ / left;
      const DoublePair rest = wanted - (fixed_ + share_ * log_of_normal(odds) + late_ * log_of_normal(1 + silence));
      const Paces paces{count_ * w / left, (base_ + silence) / (1 + silence)};
      const Step step = step_of(rest, paces);
      const DoublePair next = t + step.whole;
      const DoublePair end = silence + (base_ + silence) * short_exp_minus_one(step.whole);
      // What is left to go is as the fourth power of this step beside the length over which the curve bends.
      const DoublePair bend = at_least(1, paces.rho > paces.late ? paces.rho : paces.late);
      const DoublePair off = bend * step.newton, off2 = off * off;
      const auto is_near = off2 * off2 * (base_ + silence) < bend * kNear;
      const auto is_smooth = (odds > 2 / kOddsMax) & (odds < kOddsMax / 2);
      const auto is_inside = (next > 0) & (next < t_horizon_);
      const auto is_at_once = (t == 0) & (rest <= 0);
      const DoublePair alarm = is_near & is_smooth & is_inside ? at_most(horizon_, end + kMillisecond / 4) : found;
      found = found == kUnknown ? (is_at_once ? both(0) : alarm) : found;
      t = within_horizon(next);
    }
    return {found[0] == kUnknown ? by_bisection(wanted[0]) : found[0],
            found[1] == kUnknown ? by_bisection(wanted[1]) : found[1]};
  }

 private:
  double by_bisection(double wanted) const {
    if (value(0) >= wanted) return 0;
    double low = 0, high = horizon_;
    for (int i = 0; i < kHalvingsMax && high - low > kMillisecond; ++i) {
      const double middle = low + (high - low) / 2;
      (value(middle) < wanted ? low : high) = middle;
    }
    return high;
  }

  // How fast logit rho and ln(1+silence) grow with t: n w/(w - wH) and (base+silence)/(1+silence).
  struct Paces {
    DoublePair rho, late;
  };
  struct Step {
    DoublePair newton, whole;
  };
  // Householder's method of the third order. With p and y for the paces, the next derivatives are p (p-n) and
  // p (p-n) (2p-n), y (1-y) and y (1-y) (1-2y).
  Step step_of(DoublePair rest, const Paces& paces) const {
    const DoublePair first_rho = share_ * paces.rho, first_late = late_ * paces.late;
    const DoublePair second_rho = first_rho * (paces.rho - count_), second_late = first_late * (1 - paces.late);
    const DoublePair third = second_rho * (2 * paces.rho - count_) + second_late * (1 - 2 * paces.late);
    const DoublePair inverse = 1 / (first_rho + first_late);
    const DoublePair newton = rest * inverse;
    const DoublePair bend = newton * inverse * (second_rho + second_late);
    return {newton, newton * (1 + bend * 0.5) / (1 + bend + newton * newton * inverse * third * (1.0 / 6))};
  }

  // At a silence s, ln(1+s) asks for a certain rho, and that for a silence of its own. There all but ln(1+s) is known
  // for a step.
  DoublePair start(DoublePair wanted) const {
    const DoublePair exponent = (fixed_ + late_ * log_of_guess_ - wanted) / share_;
    const DoublePair left = odds_ * rough_exp(at_least(-kExponentMax, at_most(kExponentMax, exponent)));
    const DoublePair w = w_horizon_ + left;
    const DoublePair t = at_most(t_horizon_, -rough_log(w) / count_);
    const DoublePair grown = base_ * rough_exp(t), one_more = grown - base_ + 1;
    const DoublePair rest = late_ * (log_of_guess_ - rough_log(one_more));
    return within_horizon(w < 1 ? t + step_of(rest, {count_ * w / left, grown / one_more}).whole : both(0));
  }

  DoublePair within_horizon(DoublePair t) const { return at_most(t_horizon_, at_least(0, t)); }

  double horizon_, count_, base_, share_, late_;
  double t_horizon_, log_of_guess_, w_horizon_, odds_, fixed_;
};

}  // namespace

void GapSums::add(std::int32_t days) {
  last_ = log_weeks(std::max(days, 1));
  ++count_;
  sum_ += last_;
  squares_ += last_ * last_;
}

GapHabit GapSums::habit() const {
  GapHabit habit{(sum_ + kUsualLogGap) / (count_ + 1), kUsualDeviation, count_ == 0 ? kUsualLogGap : last_};
  if (count_ < 2) return habit;
  const double mean = sum_ / count_;
  habit.deviation = std::sqrt(std::max(0.0, squares_ / count_ - mean * mean));
  return habit;
}

std::array<double, kHazardWeights> hazard_features(const SilenceModel& model, const History& history,
                                                   const GapHabit& habit, double horizon_weeks) {
  const double silence = history.age_weeks - history.recency_weeks;
  return {1,
          portable_log(odds_of(silence_forecast(model, history, horizon_weeks))),
          portable_log(1 + silence),
          portable_log(1.0 + history.x),
          portable_log(1 + history.recency_weeks),
          habit.mean,
          habit.deviation,
          habit.last};
}

double hazard_forecast(const HazardModel& hazard, const SilenceModel& model, const History& history,
                       const GapHabit& habit, double horizon_weeks) {
  const double silence = history.age_weeks - history.recency_weeks;
  if (silence >= horizon_weeks) return 1;
  return 1 / (1 + portable_exp(-Curve(hazard, model, history, habit, horizon_weeks).value(silence)));
}

std::array<double, 2> silences_at_hazard_alarms(const HazardModel& hazard, const SilenceModel& model,
                                                const History& history, const GapHabit& habit,
                                                const std::array<double, 2>& rho, double horizon_weeks) {
  return Curve(hazard, model, history, habit, horizon_weeks).alarms(DoublePair{odds_of(rho[0]), odds_of(rho[1])});
}

double silence_at_hazard_alarm(const HazardModel& hazard, const SilenceModel& model, const History& history,
                               const GapHabit& habit, double rho, double horizon_weeks) {
  return silences_at_hazard_alarms(hazard, model, history, habit, {rho, rho}, horizon_weeks)[0];
}

std::optional<HazardModel> hazard_of_micro(std::span<const std::int64_t> micro) {
  if (micro.size() != kHazardWeights) return std::nullopt;
  HazardModel hazard;
  for (std::size_t i = 0; i < kHazardWeights; ++i) hazard.weights[i] = static_cast<double>(micro[i]) / 1e6;
  return hazard;
}

}  // namespace earshot
