// "Are they ok?" One picture of each customer from what they say and do, and from what they no longer do.
//
// Its parts, called in this order for every activity: Profile (who, how often, how they feel), Timeline, Silence (one
// timer that fires when nothing was heard), Unhappiness (negative signals and requests for a case). What was heard is
// kept per identity key and combined when read; when the key turns out to be another customer's, it moves there
// (moving.h).
#pragma once

#include <memory>

#include "earshot/processor.h"
#include "processors/customer/settings.h"

namespace earshot {

namespace state {
class ChurnModelState;
}

// Where the newest fit of the silence model is kept: state::ChurnModelState under the tenant.
inline constexpr std::string_view kChurnModel = "churn_model";

// The parameters of a model as an event holds them; the rest of it is the caller's.
ChurnModelFitted fitted_event(const ChurnModel& model);

// What was fitted, as the settings hold it.
void use_fitted(const state::ChurnModelState& fitted, CustomerSettings& settings);

std::unique_ptr<Processor> make_customer();

}  // namespace earshot
