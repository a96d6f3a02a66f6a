// Reads KPIs out of insight's stored state, for queries. Any thread: it looks at one consistent view of the store.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "earshot/event.h"
#include "earshot/result.h"
#include "earshot/state_store.h"
#include "processors/insight/settings.h"

namespace earshot {

struct KpiQuery {
  bool by_day = true;  // else by hour
  Timestamp from{};    // windows that begin in [from, to)
  Timestamp to = kNever;
  std::string kpi;        // empty: all
  std::string dimension;  // `channel=email`; with all_dimensions false, empty stands for all together
  bool all_dimensions = false;
  std::size_t rows_max = 10000;
};

// Rows in the order of window, dimension and KPI. `prefix` is the key under which insight's values of the tenant's own
// key stand; `now` decides what is provisional. Beside the windows' KPIs there are `active` at the end of each window,
// and, for the window that contains `now`, the present `active` and `unanswered` with the age of the oldest, and
// `outreach_lift` over all days that are kept.
Result<std::vector<KpiReported>> read_kpis(const StateStore& store, std::string_view prefix, const KpiQuery& query,
                                           Timestamp now, const insight::Settings& settings = {});

// What `levels`, a value of the tenant's own key, says of cases that are not resolved.
struct ActiveCases {
  std::string state;
  std::string department;
  std::int64_t count = 0;
  bool operator==(const ActiveCases&) const = default;
};
Result<std::vector<ActiveCases>> read_active_cases(std::string_view levels);

}  // namespace earshot
