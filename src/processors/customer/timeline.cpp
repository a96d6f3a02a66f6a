#include "processors/customer/timeline.h"

#include <algorithm>

namespace earshot {

void Timeline::add(KeyHash facet, const state::TimelineEntry& entry, Step& step) {
  auto& owner = Profile::edit_facet(facet, step);
  step.put(name(facet, owner.entries() % kTimelineMax), entry);
  owner.set_entries(owner.entries() + 1);
}

void Timeline::apply(const ActivityRecorded& activity, const Reading& reading, Step& step) const {
  state::TimelineEntry entry;
  entry.set_at_ms(to_millis(activity.at));
  entry.set_what(static_cast<std::int32_t>(activity.kind));
  entry.set_channel(activity.channel);
  entry.set_place(activity.place);
  entry.set_has_text(activity.has_text);
  entry.set_sentiment(static_cast<std::int32_t>(activity.analysis.sentiment));
  entry.set_urgency(activity.analysis.urgency);
  for (const IssueScore& issue : activity.analysis.issues) entry.add_issues(static_cast<std::int32_t>(issue.type));
  if (activity.order) {
    entry.set_amount(activity.order->amount);
    entry.set_currency(activity.order->currency);
  } else if (activity.payment) {
    entry.set_amount(activity.payment->amount);
    entry.set_currency(activity.payment->currency);
  }
  if (reading.score_permille) entry.set_score_permille(*reading.score_permille + 1);
  entry.set_outbound(activity.message && activity.message->direction == Direction::outbound);
  add(activity.facet, entry, step);
}

void Timeline::apply(const CaseChanged& change, Timestamp at, Step& step) const {
  state::TimelineEntry entry;
  entry.set_at_ms(to_millis(at));
  entry.set_place(-1);
  entry.set_what(kCaseEntry + static_cast<std::int32_t>(change.step));
  entry.set_case_id(change.case_id.hex());
  const bool is_heard_of = Profile::facet(change.facet, step) != nullptr;
  add(is_heard_of ? change.facet : Profile::key_of(step.find<state::Customer>("customer")->facets(0)), entry, step);
}

Timeline::Entries Timeline::take_out(KeyHash facet, Step& step) {
  Entries entries;
  const auto* owner = Profile::facet(facet, step);
  if (owner == nullptr) return entries;
  const std::int64_t ever = owner->entries();
  for (std::int64_t number = std::max<std::int64_t>(0, ever - kTimelineMax); number < ever; ++number) {
    const std::string slot = name(facet, number % kTimelineMax);
    if (const auto* entry = step.find<state::TimelineEntry>(slot)) entries.push_back(*entry);
    step.erase(slot);
  }
  return entries;
}

// By time, and of one moment by what they say: so it is the same in whatever order the parts of a timeline come
// together.
void Timeline::put_in(KeyHash facet, Entries entries, std::int64_t lost, Step& step) {
  const auto added = static_cast<std::int64_t>(entries.size());
  if (added == 0 && lost == 0) return;
  Entries all = take_out(facet, step);
  std::move(entries.begin(), entries.end(), std::back_inserter(all));
  std::vector<std::pair<std::string, const state::TimelineEntry*>> order;
  for (const auto& entry : all) order.emplace_back(entry.SerializeAsString(), &entry);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second->at_ms(), std::string_view(a.first)) <
           std::pair(b.second->at_ms(), std::string_view(b.first));
  });
  if (order.size() > static_cast<std::size_t>(kTimelineMax)) order.erase(order.begin(), order.end() - kTimelineMax);
  auto& owner = Profile::edit_facet(facet, step);
  const std::int64_t ever = owner.entries() + added + lost;
  owner.set_entries(ever);
  std::int64_t number = ever - static_cast<std::int64_t>(order.size());
  for (const auto& [_, entry] : order) step.put(name(facet, number++ % kTimelineMax), *entry);
}

}  // namespace earshot
