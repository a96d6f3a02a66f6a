#include "processors/customer/timeline.h"

namespace earshot {

state::TimelineEntry& Timeline::next(KeyHash facet, Step& step) {
  auto& owner = step.edit<state::Facet>(Profile::facet_name(facet));
  const std::int64_t slot = owner.entries() % kTimelineMax;
  owner.set_entries(owner.entries() + 1);
  auto& entry = step.replace<state::TimelineEntry>(name(facet, slot));
  entry.set_place(-1);
  return entry;
}

void Timeline::apply(const ActivityRecorded& activity, const Reading& reading, Step& step) const {
  auto& entry = next(activity.facet, step);
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
}

void Timeline::apply(const CaseChanged& change, Timestamp at, Step& step) const {
  const auto& first = step.find<state::Customer>("customer")->facets(0);
  const bool is_heard_of = step.find<state::Facet>(Profile::facet_name(change.facet)) != nullptr;
  auto& entry = next(is_heard_of ? change.facet : KeyHash{first.high(), first.low()}, step);
  entry.set_at_ms(to_millis(at));
  entry.set_what(kCaseEntry + static_cast<std::int32_t>(change.step));
  entry.set_case_id(change.case_id.hex());
}

}  // namespace earshot
