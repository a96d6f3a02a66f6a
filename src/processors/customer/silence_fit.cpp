#include "processors/customer/silence_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "base/log_exp.h"
#include "earshot/check.h"

namespace earshot {
namespace {

constexpr int kParameters = 4;
constexpr int kStepsMax = 500;
constexpr double kGradientEnough = 1e-8;  // of one customer's mean log-likelihood, by the logarithm of a parameter
constexpr double kPrecisionOfFew = 4;     // 1 / (1/2)^2
constexpr double kPrecisionOfMany = 1.0 / 9;
const double kLogMin = portable_log(1e-3);
const double kLogMax = portable_log(1e4);

using Vector = std::array<double, kParameters>;  // ln r, ln alpha, ln a, ln b
using Matrix = std::array<Vector, kParameters>;

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < kParameters; ++i) sum += a[i] * b[i];
  return sum;
}

Vector times(const Matrix& matrix, const Vector& vector) {
  Vector product{};
  for (std::size_t i = 0; i < kParameters; ++i) product[i] = dot(matrix[i], vector);
  return product;
}

SilenceModel model_at(const Vector& logs) {
  return {portable_exp(logs[0]), portable_exp(logs[1]), portable_exp(logs[2]), portable_exp(logs[3])};
}
Vector logs_of(const SilenceModel& model) {
  return {portable_log(model.r), portable_log(model.alpha), portable_log(model.a), portable_log(model.b)};
}

// Histories that differ, each with how many customers have it.
struct Counted {
  DayHistory history;
  double customers = 0;
};

struct Point {
  double value = 0;  // mean log-likelihood, with the prior
  Vector slope{};
};

class Likelihood {
 public:
  Likelihood(std::vector<DayHistory> histories, const Vector& prior, double precision)
      : prior_(prior), precision_(precision) {
    std::sort(histories.begin(), histories.end());
    for (const DayHistory& history : histories) {
      if (counted_.empty() || counted_.back().history != history) counted_.push_back({history, 0});
      counted_.back().customers += 1;
      by_x_.resize(std::max(by_x_.size(), static_cast<std::size_t>(history.x) + 1));
      by_day_.resize(std::max(by_day_.size(), static_cast<std::size_t>(history.age) + 1));
    }
    customers_ = static_cast<double>(histories.size());
  }

  Point at(const Vector& logs) {
    const SilenceModel model = model_at(logs);
    fill_tables(model);
    const double log_alpha = portable_log(model.alpha);
    double value = 0;
    Vector slope{};
    for (const Counted& one : counted_) {
      const OfX& x = by_x_[static_cast<std::size_t>(one.history.x)];
      const OfDay& last = by_day_[static_cast<std::size_t>(one.history.recency)];
      const OfDay& now = by_day_[static_cast<std::size_t>(one.history.age)];
      const double n = model.r + one.history.x;
      const double m = model.b + one.history.x;
      const double grown = now.log - last.log;
      const double left =
          model.a / m * portable_exp(n * grown);  // E; at most e^709 with bounded parameters and sane days
      const double gone = left < 1e300 ? left / (1 + left) : 1;
      value += one.customers * (x.log_rate + model.r * log_alpha - n * now.log + x.log_stay + portable_log(1 + left));
      slope[0] += one.customers * (x.psi_rate + log_alpha - now.log + gone * grown);
      slope[1] += one.customers * (model.r / model.alpha - n * now.inverse + gone * n * (now.inverse - last.inverse));
      slope[2] += one.customers * (gone / model.a - x.psi_sum);
      slope[3] += one.customers * (x.psi_stay - x.psi_sum - gone / m);
    }
    const Vector scale{model.r, model.alpha, model.a, model.b};  // d/d ln p = p d/dp
    for (std::size_t i = 0; i < kParameters; ++i) slope[i] *= scale[i];
    log_likelihood_ = value;
    for (std::size_t i = 0; i < kParameters; ++i) {
      const double away = logs[i] - prior_[i];
      value -= precision_ / 2 * away * away;
      slope[i] -= precision_ * away;
    }
    for (double& one : slope) one /= customers_;
    return {value / customers_, slope};
  }

  double log_likelihood() const { return log_likelihood_; }  // of the last point, without the prior

 private:
  struct OfX {
    double log_rate = 0;  // ln Gamma(r+x)/Gamma(r)
    double psi_rate = 0;  // psi(r+x) - psi(r)
    double log_stay = 0;  // ln Gamma(b+x+1)/Gamma(b) - ln Gamma(a+b+x+1)/Gamma(a+b)
    double psi_stay = 0;  // psi(b+x+1) - psi(b)
    double psi_sum = 0;   // psi(a+b+x+1) - psi(a+b)
  };
  struct OfDay {
    double log = 0;  // ln(alpha + t)
    double inverse = 0;
  };

