// What the `earshot config` commands share.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/config.h"
#include "earshot/result.h"

namespace earshot::cli {

// Checks what only the rest of the program can: the settings of connectors, and whether words of texts can be looked
// for.
Result<void> check_further(const Config& config);

void add_config_apply(CLI::App& config, int& exit_code);

}  // namespace earshot::cli
