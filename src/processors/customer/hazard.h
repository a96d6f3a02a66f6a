// The silence forecast, corrected by what it does not know: how regular a customer is.
//
//   logit P(this silence reaches H | silent for u) = logit rho(u) + w . f
//   f = 1, logit rho(u), ln(1+u), ln(1+x), ln(1+tx), mean, deviation and last of the ln gaps between active days
//
// u, tx and gaps in weeks; rho, x and tx as in silence_forecast.h. All weights 0: the forecast itself. Monotone in the
// silence as long as the weight of logit rho is at least -1 and that of ln(1+u) at least 0, which hazard_fit.h sees to;
// so the moment at which a level is reached is found between two ends. A discrete-time hazard in the sense of a
// person-period logistic regression.
//
// Nothing here depends on the season or on how much the tenant sells: what counted recent activity was tried and made
// the alarms of the next year worse.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace earshot {

struct SilenceModel;
struct History;

inline constexpr int kHazardWeights = 8;

struct HazardModel {
  std::array<double, kHazardWeights> weights{};
  bool operator==(const HazardModel&) const = default;
};

// Of the gaps between the active days of a customer, as logarithms of weeks.
struct GapHabit {
  double mean = 0;       // with one gap of four weeks added, which is all that is known of who has none
  double deviation = 0;  // a fixed one below two gaps
  double last = 0;

  bool operator==(const GapHabit&) const = default;
};

// Adds up gaps of whole days, at least 1 each, in their order.
class GapSums {
 public:
  void add(std::int32_t days);
  GapHabit habit() const;

 private:
  int count_ = 0;
  double sum_ = 0;
  double squares_ = 0;
  double last_ = 0;
};

std::array<double, kHazardWeights> hazard_features(const SilenceModel& model, const History& history,
                                                   const GapHabit& habit, double horizon_weeks);

// P(this silence reaches the horizon | silent until history.age_weeks). 1 once it has.
double hazard_forecast(const HazardModel& hazard, const SilenceModel& model, const History& history,
                       const GapHabit& habit, double horizon_weeks);

// The silence after tx, in weeks, at which it reaches `rho`, within a millisecond and not before. 0 when it is reached
// at once, never above the horizon. Does not depend on the age.
double silence_at_hazard_alarm(const HazardModel& hazard, const SilenceModel& model, const History& history,
                               const GapHabit& habit, double rho, double horizon_weeks);

// The same of two levels.
std::array<double, 2> silences_at_hazard_alarms(const HazardModel& hazard, const SilenceModel& model,
                                                const History& history, const GapHabit& habit,
                                                const std::array<double, 2>& rho, double horizon_weeks);

// As an event and state hold it, in millionths; nothing if there are not as many as there must be.
std::optional<HazardModel> hazard_of_micro(std::span<const std::int64_t> micro);

}  // namespace earshot
