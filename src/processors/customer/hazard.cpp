#include "processors/customer/hazard.h"

#include <algorithm>
#include <cmath>

#include "base/log_exp.h"
#include "processors/customer/silence_forecast.h"

namespace earshot {
namespace {

constexpr double kUsualLogGap = 1.3862943611198906;  // ln of four weeks
constexpr double kUsualDeviation = 0.8;
constexpr double kNoDoubt = 1e-6;                 // probabilities are kept so far from 0 and 1
constexpr double kLogitMax = 13.815509557935018;  // of them
constexpr double kMillisecond = 1.0 / (7.0 * 24 * 3600 * 1000);
constexpr double kGuess = 0.25;  // of the horizon
constexpr int kStepsMax = 100;
constexpr int kFastStepsMax = 20;
constexpr double kSurelyNear = 1e-3;
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

double logit(double p) {
  const double kept = std::clamp(p, kNoDoubt, 1 - kNoDoubt);
  return portable_log(kept / (1 - kept));
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
        w_horizon_(portable_exp(count_ * portable_log(base_ / (base_ + horizon_weeks)))),
        odds_(w_horizon_ + model.a / (model.b + history.x)),
        share_(1 + hazard.weights[1]),
        late_(hazard.weights[2]),
        fixed_(hazard.weights[0] + hazard.weights[3] * portable_log(1.0 + history.x) +
               hazard.weights[4] * portable_log(1 + history.recency_weeks) + hazard.weights[5] * habit.mean +
               hazard.weights[6] * habit.deviation + hazard.weights[7] * habit.last),
        first_(fixed_ + share_ * logit_at(1)),
        at_guess_(fixed_ + late_ * portable_log(1 + horizon_weeks * kGuess)) {}

  struct Point {
    double value = 0, slope = 0, bend = 0;  // and its derivatives
  };
  Point at(double silence) const {
    const double w = portable_exp(count_ * portable_log(base_ / (base_ + silence)));
    const double rho = logit_at(w);
    const double rate = count_ / (base_ + silence), soon = 1 / (1 + silence);
    const double slope = std::abs(rho) < kLogitMax ? rate * w / (w - w_horizon_) : 0;
    return {fixed_ + share_ * rho + late_ * portable_log(1 + silence), share_ * slope + late_ * soon,
            share_ * slope * (slope - rate - 1 / (base_ + silence)) - late_ * soon * soon};
  }

  // Halley's method between two ends.
  double alarm(double wanted) const {
    if (first_ >= wanted) return 0;
    double low = 0, high = horizon_;
    double silence = start(wanted);
    for (int i = 0; i < kStepsMax && high - low > kMillisecond; ++i) {
      if (!(silence > low && silence < high) || i > kFastStepsMax) silence = low + (high - low) / 2;
      const Point point = at(silence);
      const double rest = wanted - point.value;
      (rest > 0 ? low : high) = silence;
      const double step = 2 * rest * point.slope / (2 * point.slope * point.slope + rest * point.bend);
      silence += step;
      // Another step would be as the cube of this one beside the lengths over which the curve bends.
      const double near = kSurelyNear * std::min({0.1, horizon_ - silence, (base_ + silence) / count_});
      if (std::abs(step) < near && silence > low && silence < high) return silence + kMillisecond / 4;
    }
    return high;
  }

 private:
  double logit_at(double w) const {
    const double left = w - w_horizon_;
    return left > 0 ? std::clamp(portable_log(odds_ / left), -kLogitMax, kLogitMax) : kLogitMax;
  }

  // At a silence s, ln(1+s) asks for a certain rho, and that for a silence of its own; a step of Newton's method for
  // the two to be the same.
  double start(double wanted) const {
    const double guess = horizon_ * kGuess;
    const double w = w_horizon_ + odds_ * portable_exp((at_guess_ - wanted) / share_);
    if (!(w < 1)) return guess;
    const double silence = base_ * portable_exp_minus_one(-portable_log(w) / count_);
    const double pace = (base_ + silence) * (w - w_horizon_) / (count_ * w);
    return guess + (silence - guess) / (1 + pace * late_ / (share_ * (1 + guess)));
  }

  double horizon_, count_, base_, w_horizon_, odds_, share_, late_, fixed_, first_, at_guess_;
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
          logit(silence_forecast(model, history, horizon_weeks)),
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
  return 1 / (1 + portable_exp(-Curve(hazard, model, history, habit, horizon_weeks).at(silence).value));
}

std::array<double, 2> silences_at_hazard_alarms(const HazardModel& hazard, const SilenceModel& model,
                                                const History& history, const GapHabit& habit,
                                                const std::array<double, 2>& rho, double horizon_weeks) {
  const Curve curve(hazard, model, history, habit, horizon_weeks);
  return {curve.alarm(logit(rho[0])), curve.alarm(logit(rho[1]))};
}

double silence_at_hazard_alarm(const HazardModel& hazard, const SilenceModel& model, const History& history,
                               const GapHabit& habit, double rho, double horizon_weeks) {
  return Curve(hazard, model, history, habit, horizon_weeks).alarm(logit(rho));
}

std::optional<HazardModel> hazard_of_micro(std::span<const std::int64_t> micro) {
  if (micro.size() != kHazardWeights) return std::nullopt;
  HazardModel hazard;
  for (std::size_t i = 0; i < kHazardWeights; ++i) hazard.weights[i] = static_cast<double>(micro[i]) / 1e6;
  return hazard;
}

}  // namespace earshot