  void fill_tables(const SilenceModel& model) {
    OfX sum;
    for (std::size_t x = 0; x < by_x_.size(); ++x) {
      const auto steps = static_cast<double>(x);
      sum.log_stay += portable_log((model.b + steps) / (model.a + model.b + steps));
      sum.psi_stay += 1 / (model.b + steps);
      sum.psi_sum += 1 / (model.a + model.b + steps);
      by_x_[x] = sum;
      sum.log_rate += portable_log(model.r + steps);
      sum.psi_rate += 1 / (model.r + steps);
    }
    for (std::size_t day = 0; day < by_day_.size(); ++day) {
      const double at = model.alpha + static_cast<double>(day) / 7;
      by_day_[day] = {portable_log(at), 1 / at};
    }
  }

  std::vector<Counted> counted_;
  std::vector<OfX> by_x_;
  std::vector<OfDay> by_day_;
  Vector prior_;
  double precision_ = 0;
  double customers_ = 0;
  double log_likelihood_ = 0;
};

// The inverse of the curvature, learned from the slopes met (Broyden, Fletcher, Goldfarb, Shanno; of the negative
// value).
void learn(Matrix& inverse, const Vector& step, const Vector& turned) {
  const double curvature = dot(step, turned);
  if (curvature <= 1e-18) return;
  const Vector moved = times(inverse, turned);
  const double weight = (curvature + dot(turned, moved)) / (curvature * curvature);
  for (std::size_t i = 0; i < kParameters; ++i) {
    for (std::size_t j = 0; j < kParameters; ++j) {
      inverse[i][j] += weight * step[i] * step[j] - (moved[i] * step[j] + step[i] * moved[j]) / curvature;
    }
  }
}

Matrix unit() {
  Matrix matrix{};
  for (std::size_t i = 0; i < kParameters; ++i) matrix[i][i] = 1;
  return matrix;
}

// A slope that points out of the bounds does not count.
Vector inside(const Vector& logs, Vector slope) {
  for (std::size_t i = 0; i < kParameters; ++i) {
    if ((logs[i] >= kLogMax && slope[i] > 0) || (logs[i] <= kLogMin && slope[i] < 0)) slope[i] = 0;
  }
  return slope;
}

}  // namespace

Result<SilenceFit> fit_silence(std::vector<DayHistory> histories, const SilenceModel& prior) {
  if (histories.empty()) return Error{ErrorKind::Invalid, "there is no customer to fit the silence model to"};
  SilenceFit fit;
  fit.customers = static_cast<std::int64_t>(histories.size());
  for (const DayHistory& history : histories) {
    EARSHOT_CHECK(history.x >= 0 && history.recency >= 0 && history.age >= history.recency,
                  "a history in days is in order");
    fit.repeaters += history.x > 0 ? 1 : 0;
  }
  Vector logs = logs_of(prior);
  Likelihood likelihood(std::move(histories), logs, is_small(fit) ? kPrecisionOfFew : kPrecisionOfMany);

  Point here = likelihood.at(logs);
  Matrix inverse = unit();
  bool is_fresh = true;  // the curvature is not learned yet
  for (fit.steps = 0; fit.steps < kStepsMax; ++fit.steps) {
    const Vector slope = inside(logs, here.slope);
    double steepest = 0;
    for (const double one : slope) steepest = std::max(steepest, std::abs(one));
    if (steepest < kGradientEnough) break;
    Vector direction = times(inverse, slope);
    if (dot(direction, slope) <= 0) {
      inverse = unit();
      is_fresh = true;
      direction = slope;
    }
    // Backtracking, with Armijo's condition.
    Point there;
    Vector next{};
    double length = is_fresh ? std::min(1.0, 0.5 / steepest) : 1.0;
    bool is_better = false;
    for (int halvings = 0; halvings < 60 && !is_better; ++halvings, length /= 2) {
      for (std::size_t i = 0; i < kParameters; ++i)
        next[i] = std::clamp(logs[i] + length * direction[i], kLogMin, kLogMax);
      there = likelihood.at(next);
      is_better = there.value >= here.value + 1e-4 * length * dot(direction, slope);
    }
    if (!is_better) {
      if (is_fresh) break;  // nothing better can be told from here in doubles
      inverse = unit();
      is_fresh = true;
      continue;
    }
    Vector step{}, turned{};
    for (std::size_t i = 0; i < kParameters; ++i) {
      step[i] = next[i] - logs[i];
      turned[i] = here.slope[i] - there.slope[i];
    }
    learn(inverse, step, turned);
    const bool is_flat = there.value - here.value < 1e-15 * std::abs(here.value);  // as far as doubles can tell
    is_fresh = false;
    logs = next;
    here = there;
    if (is_flat) break;
  }
  if (fit.steps == kStepsMax)
    return Error{ErrorKind::Unavailable,
                 "no maximum of the silence model was found in " + std::to_string(kStepsMax) + " steps"};
  fit.model = model_at(logs);
  likelihood.at(logs);
  fit.log_likelihood = likelihood.log_likelihood();
  return fit;
}

}  // namespace earshot
