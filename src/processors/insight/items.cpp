#include "processors/insight/items.h"

namespace earshot::insight {
namespace {

template <class Add>
void for_each_dimension(const Place& place, const Add& add) {
  add(DimensionKind::all, std::string(), IssueType::none);
  if (!place.channel.empty()) add(DimensionKind::channel, place.channel, IssueType::none);
  if (!place.department.empty()) add(DimensionKind::department, place.department, IssueType::none);
  if (place.issues.empty()) add(DimensionKind::issue, std::string(), IssueType::none);
  for (const IssueType issue : place.issues) add(DimensionKind::issue, std::string(), issue);
}

}  // namespace

bool Contributions::put_into(state::PendingSums& pending, Timestamp now, const Settings& settings) const {
  bool all_in_time = true;
  for (const auto& [one, n] : counts_) {
    if (n == 0) continue;
    // Who waits is counted in the hour in which they began to; when that ends, however late, nobody waits any more.
    const bool ends_a_wait = !one.is_span && one.what == static_cast<std::uint8_t>(Counter::waiting);
    if (is_frozen(one.hour, now, settings) && !ends_a_wait) {
      all_in_time = false;
      continue;
    }
    state::Tally& tally = tally_of(pending_hour(pending, one.hour), {one.kind, one.name, one.issue});
    if (one.is_span) {
      insight::add(pending, tally, static_cast<Span>(one.what), one.value, n);
    } else {
      insight::add(tally, static_cast<Counter>(one.what), n);
    }
  }
  return all_in_time;
}

void add_everywhere(Contributions& to, Timestamp at, const Place& place, Counter counter, std::int64_t n) {
  for_each_dimension(place, [&](DimensionKind kind, std::string name, IssueType issue) {
    to.add({hour_of(at), kind, issue, std::move(name), false, static_cast<std::uint8_t>(counter), 0}, n);
  });
}

void add_everywhere(Contributions& to, Timestamp at, const Place& place, Span span, std::int64_t value) {
  for_each_dimension(place, [&](DimensionKind kind, std::string name, IssueType issue) {
    to.add({hour_of(at), kind, issue, std::move(name), true, static_cast<std::uint8_t>(span), value}, 1);
  });
}

}  // namespace earshot::insight
