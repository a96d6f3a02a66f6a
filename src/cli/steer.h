// Puts an event that steers the processors (event/steering.h) into the log.
#pragma once

#include <string>

#include "cli/answers.h"
#include "cli/station.h"

namespace earshot::cli {

// Of a data directory that nobody uses, dated at the log's now.
Result<void> steer(Station& station, const std::string& id, const std::string& source, EventBody body);

// Of a running Earshot. EARSHOT_TOKEN must be one of role admin, if it wants one.
struct SteerTarget {
  std::string url;
  std::string tenant;  // empty: the server's own
};
Result<void> steer(const SteerTarget& target, const std::string& id, const std::string& source, EventBody body);

}  // namespace earshot::cli
