#include <algorithm>

#include "api/queries.h"
#include "state/customer.pb.h"

namespace earshot::api {

// Every partition of the customers keeps them all.
Result<Page<GapRow>> Queries::gaps(std::string_view tenant) const {
  auto kept = value<state::SourceGaps>(Topic::activity, tenant, "gaps");
  if (!kept) return std::move(kept.error());
  Page<GapRow> page;
  if (!*kept) return page;
  for (const state::SourceGap& gap : (*kept)->gaps()) {
    GapRow row{
        gap.connector(), {gap.channels().begin(), gap.channels().end()}, from_millis(gap.from_ms()), std::nullopt};
    if (gap.to_ms() < to_millis(kNever)) row.to = from_millis(gap.to_ms());
    page.items.push_back(std::move(row));
  }
  std::reverse(page.items.begin(), page.items.end());
  return page;
}

}  // namespace earshot::api
