// How a fit of the customers' active days is shown, the same for `earshot fit` and `earshot backtest`.
#pragma once

#include "processors/customer/churn_fit.h"

namespace earshot::cli {

// Whether the hazard or the forecast alone says when a silence is too long, and why; and the levels that keep the
// promises.
void print_choice(const ChurnFit& fit);

// Each segment in a few lines.
void print_segments(const ChurnFits& fits);

}  // namespace earshot::cli
