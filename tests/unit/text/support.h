// The shipped model, for the tests of src/text.
#pragma once

#include <string>

#include "earshot/check.h"
#include "text/analyzer.h"
#include "text/training/labelled.h"

namespace earshot {

inline std::string shipped_model_path() { return std::string(EARSHOT_SOURCE_DIR) + "/models/text-2.bin"; }

inline Result<Analyzer> load_shipped() {
  auto bytes = StableBytes::map(shipped_model_path());
  if (!bytes) return std::move(bytes.error());
  return Analyzer::load(std::move(*bytes));
}

inline const Analyzer& shipped_analyzer() {
  static const Result<Analyzer> analyzer = load_shipped();
  EARSHOT_CHECK(analyzer.has_value(), "models/text-2.bin must load");
  return *analyzer;
}

}  // namespace earshot
