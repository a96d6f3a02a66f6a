// What may be put into the log from outside to steer the processors: gaps of sources, and fits of the silence model.
// All else that steers follows from the configuration and from imports.
#pragma once

#include "earshot/event.h"
#include "earshot/result.h"

namespace earshot {

inline constexpr std::size_t kGapChannelsMax = 64;

// Invalid, with the remedy, for what may not.
Result<void> check_steering(const EventBody& body);

}  // namespace earshot
