// All that is learned from the active days of a tenant's customers: the silence model, the hazard that corrects it where it is
// better, and the levels that keep the promises. What `earshot fit` records and what a backtest goes by.
#pragma once

#include <optional>
#include <vector>

#include "processors/customer/hazard_fit.h"
#include "processors/customer/recalibration.h"
#include "processors/customer/silence_fit.h"

namespace earshot {

inline constexpr std::size_t kSilencesUsedMax = 50'000;  // of more every so many is used

struct ChurnFit {
  SilenceFit forecast;
  std::int64_t silences = 0;           // whose outcome is known
  std::optional<HazardFit> judged;     // with enough of them
  std::optional<PromiseLevels> levels;

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

// `active_days`: of each customer, ascending; later ones than `until` are passed over. Errors as of fit_silence.
Result<ChurnFit> fit_churn(const std::vector<std::vector<std::int32_t>>& active_days, const ChurnFitTerms& terms);

}  // namespace earshot
