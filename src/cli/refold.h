// Folds what came from outside into a log once more, under other rules, in a scratch directory: what would have
// happened?
#pragma once

#include <filesystem>
#include <functional>

#include "backtest/what_if.h"
#include "cli/config.h"
#include "event_log/topic_spec.h"

namespace earshot::cli {

// The newest settings of each section that the log has on record for a tenant.
Result<std::map<std::string, std::string>> recorded_sections(const LogReader& log, const std::string& tenant);

// Everything from outside keeps the moment at which it was recorded, also what was imported: as if it had been heard
// live; timers fire in between as they would have. Commands that act on a case which is not there under these rules are
// refused, as ever. `rules.data` is the scratch directory; it must be empty. `progress` hears how many events were
// taken.
Result<backtest::History> fold_again(const LogReader& log, const std::vector<TopicSpec>& topics, const Config& rules,
                                     const std::function<void(std::int64_t events)>& progress);

}  // namespace earshot::cli
