// Fits the hazard model (hazard.h) to silences whose outcome is known, and says whether it is worth having.
//
// Every active day begins a silence. Its outcome is known once H has passed since: it ended before, or it reached H.
// While it lasted it is looked at kLooks times; each look is a row: the features then, and whether it reached H.
// Newton's method with a ridge that holds the weights at 0, which is the forecast alone; a weight that would make the
// probability fall during a silence is held at its bound.
//
// Whether the hazard takes over is decided by the tenant's own past: each fifth of the silences is judged by weights
// fitted on the other four. It does if it has the better likelihood and alarms no later than the forecast at the
// promised precision.
//
// The same silences in the same order give the same bits on every machine. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "processors/customer/hazard.h"
#include "processors/customer/recalibration.h"
#include "processors/customer/silence_forecast.h"

namespace earshot {

inline constexpr std::int64_t kHazardSilencesMin = 500;  // known ones; fewer say too little
inline constexpr std::int64_t kHazardReachedMin = 100;   // of them that reached H, and that did not

// A silence whose outcome is known.
struct KnownSilence {
  std::int32_t x = 0;        // active days after the first, at its begin
  std::int32_t recency = 0;  // days from the first active day to its begin
  std::int32_t days = 0;     // it lasted, H at most: then it reached H
  std::int32_t known = 0;    // the day since which its outcome is known for sure
  GapHabit habit;
};

// Adds those of one customer whose active days are `days`, ascending, as known at the end of day `until`.
void add_known_silences(std::span<const std::int32_t> days, std::int32_t until, int horizon_days,
                        std::vector<KnownSilence>& silences);

// At the lowest level at which the promised precision is kept.
struct Lead {
  double days = 0;  // H less the silence at the alarm, mean over all that reached H; missed: 0
  double log_loss = 0;
};

struct HazardFit {
  HazardModel model;
  bool takes_over = false;
  Lead forecast;
  Lead hazard;
  std::vector<double>
      said;  // by the hazard, of each silence just before its end, by weights that were fitted without it
};

// Nothing with fewer silences than it takes.
std::optional<HazardFit> fit_hazard(const std::vector<KnownSilence>& silences, const SilenceModel& model,
                                    int horizon_days, int promise_permille);

// Mean over all looks at the silences. 0 without any.
double log_loss(const std::vector<KnownSilence>& silences, const SilenceModel& model,
                const std::optional<HazardModel>& hazard, int horizon_days);

// The most that the forecast ever said of it.
double most_forecast(const KnownSilence& silence, const SilenceModel& model, int horizon_days);

}  // namespace earshot
