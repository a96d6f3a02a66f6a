#include "processors/customer/hazard_fit.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/log_exp.h"

namespace earshot {
namespace {

constexpr int kFolds = 5;
constexpr double kRidge = 300;  // in looks, for a feature of deviation 1; a silence is looked at up to 17 times
constexpr double kAlmostNothing = 1e-6;  // of a ridge: the first weight is free, but must exist
constexpr int kStepsMax = 30;
constexpr double kStepEnough = 1e-7;
constexpr std::array<double, 17> kLooks{1,  2,  3,  4,  5,  6,  7,  8, 10,
                                        12, 14, 16, 18, 20, 22, 24, 25};  // of 26 parts of H

using Vector = std::array<double, kHazardWeights>;
using Matrix = std::array<Vector, kHazardWeights>;

struct Row {
  Vector features;      // standardised but for the first
  double forecast = 0;  // logit rho
  bool reached = false;
  int fold = 0;
};

History at(const KnownSilence& silence, double weeks) {
  return {silence.x, silence.recency / 7.0, silence.recency / 7.0 + weeks};
}

double log_of_one_plus_exp(double z) {
  return z > 0 ? z + portable_log(1 + portable_exp(-z)) : portable_log(1 + portable_exp(z));
}

// Solves a symmetric positive definite system; `a` and `b` are used up.
Vector solve(Matrix& a, Vector& b) {
  for (std::size_t i = 0; i < kHazardWeights; ++i) {
    for (std::size_t j = i + 1; j < kHazardWeights; ++j) {
      const double factor = a[j][i] / a[i][i];
      for (std::size_t k = i; k < kHazardWeights; ++k) a[j][k] -= factor * a[i][k];
      b[j] -= factor * b[i];
    }
  }
  Vector x{};
  for (std::size_t i = kHazardWeights; i-- > 0;) {
    double rest = b[i];
    for (std::size_t k = i + 1; k < kHazardWeights; ++k) rest -= a[i][k] * x[k];
    x[i] = rest / a[i][i];
  }
  return x;
}

// What standardises the features, and what undoes it.
struct Scale {
  Vector mean{};
  Vector deviation{};
};

Scale standardise(std::vector<Row>& rows) {
  Scale scale;
  const auto n = static_cast<double>(rows.size());
  for (std::size_t i = 1; i < kHazardWeights; ++i) {
    for (const Row& row : rows) scale.mean[i] += row.features[i];
    scale.mean[i] /= n;
    for (const Row& row : rows)
      scale.deviation[i] += (row.features[i] - scale.mean[i]) * (row.features[i] - scale.mean[i]);
    scale.deviation[i] = std::max(1e-9, std::sqrt(scale.deviation[i] / n));
  }
  scale.deviation[0] = 1;
  for (Row& row : rows) {
    for (std::size_t i = 1; i < kHazardWeights; ++i)
      row.features[i] = (row.features[i] - scale.mean[i]) / scale.deviation[i];
  }
  return scale;
}

HazardModel unscaled(const Vector& weights, const Scale& scale) {
  HazardModel model;
  model.weights[0] = weights[0];
  for (std::size_t i = 1; i < kHazardWeights; ++i) {
    model.weights[i] = weights[i] / scale.deviation[i];
    model.weights[0] -= model.weights[i] * scale.mean[i];
  }
  return model;
}

// Newton from `begin` with the weights of `held` fixed; rows of fold `left_out` are passed over.
Vector newton(const std::vector<Row>& rows, int left_out, Vector weights,
              const std::array<bool, kHazardWeights>& held) {
  for (int step = 0; step < kStepsMax; ++step) {
    Matrix curvature{};
    Vector slope{};
    for (const Row& row : rows) {
      if (row.fold == left_out) continue;
      double z = row.forecast;
      for (std::size_t i = 0; i < kHazardWeights; ++i) z += weights[i] * row.features[i];
      const double p = 1 / (1 + portable_exp(-z));
      const double off = (row.reached ? 1 : 0) - p;
      const double weight = p * (1 - p);
      for (std::size_t i = 0; i < kHazardWeights; ++i) {
        slope[i] += off * row.features[i];
        const double one = weight * row.features[i];
        for (std::size_t k = i; k < kHazardWeights; ++k) curvature[i][k] += one * row.features[k];
      }
    }
    for (std::size_t i = 0; i < kHazardWeights; ++i) {
      const double ridge = i == 0 ? kAlmostNothing : kRidge;
      curvature[i][i] += ridge;
      slope[i] -= ridge * weights[i];
      for (std::size_t k = 0; k < i; ++k) curvature[i][k] = curvature[k][i];
    }
    for (std::size_t i = 0; i < kHazardWeights; ++i) {
      if (!held[i]) continue;
      for (std::size_t k = 0; k < kHazardWeights; ++k) curvature[i][k] = curvature[k][i] = 0;
      curvature[i][i] = 1;
      slope[i] = 0;
    }
    const Vector move = solve(curvature, slope);
    double most = 0;
    for (std::size_t i = 0; i < kHazardWeights; ++i) {
      weights[i] += move[i];
      most = std::max(most, std::fabs(move[i]));
    }
    if (most < kStepEnough) break;
  }
  return weights;
}

// The forecast grows with the silence, and so does ln(1+u): neither may pull the other way.
Vector fit_monotone(const std::vector<Row>& rows, int left_out, const Vector& begin, const Scale& scale) {
  std::array<bool, kHazardWeights> held{};
  Vector weights = newton(rows, left_out, begin, held);
  while (true) {
    if (!held[2] && weights[2] < 0) {
      weights[2] = 0;
      held[2] = true;
    } else if (!held[1] && weights[1] < -scale.deviation[1]) {
      weights[1] = -scale.deviation[1];
      held[1] = true;
    } else {
      return weights;
    }
    weights = newton(rows, left_out, weights, held);
  }
}

std::vector<Row> rows_of(const std::vector<KnownSilence>& silences, const SilenceModel& model, int horizon_days) {
  const double horizon = horizon_days / 7.0;
  std::vector<Row> rows;
  rows.reserve(silences.size() * kLooks.size() / 2);
  for (std::size_t i = 0; i < silences.size(); ++i) {
    const KnownSilence& one = silences[i];
    for (const double look : kLooks) {
      const double weeks = horizon * look / 26;
      if (weeks * 7 >= one.days) break;
      Row row;
      row.features = hazard_features(model, at(one, weeks), one.habit, horizon);
      row.forecast = row.features[1];
      row.reached = one.days >= horizon_days;
      row.fold = static_cast<int>(i % kFolds);
      rows.push_back(row);
    }
  }
  return rows;
}

// Just before its end.
History last_look(const KnownSilence& silence, int horizon_days) {
  return at(silence, std::min<double>(silence.days, horizon_days - 0.01) / 7);
}

// By one way to foresee a silence: what it `said` last of each, and the silence at which it reaches a level.
template <class AlarmAt>
double lead_of(const std::vector<KnownSilence>& silences, const std::vector<double>& said, int horizon_days,
               int promise_permille, AlarmAt alarm_at) {
  std::vector<Said> outcomes;
  for (std::size_t i = 0; i < silences.size(); ++i) outcomes.push_back({said[i], silences[i].days >= horizon_days});
  const auto level = level_that_keeps(outcomes, promise_permille);
  if (!level) return 0;
  double lead = 0, reached = 0;
  for (std::size_t i = 0; i < silences.size(); ++i) {
    if (silences[i].days < horizon_days) continue;
    reached += 1;
    lead += horizon_days - std::min<double>(horizon_days, 7 * alarm_at(i, *level));
  }
  return lead / reached;
}

}  // namespace

void add_known_silences(std::span<const std::int32_t> days, std::int32_t until, int horizon_days,
                        std::vector<KnownSilence>& silences) {
  GapSums gaps;
  for (std::size_t i = 0; i < days.size() && days[i] + horizon_days <= until; ++i) {
    if (i > 0) gaps.add(days[i] - days[i - 1]);
    const std::int32_t lasted = i + 1 < days.size() ? days[i + 1] - days[i] : horizon_days;
    silences.push_back({static_cast<std::int32_t>(i), days[i] - days[0], std::min(lasted, horizon_days),
                        days[i] + horizon_days, gaps.habit()});
  }
}

double log_loss(const std::vector<KnownSilence>& silences, const SilenceModel& model,
                const std::optional<HazardModel>& hazard, int horizon_days) {
  double sum = 0;
  const std::vector<Row> rows = rows_of(silences, model, horizon_days);
  for (const Row& row : rows) {
    double z = row.forecast;
    for (std::size_t i = 0; hazard && i < kHazardWeights; ++i) z += hazard->weights[i] * row.features[i];
    sum += log_of_one_plus_exp(row.reached ? -z : z);
  }
  return rows.empty() ? 0 : sum / static_cast<double>(rows.size());
}

double most_forecast(const KnownSilence& silence, const SilenceModel& model, int horizon_days) {
  return silence_forecast(model, last_look(silence, horizon_days), horizon_days / 7.0);
}

std::optional<HazardFit> fit_hazard(const std::vector<KnownSilence>& silences, const SilenceModel& model,
                                    int horizon_days, int promise_permille) {
  const auto known = static_cast<std::int64_t>(silences.size());
  const auto reached = std::count_if(silences.begin(), silences.end(),
                                     [&](const KnownSilence& one) { return one.days >= horizon_days; });
  if (known < kHazardSilencesMin || reached < kHazardReachedMin || known - reached < kHazardReachedMin)
    return std::nullopt;

  HazardFit fit;
  std::vector<Row> rows = rows_of(silences, model, horizon_days);
  const Scale scale = standardise(rows);
  const Vector all = fit_monotone(rows, kFolds, {}, scale);
  fit.model = unscaled(all, scale);
  std::array<HazardModel, kFolds> without;  // each without its fold
  for (int fold = 0; fold < kFolds; ++fold) {
    const Vector weights = fit_monotone(rows, fold, all, scale);
    without[static_cast<std::size_t>(fold)] = unscaled(weights, scale);
    for (const Row& row : rows) {
      if (row.fold != fold) continue;
      double z = row.forecast;
      for (std::size_t i = 0; i < kHazardWeights; ++i) z += weights[i] * row.features[i];
      fit.hazard.log_loss += log_of_one_plus_exp(row.reached ? -z : z) / static_cast<double>(rows.size());
      fit.forecast.log_loss +=
          log_of_one_plus_exp(row.reached ? -row.forecast : row.forecast) / static_cast<double>(rows.size());
    }
  }

  const double horizon = horizon_days / 7.0;
  std::vector<double> forecast;
  for (std::size_t i = 0; i < silences.size(); ++i) {
    forecast.push_back(most_forecast(silences[i], model, horizon_days));
    fit.said.push_back(
        hazard_forecast(without[i % kFolds], model, last_look(silences[i], horizon_days), silences[i].habit, horizon));
  }
  fit.forecast.days = lead_of(silences, forecast, horizon_days, promise_permille, [&](std::size_t i, double rho) {
    return silence_at_alarm(model, at(silences[i], 0), {rho, horizon});
  });
  fit.hazard.days = lead_of(silences, fit.said, horizon_days, promise_permille, [&](std::size_t i, double rho) {
    return silence_at_hazard_alarm(without[i % kFolds], model, at(silences[i], 0), silences[i].habit, rho, horizon);
  });
  fit.takes_over = fit.hazard.log_loss < fit.forecast.log_loss && fit.hazard.days >= fit.forecast.days;
  return fit;
}

}  // namespace earshot
