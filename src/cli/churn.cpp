#include "cli/churn.h"

#include <cstdio>

namespace earshot::cli {

void print_choice(const ChurnFit& fit) {
  if (!fit.judged) {
    std::printf(
        "forecast   %lld silences have a known outcome: the hazard is fitted from %lld on, %lld of each outcome\n",
        static_cast<long long>(fit.silences), static_cast<long long>(kHazardSilencesMin),
        static_cast<long long>(kHazardReachedMin));
  } else {
    std::printf(
        "%s %lld silences have a known outcome; on those left out of its fit the hazard leads by %.1f days (log loss "
        "%.4f), the forecast alone by %.1f (%.4f)\n",
        fit.judged->takes_over ? "hazard    " : "forecast  ", static_cast<long long>(fit.silences),
        fit.judged->hazard.days, fit.judged->hazard.log_loss, fit.judged->forecast.days, fit.judged->forecast.log_loss);
  }
  if (!fit.levels) return;
  std::printf("           promises are kept at other levels:");
  for (int i = 0; i < kPromises; ++i)
    std::printf(" %.2f at %.3f", promise_at(i) / 1000.0,
                static_cast<double>((*fit.levels)[static_cast<std::size_t>(i)]) / 1000);
  std::printf("\n");
}

void print_segments(const ChurnFits& fits) {
  for (const auto& [name, fit] : fits.of_segments) {
    const SilenceFit& forecast = fit.forecast;
    std::printf(
        "\nsegment    %s: r %.4f  alpha %.4f weeks  a %.4f  b %.4f   log-likelihood %.2f\n           %lld customers, "
        "%lld of them active on more than one day\n",
        name.c_str(), forecast.model.r, forecast.model.alpha, forecast.model.a, forecast.model.b,
        forecast.log_likelihood, static_cast<long long>(forecast.customers),
        static_cast<long long>(forecast.repeaters));
    if (is_small(forecast))
      std::printf("           that is few: the parameters are held near those of all customers\n");
    if (fit.pooled) {
      std::printf(
          "pooled     of its %lld silences with a known outcome the model of all customers says more than its own: it "
          "goes by that one\n",
          static_cast<long long>(fit.silences));
    } else {
      print_choice(fit);
    }
  }
}

}  // namespace earshot::cli
