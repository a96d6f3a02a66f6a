// What a shard has counted and not yet told the tenant's key: a few sums per hour and dimension, in one value.
//
// This is the hot path of insight. Every measure of a shard ends here as a few additions to one cached value, whatever
// the number of dimensions; sums leave on ticks, as one event for each hour and dimension.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "earshot/event.h"
#include "processors/insight/counters.h"
#include "state/insight.pb.h"

namespace earshot::insight {

enum class DimensionKind : std::uint8_t { all, issue, channel, department, state, reason };

// One value of one dimension. Issue types have numbers, the others names; a state is `open` or `open/care` (in a
// department).
struct Dimension {
  DimensionKind kind = DimensionKind::all;
  std::string_view name;
  IssueType issue = IssueType::none;
};

// The sums of an hour. The reference lives until another hour is asked for.
state::PendingHour& pending_hour(state::PendingSums& pending, std::int64_t hour);

// The sums of one dimension in it. A name too many goes to `other`.
state::Tally& tally_of(state::PendingHour& hour, const Dimension& dimension);

inline void add(state::Tally& tally, Counter counter, std::int64_t n) {
  auto& counts = *tally.mutable_counts();
  const int position = static_cast<int>(counter);
  if (counts.size() <= position) counts.Resize(position + 1, 0);
  counts.Set(position, counts.Get(position) + n);
}

// `n` times the value; a negative `n` takes it back.
void add(state::PendingSums& pending, state::Tally& tally, Span span, std::int64_t value, std::int64_t n);

// Everything pending as events in the order of hour and dimension, each small enough to be sent; the sums are empty
// after it.
std::vector<MeasuresSummed> take_sums(state::PendingSums& pending, std::int64_t shard);

}  // namespace earshot::insight
