// Fits the silence model to what a tenant's customers did: maximum likelihood of MBG/NBD over (x, tx, T).
//
// Equal histories, in whole days, are counted once. The four parameters are sought in logarithms, between 0.001 and
// 10,000, by BFGS with the gradient in closed form:
//
//   s = E/(1+E), E = a/m ((alpha+T)/(alpha+tx))^n, n = r + x, m = b + x
//   d/dr     = psi(n) - psi(r) + ln alpha - ln(alpha+T) + s ln((alpha+T)/(alpha+tx))
//   d/dalpha = r/alpha - n/(alpha+T) + s n (1/(alpha+T) - 1/(alpha+tx))
//   d/da     = psi(a+b) - psi(a+m+1) + s/a
//   d/db     = psi(a+b) - psi(b) + psi(m+1) - psi(a+m+1) - s/m
//
// (the likelihood is that of silence_forecast.h). Differences of psi and ln Gamma at steps of one are sums, kept by x.
// Only IEEE arithmetic and base/log_exp.h: the same histories give the same bits on every machine, in any order. Pure;
// any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "earshot/result.h"
#include "processors/customer/silence_forecast.h"

namespace earshot {

// A customer, in whole days since the first active one.
struct DayHistory {
  std::int32_t x = 0;        // active days after the first
  std::int32_t recency = 0;  // of the last of them
  std::int32_t age = 0;      // of the day up to which they were watched; at least recency
  auto operator<=>(const DayHistory&) const = default;
};

struct SilenceFit {
  SilenceModel model;
  double log_likelihood = 0;
  std::int64_t customers = 0;
  std::int64_t repeaters = 0;  // with x > 0
  int steps = 0;
};

// Few customers say little of a tail: below these a segment borrows from the prior.
inline constexpr std::int64_t kFitCustomersMin = 300;
inline constexpr std::int64_t kFitRepeatersMin = 100;

inline bool is_small(const SilenceFit& fit) {
  return fit.customers < kFitCustomersMin || fit.repeaters < kFitRepeatersMin;
}

// Each parameter is held to `prior` by a normal density over its logarithm: of deviation 1/2 with fewer customers than
// that, else of 3, which moves nothing that the data know and gives data without a maximum (nobody ever came back) one.
// Invalid without any customer, and Unavailable if no maximum is found.
Result<SilenceFit> fit_silence(std::vector<DayHistory> histories, const SilenceModel& prior = {});

}  // namespace earshot
