// How good it was. The same numbers as the usual definitions give; every function is pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "backtest/alarms.h"
#include "backtest/ranking.h"

namespace earshot::backtest {

struct Outcome {
  double probability = 0;  // that was said
  bool silent = false;     // that came
};

// Area under the ROC curve: the share of pairs, one silent and one not, that are in order; ties count half. 0.5 without
// pairs.
double auc(std::vector<Outcome> outcomes);
// Mean squared error of the probabilities.
double brier(std::span<const Outcome> outcomes);

// Customers by what was said of them.
struct Bin {
  std::int64_t customers = 0;
  double said = 0;  // mean probability
  double came = 0;  // share that was silent
};
std::vector<Bin> bins(std::span<const Outcome> outcomes, int count = 10);
// Mean distance of said and came, weighted by customers.
double calibration_error(const std::vector<Bin>& bins);

// A silence that began after the fit and could be watched for H days.
struct Gap {
  std::uint32_t customer = 0;
  Timestamp from{};
  double days = 0;  // until the next activity or the end of the data
  int x = 0;        // active days after the first, up to its begin
};
std::vector<Gap> gaps_after(const Past& past, DayNumber fit_day, int silence_days);

struct AlarmScore {
  std::int64_t gaps = 0;
  std::int64_t gone = 0;    // that reached H
  std::int64_t alarms = 0;  // that were raised within one of them
  std::int64_t right = 0;   // in one that reached H
  double lead_days = 0;     // H less the silence at the alarm, mean over all that reached H; missed: 0
  double precision() const { return alarms == 0 ? 0 : static_cast<double>(right) / static_cast<double>(alarms); }
  double recall() const { return gone == 0 ? 0 : static_cast<double>(right) / static_cast<double>(gone); }
};
AlarmScore score(std::span<const Gap> gaps, const std::vector<Alarm>& alarms, int silence_days);

}  // namespace earshot::backtest
