// Reads files and standard input into a connector, in pieces, gunzipped when they are .gz.
#pragma once

#include <string>
#include <vector>

#include "earshot/connector.h"

namespace earshot::cli {

struct Config;

// `path` is a file or `-`. Everything found goes to `findings`; fails only when the file cannot be read.
Result<void> read_file(const Connector& connector, const std::string& path, const std::string& tenant,
                       Timestamp received, Findings& findings);

// The connector of a configuration entry, or one by its own name with default settings.
Result<std::unique_ptr<Connector>> find_connector(const Config& config, const std::string& name);

}  // namespace earshot::cli
