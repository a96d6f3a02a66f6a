#include "processors/customer/churn_fit.h"

#include <algorithm>

namespace earshot {
namespace {

// Equally many from the whole of them.
void thin(std::vector<KnownSilence>& silences) {
  const std::size_t every = (silences.size() + kSilencesUsedMax - 1) / kSilencesUsedMax;
  if (every < 2) return;
  for (std::size_t i = 0; i * every < silences.size(); ++i) silences[i] = silences[i * every];
  silences.resize((silences.size() + every - 1) / every);
}

// Of the last horizon, the oldest first.
std::optional<PromiseLevels> recalibrate(const std::vector<KnownSilence>& silences, const ChurnFit& fit, const ChurnFitTerms& terms) {
  std::vector<std::pair<std::int32_t, Said>> lately;
  for (std::size_t i = 0; i < silences.size(); ++i) {
    const KnownSilence& one = silences[i];
    if (one.known + terms.horizon_days <= terms.until) continue;
    const double most = fit.hazard() ? fit.judged->said[i] : most_forecast(one, fit.forecast.model, terms.horizon_days);
    lately.push_back({one.known, {most, one.days >= terms.horizon_days}});
  }
  std::stable_sort(lately.begin(), lately.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Said> said;
  for (const auto& [day, one] : lately) said.push_back(one);
  return recalibrate(said);
}

}  // namespace

Result<ChurnFit> fit_churn(const std::vector<std::vector<std::int32_t>>& active_days, const ChurnFitTerms& terms) {
  std::vector<DayHistory> histories;
  std::vector<KnownSilence> silences;
  for (const auto& days : active_days) {
    const auto end = std::upper_bound(days.begin(), days.end(), terms.until);
    if (end == days.begin()) continue;
    histories.push_back({static_cast<std::int32_t>(end - days.begin()) - 1, *(end - 1) - days.front(), terms.until - days.front()});
    add_known_silences({days.begin(), end}, terms.until, terms.horizon_days, silences);
  }
  auto forecast = fit_silence(std::move(histories));
  if (!forecast) return std::move(forecast.error());
  ChurnFit fit;
  fit.forecast = *forecast;
  fit.silences = static_cast<std::int64_t>(silences.size());
  thin(silences);
  fit.judged = fit_hazard(silences, fit.forecast.model, terms.horizon_days, terms.promise_permille);
  fit.levels = recalibrate(silences, fit, terms);
  return fit;
}

}  // namespace earshot
