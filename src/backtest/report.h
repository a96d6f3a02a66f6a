// What a look back has found, to be printed or drawn.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backtest/measures.h"
#include "processors/customer/churn_fit.h"

namespace earshot::backtest {

// Of one group of customers at the cut.
struct RankingLine {
  std::string who;
  std::int64_t customers = 0;
  double silent = 0;  // share
  double auc = 0;
  double brier = 0;
  double calibration = 0;
};

struct RankingReport {
  DayNumber cut = 0;
  int horizon_days = 0;
  SilenceFit fit;
  bool can_compare = false;          // the events reach beyond the horizon
  std::vector<RankingLine> lines{};  // all; three active days or more; fewer than six; six or more
  std::vector<Bin> bins{};
};

struct AlarmLine {
  std::string what;
  AlarmScore score;
};

// Which of the two says when a silence is too long.
enum class Method { best, forecast, hazard };  // best: what the customers' past up to the fit date speaks for

struct AlarmTerms {
  DayNumber fit_day = 0;
  int silence_days = 182;
  int act_permille = 800;
  int refit_days = 0;  // 0: never again after fit_day
  Method method = Method::best;
};

struct AlarmReport {
  AlarmTerms terms;
  ChurnFits fits;  // of fit_day
  int refits = 0;
  std::vector<AlarmLine> lines{};     // all, by quarter in which the silence began, by frequency
  std::vector<AlarmLine> promises{};  // the same for other promises
  std::vector<Alarm> alarms{};
};

RankingReport report(const Past& past, const Ranking& ranking, DayNumber cut, int horizon_days);

// Fits on what was known at the end of `fit_day`, and of each later day of a refit, and replays everything once for
// each promise.
Result<AlarmReport> look_at_alarms(const Past& past, const AlarmTerms& terms);

// One HTML file that needs nothing else: the scores, reliability and lead-time drawn, and examples. Text is escaped.
std::string page(const Past& past, const std::optional<RankingReport>& ranking,
                 const std::optional<AlarmReport>& alarms);

}  // namespace earshot::backtest
