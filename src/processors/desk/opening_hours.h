// When a desk is open, as people write it down: a week, dates on which it is closed, and special dates. What is checked
// here is what Calendar relies on.
//
// Plain values; any thread.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "earshot/result.h"

namespace earshot {

// Minutes of a local day, [open, close). 00:00 to 24:00 is 0 to 1440; an interval does not cross midnight.
struct LocalInterval {
  int open = 0;
  int close = 0;
  bool operator==(const LocalInterval&) const = default;
};

// Reads `09:00-17:00`.
Result<LocalInterval> parse_local_interval(std::string_view text);

struct SpecialDate {
  std::chrono::year_month_day date;
  std::vector<LocalInterval> intervals;  // may be empty
};

struct OpeningHours {
  std::array<std::vector<LocalInterval>, 7> week;  // from Monday; intervals ascend and do not overlap
  std::vector<std::chrono::year_month_day> closed;
  std::vector<SpecialDate> special;  // win over `closed` and `week`; one entry a date
};

inline constexpr std::size_t kIntervalsOfDayMax = 48;
inline constexpr std::size_t kCalendarDatesMax = 10'000;  // closed and special together

// The first rule that the hours break, with the day and the remedy; nothing if they break none. Dates lie in the years
// 1970 to 9999.
std::optional<Error> fault_of(const OpeningHours& hours);

}  // namespace earshot
