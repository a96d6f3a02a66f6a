// The tenant's own key: adds the sums of its shards into windows of an hour and of a day, and reports them.
//
//     cell/h/<hour>/<dimension>   one hour of one dimension, kept while it can change, and a day more
//     cell/d/<hour>/<dimension>   one day, named by the hour at which it begins, kept kDaysKept
//     levels                      how many cases are active and how many customers wait, now
//
// A tenant has at most 2 (64 + 1) + 12 + 1 = 143 dimensions and 864 + 400 windows at the default lateness: 181,000
// cells if each had everything, of about 100 bytes; 30 dimensions are usual.
//
// A result is provisional until now has passed the end of its window by Settings::provisional_minutes; every
// publication of a cell has a higher revision than the one before. While history is imported only days are published,
// each once.
#pragma once

#include <string>

#include "earshot/processor.h"
#include "processors/insight/settings.h"

namespace earshot::insight {

inline constexpr std::string_view kCells = "cell/";
std::string cell_name(bool is_day, std::int64_t hour, std::string_view dimension);

void add_sums(const MeasuresSummed& given, const Settings& settings, Step& step);

// On the timer `report`: publishes what has changed.
void report_changes(const Settings& settings, Step& step);

// On the timer `final`: publishes windows whose results no longer count as provisional.
void report_final(const Settings& settings, Step& step);

}  // namespace earshot::insight
