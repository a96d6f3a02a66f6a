// A shard: takes the measures of one source partition, counts, and tells the tenant's key on ticks.
//
// Feedback, signals and dead letters are counted as they come: each is published once, by a processor that has dropped
// the repeats, and 40,000 a second leave no room for a value each. Surveys and cases are items that a later measure may
// correct.
#pragma once

#include "earshot/processor.h"
#include "processors/insight/settings.h"

namespace earshot::insight {

void take_measure(const MeasureTaken& measure, const Settings& settings, Step& step);

// Sends what is pending; on the timer `send`.
void send_sums(Step& step);

// Forgets items that nothing was heard of for kItemDaysKept; on the timers `expire/<day>`.
void expire_items(const std::string& timer_name, Step& step);

}  // namespace earshot::insight
