#include "cli/churn.h"

#include <cstdio>

namespace earshot::cli {

void print_choice(const ChurnFit& fit) {
  if (!fit.judged) {
    std::printf("forecast   %lld silences have a known outcome: the hazard is fitted from %lld on, %lld of each outcome\n", static_cast<long long>(fit.silences),
                static_cast<long long>(kHazardSilencesMin), static_cast<long long>(kHazardReachedMin));
  } else {
    std::printf("%s %lld silences have a known outcome; on those left out of its fit the hazard leads by %.1f days (log loss %.4f), the forecast alone by %.1f (%.4f)\n",
                fit.judged->takes_over ? "hazard    " : "forecast  ", static_cast<long long>(fit.silences), fit.judged->hazard.days, fit.judged->hazard.log_loss,
                fit.judged->forecast.days, fit.judged->forecast.log_loss);
  }
  if (!fit.levels) return;
  std::printf("           promises are kept at other levels:");
  for (int i = 0; i < kPromises; ++i) std::printf(" %.2f at %.3f", promise_at(i) / 1000.0, static_cast<double>((*fit.levels)[static_cast<std::size_t>(i)]) / 1000);
  std::printf("\n");
}

}  // namespace earshot::cli
