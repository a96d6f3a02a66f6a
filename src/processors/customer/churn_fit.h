// All that is learned from the active days of a tenant's customers: the silence model, the hazard that corrects it
// where it is better, and the levels that keep the promises. What `earshot fit` records and what a backtest goes by.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "processors/customer/churn_model.h"
#include "processors/customer/hazard_fit.h"
#include "processors/customer/recalibration.h"
#include "processors/customer/silence_fit.h"

namespace earshot {

inline constexpr std::size_t kSilencesUsedMax = 50'000;  // of more every so many is used

struct ChurnFit {
  SilenceFit forecast;
  std::int64_t silences = 0;        // whose outcome is known
  std::optional<HazardFit> judged;  // with enough of them
  std::optional<PromiseLevels> levels;

  bool pooled = false;  // of a segment: everybody's model foretells its silences better, and stands in its place

  std::optional<HazardModel> hazard() const {
    if (!judged || !judged->takes_over) return std::nullopt;
    return judged->model;
  }
};

struct ChurnFitTerms {
  std::int32_t until = 0;  // the last day that is known
  int horizon_days = 182;
  int promise_permille = 800;  // at which forecast and hazard are compared
};

// `active_days`: of each customer, ascending; later ones than `until` are passed over. `prior` as for fit_silence, and
// its errors.
Result<ChurnFit> fit_churn(const std::vector<std::vector<std::int32_t>>& active_days, const ChurnFitTerms& terms,
                           const SilenceModel& prior = {});

// Of everybody, and of each segment that somebody is in, with everybody's forecast as its prior. A segment goes by its
// own model unless everybody's has the better likelihood on the silences of this segment whose outcome is known.
struct ChurnFits {
  ChurnFit everyone;
  std::map<std::string, ChurnFit> of_segments;

  // Everyone's first; all of one version.
  std::vector<ChurnModel> models(std::int64_t version) const;
};

inline constexpr std::int64_t kComparedSilencesMin = 30;  // fewer do not speak against a segment's own model

// `segments`: of each customer, empty for none; or nothing at all.
Result<ChurnFits> fit_churn_by_segment(std::vector<std::vector<std::int32_t>> active_days,
                                       const std::vector<std::string>& segments, const ChurnFitTerms& terms);

}  // namespace earshot
