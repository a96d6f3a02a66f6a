// Folds each processor again from its own recorded input, into a scratch store, publishing nothing: what comes out must
// be the state that is there. This is what makes state a cache.
#pragma once

#include <functional>

#include "earshot/event_log.h"
#include "pipeline/pump.h"

namespace earshot {

struct Replayed {
  std::int64_t records = 0;
  std::string digest;
};

// Folds every task up to `positions` (one for each task, in any order) into `scratch`, on as many threads as there are
// cores. `progress` is called by one thread at a time.
Result<Replayed> replay(const LogReader& log, const std::vector<Position>& positions, StateStore& scratch,
                        const std::vector<MakeProcessor>& processors, Pump::Settings settings,
                        const std::function<void(std::int64_t records)>& progress = {});

}  // namespace earshot
