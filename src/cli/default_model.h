// Where the text model is when nobody says.
#pragma once

#include <string>

#include "earshot/result.h"
#include "text/analyzer.h"

namespace earshot::cli {

// The path in EARSHOT_MODEL, else models/text-2.bin beside the program or in a directory above it (so that a build
// directory finds its source tree, and bin/ its installation).
Result<std::string> find_default_model();

// Reads and loads the model at `path`; the default one if `path` is empty.
Result<Analyzer> load_analyzer(const std::string& path);

}  // namespace earshot::cli
