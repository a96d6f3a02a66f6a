// What may be put into the log from outside to steer the processors: settings, gaps of sources, and fits of the silence
// model. All else that steers follows from imports.
#pragma once

#include "earshot/event.h"
#include "earshot/result.h"

namespace earshot {

inline constexpr std::size_t kGapChannelsMax = 64;

// Invalid, with the remedy, for what may not. What settings say is for those to check who know the sections
// (settings/sections.h).
Result<void> check_steering(const EventBody& body);

}  // namespace earshot
