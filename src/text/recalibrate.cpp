#include "text/recalibrate.h"

#include <algorithm>
#include <array>

#include "base/log_exp.h"
#include "text/fixed_point.h"

namespace earshot::text {
namespace {

// Of a share of a thousand; what rounds to nothing counts as a fifth of the smallest share.
double log_of(std::uint16_t permille) { return portable_log(permille == 0 ? 0.2 : static_cast<double>(permille)); }

}  // namespace

void recalibrate(const Recalibration& recalibration, Analysis& analysis) {
  if (analysis.sentiment == Sentiment::unknown) return;
  const std::array<std::uint16_t, 3> before = {analysis.negative_permille, analysis.neutral_permille,
                                               analysis.positive_permille};
  const std::array<std::int64_t, 3> shift = {recalibration.negative_milli, 0, recalibration.positive_milli};
  std::array<Fixed, 3> logits{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double logit = log_of(before[i]) * 1000.0 / static_cast<double>(recalibration.temperature_milli) +
                         static_cast<double>(shift[i]) / 1000.0;
    logits[i] = static_cast<Fixed>(logit * static_cast<double>(kFixedOne));
  }
  const auto after = softmax_permille(logits);
  analysis.negative_permille = after[0];
  analysis.neutral_permille = after[1];
  analysis.positive_permille = after[2];
  const auto top = std::max_element(after.begin(), after.end()) - after.begin();
  analysis.sentiment = top == 0 ? Sentiment::negative : top == 1 ? Sentiment::neutral : Sentiment::positive;
}

}  // namespace earshot::text
