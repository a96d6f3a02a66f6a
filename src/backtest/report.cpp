#include "backtest/report.h"

#include <algorithm>
#include <array>
#include <map>

namespace earshot::backtest {
namespace {

constexpr std::array kPromised{500, 600, 700, 750, 800, 850, 900, 950};

RankingLine line_of(std::string who, const std::vector<Outcome>& outcomes) {
  const auto silent = static_cast<double>(
      std::count_if(outcomes.begin(), outcomes.end(), [](const Outcome& one) { return one.silent; }));
  return {std::move(who),
          static_cast<std::int64_t>(outcomes.size()),
          outcomes.empty() ? 0 : silent / static_cast<double>(outcomes.size()),
          auc(outcomes),
          brier(outcomes),
          calibration_error(bins(outcomes))};
}

std::string quarter_of(Timestamp at) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(at)};
  return std::to_string(static_cast<int>(day.year())) + " Q" +
         std::to_string((static_cast<unsigned>(day.month()) + 2) / 3);
}

}  // namespace

RankingReport report(const Past& past, const Ranking& ranking, DayNumber cut, int horizon_days) {
  RankingReport found{cut, horizon_days, ranking.fit, past.last_day() >= cut + horizon_days};
  if (!found.can_compare) return found;
  const auto days = past.active_days();
  std::vector<Outcome> all, established, seldom, often;
  for (const Ranked& one : ranking.customers) {
    const auto& of = days[one.customer];
    const auto next = std::upper_bound(of.begin(), of.end(), cut);
    const Outcome outcome{one.silent, next == of.end() || *next > cut + horizon_days};
    all.push_back(outcome);
    if (one.x >= 2) established.push_back(outcome);
    (one.x < 5 ? seldom : often).push_back(outcome);
  }
  found.lines = {line_of("all", all), line_of("x >= 2", established), line_of("x < 5", seldom),
                 line_of("x >= 5", often)};
  found.bins = bins(all);
  return found;
}

namespace {

Fitted fitted(const ChurnFits& fits, DayNumber day, Method method) {
  Fitted found{day, fits.models(0)};
  if (method == Method::best) return found;
  for (ChurnModel& model : found.models) {
    const ChurnFit& own = model.segment.empty() ? fits.everyone : fits.of_segments.at(model.segment);
    const ChurnFit& fit = own.pooled ? fits.everyone : own;
    model.levels.reset();  // they belong to the other one, perhaps
    model.hazard.reset();
    if (method == Method::hazard && fit.judged) model.hazard = fit.judged->model;
  }
  return found;
}

}  // namespace

Result<AlarmReport> look_at_alarms(const Past& past, const AlarmTerms& terms) {
  const auto active_days = past.active_days();
  AlarmReport found{terms, {}};
  AlarmRules rules{{}, terms.silence_days, terms.act_permille};
  for (DayNumber day = terms.fit_day; rules.fits.empty() || (terms.refit_days > 0 && day < past.last_day());
       day += terms.refit_days) {
    auto fits = fit_churn_by_segment(active_days, past.segments, {day, terms.silence_days, terms.act_permille});
    if (!fits) return std::move(fits.error());
    rules.fits.push_back(fitted(*fits, day, terms.method));
    if (day == terms.fit_day) found.fits = std::move(*fits);
  }
  found.refits = static_cast<int>(rules.fits.size()) - 1;
  const auto gaps = gaps_after(past, terms.fit_day, terms.silence_days);
  auto alarms = replay_alarms(past, rules, terms.fit_day);
  if (!alarms) return std::move(alarms.error());
  found.alarms = std::move(*alarms);
  std::map<std::string, std::vector<Gap>> groups;
  for (const Gap& gap : gaps) {
    groups[quarter_of(gap.from)].push_back(gap);
    groups[gap.x < 5 ? "x < 5" : "x >= 5"].push_back(gap);
  }
  found.lines.push_back({"all", score(gaps, found.alarms, terms.silence_days)});
  for (const auto& [name, group] : groups)
    found.lines.push_back({name, score(group, found.alarms, terms.silence_days)});
  for (const int promised : kPromised) {
    rules.act_permille = promised;
    const auto at = replay_alarms(past, rules, terms.fit_day);
    if (!at) return at.error();
    const std::string name = "0." + std::to_string(promised / 10);
    found.promises.push_back({name, score(gaps, *at, terms.silence_days)});
  }
  return found;
}

}  // namespace earshot::backtest
