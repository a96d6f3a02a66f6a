// Point in time: what the silence model says of every customer at the end of a day, from nothing that came later.
#pragma once

#include <string>
#include <vector>

#include "backtest/events.h"
#include "processors/customer/silence_fit.h"

namespace earshot::backtest {

struct Ranked {
  std::uint32_t customer = 0;
  int x = 0;          // active days after the first, at the cut
  double silent = 0;  // P(no activity within the horizon): higher is riskier
};

struct Ranking {
  SilenceFit fit;                 // of everybody; each segment is scored by its own
  std::vector<Ranked> customers;  // in the order of Past::customers; those who were not heard by the cut are left out
};

// The histories at the end of day `cut`.
std::vector<DayHistory> histories_at(const std::vector<std::vector<DayNumber>>& active_days, DayNumber cut);

// Fits on everything up to the end of day `cut` and scores silence over the `horizon_days` after it. Invalid if nobody
// was active by then.
Result<Ranking> rank_at(const std::vector<std::vector<DayNumber>>& active_days, DayNumber cut, int horizon_days,
                        const std::vector<std::string>& segments = {});

}  // namespace earshot::backtest
