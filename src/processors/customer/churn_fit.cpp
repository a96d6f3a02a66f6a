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
std::optional<PromiseLevels> recalibrate(const std::vector<KnownSilence>& silences, const ChurnFit& fit,
                                         const ChurnFitTerms& terms) {
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

namespace {

struct Watched {
  std::vector<DayHistory> histories;
  std::vector<KnownSilence> silences;
};

Watched watch(const std::vector<std::vector<std::int32_t>>& active_days, const ChurnFitTerms& terms) {
  Watched watched;
  for (const auto& days : active_days) {
    const auto end = std::upper_bound(days.begin(), days.end(), terms.until);
    if (end == days.begin()) continue;
    watched.histories.push_back(
        {static_cast<std::int32_t>(end - days.begin()) - 1, *(end - 1) - days.front(), terms.until - days.front()});
    add_known_silences({days.begin(), end}, terms.until, terms.horizon_days, watched.silences);
  }
  return watched;
}

Result<ChurnFit> fit_watched(Watched watched, const ChurnFitTerms& terms, const SilenceModel& prior,
                             const ChurnFit* everyone) {
  auto forecast = fit_silence(std::move(watched.histories), prior);
  if (!forecast) return std::move(forecast.error());
  ChurnFit fit;
  fit.forecast = *forecast;
  fit.silences = static_cast<std::int64_t>(watched.silences.size());
  std::vector<KnownSilence>& silences = watched.silences;
  thin(silences);
  fit.judged = fit_hazard(silences, fit.forecast.model, terms.horizon_days, terms.promise_permille);
  fit.levels = recalibrate(silences, fit, terms);
  if (everyone == nullptr || fit.silences < kComparedSilencesMin) return fit;
  const double own = fit.hazard() ? fit.judged->hazard.log_loss
                                  : log_loss(silences, fit.forecast.model, std::nullopt, terms.horizon_days);
  fit.pooled = log_loss(silences, everyone->forecast.model, everyone->hazard(), terms.horizon_days) < own;
  return fit;
}

ChurnModel model_of(const ChurnFit& fit, std::int64_t version, std::string segment) {
  return {fit.forecast.model, fit.hazard(), fit.levels, version, std::move(segment)};
}

}  // namespace

Result<ChurnFit> fit_churn(const std::vector<std::vector<std::int32_t>>& active_days, const ChurnFitTerms& terms,
                           const SilenceModel& prior) {
  return fit_watched(watch(active_days, terms), terms, prior, nullptr);
}

Result<ChurnFits> fit_churn_by_segment(std::vector<std::vector<std::int32_t>> active_days,
                                       const std::vector<std::string>& segments, const ChurnFitTerms& terms) {
  auto everyone = fit_churn(active_days, terms);
  if (!everyone) return std::move(everyone.error());
  ChurnFits fits{std::move(*everyone), {}};
  std::map<std::string, std::vector<std::vector<std::int32_t>>> by_segment;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!segments[i].empty()) by_segment[segments[i]].push_back(std::move(active_days[i]));
  }
  for (const auto& [name, days] : by_segment) {
    Watched watched = watch(days, terms);
    if (watched.histories.empty()) continue;  // nobody of it was active by then
    auto fit = fit_watched(std::move(watched), terms, fits.everyone.forecast.model, &fits.everyone);
    if (!fit) return std::move(fit.error()).in("segment " + name);
    fits.of_segments.emplace(name, std::move(*fit));
  }
  return fits;
}

std::vector<ChurnModel> ChurnFits::models(std::int64_t version) const {
  std::vector<ChurnModel> models{model_of(everyone, version, "")};
  for (const auto& [name, fit] : of_segments) models.push_back(model_of(fit.pooled ? everyone : fit, version, name));
  return models;
}

}  // namespace earshot
