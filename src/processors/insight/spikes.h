// Raises an alert when dead letters of one reason come much faster than they used to: a source has changed its format,
// or a mapping is missing, and what customers say there is not heard until somebody mends it.
//
// Decided on the hours of the tenant's own key, at each sum that comes in, so the log alone says when.
#pragma once

#include <cstdint>
#include <string_view>

#include "earshot/processor.h"
#include "processors/insight/settings.h"

namespace earshot::insight {

bool is_of_dead_letters(std::string_view dimension);  // `reason=bad_time`

// To be called when the sums of `hour` have grown. At most one alert in kSpikeQuietHours for each reason, none of what
// is imported.
void look_for_spike(std::int64_t hour, std::string_view dimension, const Settings& settings, Step& step);

}  // namespace earshot::insight
