// Finds how the probabilities of sentiment are to be read on another source, from its own labelled texts.
#pragma once

#include <array>
#include <vector>

#include "earshot/result.h"
#include "text/analyzer.h"
#include "text/recalibrate.h"
#include "text/training/labelled.h"

namespace earshot::text {

inline constexpr std::size_t kCalibrationRowsMin = 300;  // fewer say less about a source than the model already knows

struct FittedCalibration {
  Recalibration recalibration;
  std::size_t rows = 0;
  std::array<std::size_t, 3> rows_of{};  // labelled neg, neu, pos
  double loss_before = 0;                // mean negative log likelihood
  double loss_after = 0;
  double ece_before = 0;  // of P(negative)
  double ece_after = 0;
};

// Fits on even rows and reports on odd ones, so that the numbers are about texts it has not seen; the result is fitted
// on all.
Result<FittedCalibration> fit_calibration(const Analyzer& analyzer, const std::vector<LabelledText>& rows);

}  // namespace earshot::text
