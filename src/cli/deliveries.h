// What the sinks of a data directory have to deliver: read from their files, which they replace as a whole, so that
// anybody may look at any time.
#pragma once

#include <filesystem>

#include "api/sink_deliveries.h"

namespace earshot::cli {

inline constexpr std::string_view kSinksFolder = "sinks";  // of the data directory; NAME.json for each sink

// Without `resend`: only who sends can do that. The log must outlive it.
api::SinkDeliveries deliveries_kept_in(const std::filesystem::path& data, const LogReader& log);

}  // namespace earshot::cli
