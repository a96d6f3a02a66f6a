#include "processors/customer/hazard.h"

#include <algorithm>
#include <cmath>

#include "base/log_exp.h"
#include "processors/customer/silence_forecast.h"

namespace earshot {
namespace {

constexpr double kUsualLogGap = 1.3862943611198906;  // ln of four weeks
constexpr double kUsualDeviation = 0.8;
constexpr double kNoDoubt = 1e-6;  // probabilities are kept so far from 0 and 1
constexpr double kMillisecond = 1.0 / (7.0 * 24 * 3600 * 1000);
constexpr int kStepsMax = 100;
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

// The logit as a function of the silence alone; what does not change with it is summed up once.
class Curve {
 public:
  Curve(const HazardModel& hazard, const SilenceModel& model, const History& history, const GapHabit& habit,
        double horizon_weeks)
      : hazard_(hazard), model_(model), history_(history), horizon_(horizon_weeks) {
    const auto f = hazard_features(model, history, habit, horizon_weeks);
    fixed_ = hazard.weights[0];
    for (std::size_t i = 3; i < kHazardWeights; ++i) fixed_ += hazard.weights[i] * f[i];
  }

  double at(double silence) {
    history_.age_weeks = history_.recency_weeks + silence;
    const double rho = logit(silence_forecast(model_, history_, horizon_));
    return fixed_ + (1 + hazard_.weights[1]) * rho + hazard_.weights[2] * portable_log(1 + silence);
  }

 private:
  const HazardModel& hazard_;
  const SilenceModel& model_;
  History history_;
  double horizon_;
  double fixed_ = 0;
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
  return 1 / (1 + portable_exp(-Curve(hazard, model, history, habit, horizon_weeks).at(silence)));
}

// Illinois: a secant between two ends, of which none is kept for long.
double silence_at_hazard_alarm(const HazardModel& hazard, const SilenceModel& model, const History& history,
                               const GapHabit& habit, double rho, double horizon_weeks) {
  Curve curve(hazard, model, history, habit, horizon_weeks);
  const double wanted = logit(rho);
  double low = 0, high = horizon_weeks;
  double below = curve.at(low) - wanted;
  if (below >= 0) return 0;
  double above = curve.at(high - kMillisecond) - wanted;
  if (above < 0) return horizon_weeks;
  int kept_high = 0, kept_low = 0;
  for (int i = 0; i < kStepsMax && high - low > kMillisecond; ++i) {
    double middle = low - below * (high - low) / (above - below);
    const bool is_slow = i > 40;  // a curve with a corner: halve what is left
    if (is_slow) middle = low + (high - low) / 2;
    middle = std::clamp(middle, low + kMillisecond / 4, high - kMillisecond / 4);
    const double value = curve.at(middle) - wanted;
    if (value >= 0) {
      high = middle;
      above = value;
      kept_high = 0;
      if (++kept_low > 1) below /= 2;
    } else {
      low = middle;
      below = value;
      kept_low = 0;
      if (++kept_high > 1) above /= 2;
    }
  }
  return high;
}

std::optional<HazardModel> hazard_of_micro(std::span<const std::int64_t> micro) {
  if (micro.size() != kHazardWeights) return std::nullopt;
  HazardModel hazard;
  for (std::size_t i = 0; i < kHazardWeights; ++i) hazard.weights[i] = static_cast<double>(micro[i]) / 1e6;
  return hazard;
}

}  // namespace earshot
