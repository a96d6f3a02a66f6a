// All by which a silence is judged, of every customer of a tenant or of those of one segment.
#pragma once

#include <optional>
#include <string>

#include "processors/customer/hazard.h"
#include "processors/customer/recalibration.h"
#include "processors/customer/silence_forecast.h"

namespace earshot {

// As last fitted (churn_model.fitted); the defaults until then, with version 0.
struct ChurnModel {
  SilenceModel forecast{};
  std::optional<HazardModel> hazard{};
  std::optional<PromiseLevels> levels{};
  std::int64_t version = 0;
  std::string segment{};  // empty: every customer
};

}  // namespace earshot
