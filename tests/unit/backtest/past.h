// A past in a few lines.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "backtest/events.h"

namespace earshot::backtest::test {

inline Timestamp day(int number, int hour = 0) {
  return Timestamp{std::chrono::days{20'000 + number}} + std::chrono::hours{hour};
}

// One letter each: the days on which a customer was active.
inline Past past_of(const std::vector<std::vector<int>>& days) {
  Past past;
  for (std::size_t i = 0; i < days.size(); ++i) {
    past.customers.push_back("c" + std::to_string(i));
    for (const int one : days[i]) past.events.push_back({day(one, 9), static_cast<std::uint32_t>(i)});
  }
  std::stable_sort(past.events.begin(), past.events.end(),
                   [](const PastEvent& a, const PastEvent& b) { return a.at < b.at; });
  return past;
}

inline constexpr DayNumber kDayZero = 20'000;

}  // namespace earshot::backtest::test
