// An analysis as `earshot analyze` prints it.
#pragma once

#include <string>

#include "text/analyzer.h"

namespace earshot::cli {

// Appends the members of a JSON object, each with a comma before it.
void append_analysis(const Analysis& analysis, const AnalyzeOptions& options, std::string& out);

}  // namespace earshot::cli
