#include "backtest/ranking.h"

#include <algorithm>
#include <map>
#include <optional>

namespace earshot::backtest {
namespace {

// Nothing if the customer was not yet heard.
std::optional<DayHistory> history_at(const std::vector<DayNumber>& days, DayNumber cut) {
  const auto end = std::upper_bound(days.begin(), days.end(), cut);
  if (end == days.begin()) return std::nullopt;
  const DayNumber first = days.front();
  return DayHistory{static_cast<std::int32_t>(end - days.begin()) - 1, *(end - 1) - first, cut - first};
}

}  // namespace

std::vector<DayHistory> histories_at(const std::vector<std::vector<DayNumber>>& active_days, DayNumber cut) {
  std::vector<DayHistory> histories;
  for (const auto& days : active_days) {
    if (const auto history = history_at(days, cut)) histories.push_back(*history);
  }
  return histories;
}

Result<Ranking> rank_at(const std::vector<std::vector<DayNumber>>& active_days, DayNumber cut, int horizon_days,
                        const std::vector<std::string>& segments) {
  auto fit = fit_silence(histories_at(active_days, cut));
  if (!fit) return std::move(fit.error());
  Ranking ranking{*fit, {}};
  std::map<std::string, std::vector<DayHistory>> histories;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (const auto history = history_at(active_days[i], cut); history && !segments[i].empty())
      histories[segments[i]].push_back(*history);
  }
  std::map<std::string, SilenceModel> models;
  for (auto& [name, of_segment] : histories) {
    auto own = fit_silence(std::move(of_segment), fit->model);
    if (!own) return std::move(own.error()).in("segment " + name);
    models[name] = own->model;
  }
  for (std::size_t customer = 0; customer < active_days.size(); ++customer) {
    const auto history = history_at(active_days[customer], cut);
    if (!history) continue;
    const History in_weeks{history->x, history->recency / 7.0, history->age / 7.0};
    const auto own = segments.empty() ? models.end() : models.find(segments[customer]);
    const double heard =
        probability_heard(own == models.end() ? fit->model : own->second, in_weeks, horizon_days / 7.0);
    ranking.customers.push_back({static_cast<std::uint32_t>(customer), history->x, 1 - heard});
  }
  return ranking;
}

}  // namespace earshot::backtest
