// Reads a model's probabilities of sentiment for another source: how sure it may be there, and how common each label
// is.
#pragma once

#include <cstdint>

#include "earshot/analysis.h"

namespace earshot::text {

struct Recalibration {
  std::int64_t temperature_milli = 1000;  // above 1000: less sure
  std::int64_t negative_milli = 0;        // added to the logarithm of the odds against neutral
  std::int64_t positive_milli = 0;
};

// Changes the three shares and with them the sentiment; an unknown one stays unknown.
void recalibrate(const Recalibration& recalibration, Analysis& analysis);

}  // namespace earshot::text
