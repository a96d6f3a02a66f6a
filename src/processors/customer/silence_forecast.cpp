#include "processors/customer/silence_forecast.h"

#include <algorithm>

#include "base/log_exp.h"
#include "earshot/check.h"

namespace earshot {
namespace {

constexpr double kWeekMillis = 7.0 * 24 * 3600 * 1000;
constexpr double kWeekMinutes = 7.0 * 24 * 60;
constexpr double kUsualGapWeeksMax = 5200;

double rate_count(const SilenceModel& model, const History& history) { return model.r + history.x; }
double stay_count(const SilenceModel& model, const History& history) { return model.b + history.x; }

// ln ((alpha + from)/(alpha + to))^n
double log_survival(const SilenceModel& model, const History& history, double from_weeks, double to_weeks) {
  return rate_count(model, history) * portable_log((model.alpha + from_weeks) / (model.alpha + to_weeks));
}

// ln(e^p + e^q) without overflow.
double log_of_sum(double p, double q) {
  const double larger = std::max(p, q);
  return larger + portable_log(1 + portable_exp(std::min(p, q) - larger));
}

}  // namespace

// Both terms of the sum share B(a, m+1)/B(a, b) (alpha+T)^-n; what is left of the second is a/m
// ((alpha+T)/(alpha+tx))^n.
double log_likelihood(const SilenceModel& model, const History& history) {
  const double n = rate_count(model, history);
  const double m = stay_count(model, history);
  const double rate = portable_log_gamma(n) - portable_log_gamma(model.r) + model.r * portable_log(model.alpha) -
                      n * portable_log(model.alpha + history.age_weeks);
  const double stay = portable_log_gamma(model.a + model.b) - portable_log_gamma(model.b) + portable_log_gamma(m + 1) -
                      portable_log_gamma(model.a + m + 1);
  const double left =
      portable_log(model.a / m) - log_survival(model, history, history.recency_weeks, history.age_weeks);
  return rate + stay + log_of_sum(0, left);
}

double probability_alive(const SilenceModel& model, const History& history) {
  const double log_growth = -log_survival(model, history, history.recency_weeks, history.age_weeks);
  return 1 / (1 + model.a / stay_count(model, history) * portable_exp(log_growth));
}

double probability_heard(const SilenceModel& model, const History& history, double horizon_weeks) {
  const double until = history.age_weeks + horizon_weeks;
  return probability_alive(model, history) *
         -portable_exp_minus_one(log_survival(model, history, history.age_weeks, until));
}

double silence_forecast(const SilenceModel& model, const History& history, double horizon_weeks) {
  const double m = stay_count(model, history);
  const double end = history.recency_weeks + horizon_weeks;
  if (history.age_weeks >= end) return 1;
  const double w = portable_exp(log_survival(model, history, history.recency_weeks, history.age_weeks));
  const double w_horizon = portable_exp(log_survival(model, history, history.recency_weeks, end));
  return (m * w_horizon + model.a) / (m * w + model.a);
}

namespace {

// Both alarms of a customer share wH, the dear part.
double log_survival_of_horizon(const SilenceModel& model, const History& history, double horizon_weeks) {
  return log_survival(model, history, history.recency_weeks, history.recency_weeks + horizon_weeks);
}

// w* is written as (wH + a (1-rho)/m)/rho, so that nothing is lost for a rho close to 1.
double alarm_given(double w_horizon, const SilenceModel& model, const History& history, const SilencePromise& promise) {
  EARSHOT_CHECK(promise.rho > 0 && promise.rho <= 1, "a promise is a probability above 0");
  const double w_alarm = (w_horizon + model.a * (1 - promise.rho) / stay_count(model, history)) / promise.rho;
  if (w_alarm >= 1) return 0;
  const double growth = portable_exp_minus_one(-portable_log(w_alarm) / rate_count(model, history));
  return std::min(promise.horizon_weeks, (model.alpha + history.recency_weeks) * growth);
}

}  // namespace

double silence_at_alarm(const SilenceModel& model, const History& history, const SilencePromise& promise) {
  const double w_horizon = portable_exp(log_survival_of_horizon(model, history, promise.horizon_weeks));
  return alarm_given(w_horizon, model, history, promise);
}

double crossing_of_alive(const SilenceModel& model, const History& history, double theta) {
  EARSHOT_CHECK(theta > 0 && theta < 1, "P(alive) crosses only levels between 0 and 1");
  const double odds = (1 - theta) / theta * stay_count(model, history) / model.a;
  if (odds <= 1) return history.recency_weeks;
  const double growth = portable_exp_minus_one(portable_log(odds) / rate_count(model, history));
  return history.recency_weeks + (model.alpha + history.recency_weeks) * growth;
}

double usual_gap(const SilenceModel& model, const History& history, double share) {
  EARSHOT_CHECK(share >= 0 && share < 1, "no finite gap holds for everybody");
  const double growth = portable_exp_minus_one(-portable_log(1 - share) / rate_count(model, history));
  return (model.alpha + history.recency_weeks) * growth;
}

namespace {

History history_at(const Rhythm& rhythm, Timestamp at) {
  const auto last_day = std::chrono::floor<std::chrono::days>(rhythm.last_heard).time_since_epoch().count();
  EARSHOT_CHECK(last_day >= rhythm.first_day, "nobody is last heard before they are first heard");
  History history;
  history.x = rhythm.repeat_days;
  history.recency_weeks = static_cast<double>(last_day - rhythm.first_day) / 7;
  const Millis silence = std::max(Millis{0}, at - rhythm.last_heard);
  history.age_weeks = history.recency_weeks + static_cast<double>(silence.count()) / kWeekMillis;
  return history;
}

// The first whole millisecond at which the silence has lasted so long.
Timestamp after_silence(Timestamp last_heard, double weeks) {
  const double millis = weeks * kWeekMillis;
  const auto whole = static_cast<std::int64_t>(millis);
  return last_heard + Millis{static_cast<double>(whole) < millis ? whole + 1 : whole};
}

int to_permille(double probability) { return static_cast<int>(probability * 1000 + 0.5); }

}  // namespace

SilenceDue silence_due(const SilenceSettings& settings, const Rhythm& rhythm) {
  const History history = history_at(rhythm, rhythm.last_heard);
  const double horizon = settings.horizon_days / 7.0;
  const std::array rho{level_of(settings.levels, settings.watch_permille / 1000.0),
                       level_of(settings.levels, settings.act_permille / 1000.0)};
  if (settings.hazard) {
    const auto weeks = silences_at_hazard_alarms(*settings.hazard, settings.model, history, rhythm.habit, rho, horizon);
    return {after_silence(rhythm.last_heard, weeks[0]), after_silence(rhythm.last_heard, weeks[1])};
  }
  const double w_horizon = portable_exp(log_survival_of_horizon(settings.model, history, horizon));
  const auto due = [&](double level) {
    return after_silence(rhythm.last_heard, alarm_given(w_horizon, settings.model, history, {level, horizon}));
  };
  return {due(rho[0]), due(rho[1])};
}

SilenceOutlook silence_outlook(const SilenceSettings& settings, const Rhythm& rhythm, Timestamp at) {
  const History history = history_at(rhythm, at);
  const double horizon = settings.horizon_days / 7.0;
  const double gone = settings.hazard
                          ? hazard_forecast(*settings.hazard, settings.model, history, rhythm.habit, horizon)
                          : silence_forecast(settings.model, history, horizon);
  return {to_permille(promise_of(settings.levels, gone)), to_permille(probability_alive(settings.model, history)),
          to_permille(probability_heard(settings.model, history, horizon))};
}

std::chrono::minutes usual_gap_of(const SilenceSettings& settings, const Rhythm& rhythm) {
  const double weeks = usual_gap(settings.model, history_at(rhythm, rhythm.last_heard));
  return std::chrono::minutes{static_cast<std::int64_t>(std::min(weeks, kUsualGapWeeksMax) * kWeekMinutes + 0.5)};
}

}  // namespace earshot
