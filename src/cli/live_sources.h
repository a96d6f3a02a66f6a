// The live sources of a configuration, joined to the front door and to the state in which their places are kept.
#pragma once

#include <memory>
#include <vector>

#include "api/queries.h"
#include "cli/config.h"
#include "pipeline/live.h"
#include "sources/source_runner.h"
#include "telemetry/metrics.h"

namespace earshot::cli {

struct LiveSourceParts {
  const Config& config;
  const Connector& connector;
  Live& live;
  const api::ReadState& state_here;
  Metrics& metrics;
  const Clock& clock;
  Log& log;
};

// The thread of one; all of the parts must outlive it.
std::unique_ptr<SourceRunner> listen_live(const ConnectorConfig& entry, const LiveSourceParts& parts);

}  // namespace earshot::cli
