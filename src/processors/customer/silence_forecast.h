// How likely a customer's present silence is to become a long one, and when that likelihood passes a promised level.
//
// Silence is an absence, so nothing that arrives can reveal it; something must be due at a moment known beforehand.
// Here that moment has a closed form: one timer a customer, O(1) for each activity and nothing while waiting.
//
// The model is MBG/NBD. While alive, a customer is active at random with a rate of their own, Gamma(r, alpha) over
// customers; after each active day, the first included, they may leave for good with a probability of their own,
// Beta(a, b) over customers. Time is in weeks from the first active day; several events on a day are one. Notation:
// x repeat days, tx the last of them, T now, n = r + x, m = b + x. Sources: Batislam, Denizel & Filiztekin 2007, IJRM
// 24(3), for the model; Fader, Hardie & Lee 2005, Marketing Science 24(2), for its likelihood. P(alive) alone ranks
// future silence badly; the silence forecast rho is the quantity to act on.
//
// Computed with base/log_exp.h and in logarithms, so hundreds of repeat days do no harm and every machine agrees. Pure
// functions; any thread.
#pragma once

#include <cstdint>

#include "earshot/time.h"
#include "processors/customer/hazard.h"
#include "processors/customer/recalibration.h"

namespace earshot {

// All above 0. The defaults are a fit of the CDNOW purchases, in weeks.
struct SilenceModel {
  double r = 0.5248;
  double alpha = 6.1831;  // weeks
  double a = 0.8914;
  double b = 1.6140;
};

struct History {
  int x = 0;                 // active days after the first one
  double recency_weeks = 0;  // tx, from the first active day to the last; 0 when x is 0
  double age_weeks = 0;      // T, from the first active day to now; at least tx
};

// An alarm at `rho` promises: this share of such silences will last `horizon_weeks` from their beginning.
struct SilencePromise {
  double rho = 0.8;           // in (0, 1]
  double horizon_weeks = 26;  // H, above 0
};

// ln L(x, tx, T) of one customer:
// L = Gamma(n)/Gamma(r) alpha^r { B(a, m+1)/B(a, b) (alpha+T)^-n + B(a+1, m)/B(a, b) (alpha+tx)^-n }.
double log_likelihood(const SilenceModel& model, const History& history);

// P(alive at T) = 1 / (1 + a/m ((alpha+T)/(alpha+tx))^n).
double probability_alive(const SilenceModel& model, const History& history);

// q_H = P(at least one event in (T, T+H]) = P(alive) (1 - ((alpha+T)/(alpha+T+H))^n).
double probability_heard(const SilenceModel& model, const History& history, double horizon_weeks);

// rho(T) = P(silent until tx+H | silent until T) = (m wH + a) / (m w + a), where w = ((alpha+tx)/(alpha+T))^n and
// wH = ((alpha+tx)/(alpha+tx+H))^n. 1 once the silence has lasted H. Bayes with the likelihood above, at tx + H.
double silence_forecast(const SilenceModel& model, const History& history, double horizon_weeks);

// The silence after tx, in weeks, at which rho(T) reaches promise.rho: u* = (alpha+tx) (w*^(-1/n) - 1), where
// w* = ((m wH + a)/rho - a)/m. 0 when it is reached at once, never above H. Does not depend on the age.
double silence_at_alarm(const SilenceModel& model, const History& history, const SilencePromise& promise);

// The time from the first active day, in weeks, at which P(alive) falls to theta, 0 < theta < 1:
// T* = (alpha+tx) ((1-theta)/theta m/a)^(1/n) - alpha. tx when it is below theta from the start.
double crossing_of_alive(const SilenceModel& model, const History& history, double theta);

// The gap after tx, in weeks, that an alive customer of this history keeps within with probability `share`, 0 <= share
// < 1: (alpha+tx) ((1-share)^(-1/n) - 1), from P(gap > u) = ((alpha+tx)/(alpha+tx+u))^n. For the reason text.
double usual_gap(const SilenceModel& model, const History& history, double share = 0.95);

// What follows is the same in whole numbers, which is what a processor may store.

struct SilenceSettings {
  SilenceModel model;
  int horizon_days = 182;                 // a silence of this length is "gone"
  int watch_permille = 600;               // promised precision of a watch signal, 1 to 1000
  int act_permille = 800;                 // and of a case
  std::optional<HazardModel> hazard{};    // corrects the forecast, where it was fitted and is better
  std::optional<PromiseLevels> levels{};  // at which the promises are kept, where that was seen
};

// A customer's active days. The model counts whole days from the first one; the silence itself runs from the moment of
// the last activity.
struct Rhythm {
  std::int32_t first_day = 0;  // UTC day number, 1970-01-01 is 0
  Timestamp last_heard{};      // not before first_day
  int repeat_days = 0;         // active days after the first one
  GapHabit habit{};            // what the hazard asks for
};

struct SilenceDue {
  Timestamp watch;
  Timestamp act;
  bool operator==(const SilenceDue&) const = default;
};

// When the promises of the settings are reached if nothing more is heard: the first whole millisecond at which they
// are. last_heard itself when reached at once, never later than horizon_days after it.
SilenceDue silence_due(const SilenceSettings& settings, const Rhythm& rhythm);

struct SilenceOutlook {
  int gone_permille = 0;  // this silence will reach the horizon: rho, or the hazard where there is one, as recalibrated
  int alive_permille = 0;  // P(alive)
  int heard_permille = 0;  // q_H: something will be heard within the next horizon
  bool operator==(const SilenceOutlook&) const = default;
};

// The probabilities at a moment, rounded to the nearest. A moment before last_heard counts as last_heard.
SilenceOutlook silence_outlook(const SilenceSettings& settings, const Rhythm& rhythm, Timestamp at);

// The gap this customer keeps within in 95 of 100 cases, to the nearest minute; at most 100 years.
std::chrono::minutes usual_gap_of(const SilenceSettings& settings, const Rhythm& rhythm);

// Silence is looked at on whole hours, so that one tick of the clock serves many customers; the exact moment is carried
// beside.
constexpr Timestamp up_to_hour(Timestamp at) { return std::chrono::ceil<std::chrono::hours>(at); }

}  // namespace earshot
