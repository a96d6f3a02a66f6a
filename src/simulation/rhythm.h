// When people do things: gaps between what they do, and the hours and weekdays at which they do it. Pure; any thread.
#pragma once

#include "base/random.h"
#include "earshot/time.h"

namespace earshot::simulation {

constexpr Millis days_of(double days) { return Millis{static_cast<std::int64_t>(days * 86'400'000.0)}; }

// A gap from a gamma distribution of whole shape: 1 is as if by chance, 4 is rather regular.
struct Rhythm {
  double mean_days = 20;
  int shape = 2;
};
Millis next_gap(Random& random, const Rhythm& rhythm);

// The same day or a later one, at an hour at which people are awake, more often in the evening and at the weekend;
// never before `about`. `zone` is what local time is ahead of UTC.
Timestamp usual_hour(Random& random, Timestamp about, std::chrono::hours zone);

// The first moment from `at` on at which an office is open: Monday to Saturday, 9 to 18 local time.
Timestamp office_hour(Timestamp at, std::chrono::hours zone);

// How many more orders there are at this time of the year: two sales and the weeks before New Year stand out.
double season(Timestamp at);

}  // namespace earshot::simulation
