// One case, from its steps: what it adds to the flow of cases, to waiting and solving times, and to what was promised.
#include <algorithm>
#include <optional>
#include <tuple>

#include "event/names.h"
#include "processors/insight/items.h"

namespace earshot::insight {
namespace {

bool is_active_state(CaseState state) {
  return state == CaseState::fresh || state == CaseState::open || state == CaseState::pending_customer ||
         state == CaseState::on_hold;
}
CaseState state_of(const state::CaseStepSeen& step) { return static_cast<CaseState>(step.state()); }
bool is_active_step(const state::CaseStepSeen* step) { return step != nullptr && is_active_state(state_of(*step)); }

auto order_of(const state::CaseStepSeen& step) {
  return std::tuple(step.at_ms(), step.step(), step.state(), std::string_view(step.department()),
                    std::string_view(step.channel()), step.issue(), step.waiting());
}
bool comes_before(const state::CaseStepSeen& a, const state::CaseStepSeen& b) { return order_of(a) < order_of(b); }

std::uint32_t first_issue(const MeasureTaken& measure) {
  return static_cast<std::uint32_t>(measure.issues.empty() ? IssueType::none : measure.issues.front());
}

template <class Seen>
void set_place(Seen& seen, const MeasureTaken& measure) {
  seen.set_channel(measure.channel);
  seen.set_department(measure.department);
  seen.set_issue(first_issue(measure));
}

template <class Seen>
Place place_of(const Seen& seen) {
  return {seen.channel(), seen.department(), {static_cast<IssueType>(seen.issue())}};
}

state::SpanSeen span_seen(const MeasureTaken& measure) {
  state::SpanSeen seen;
  seen.set_at_ms(to_millis(measure.at));
  seen.set_value(std::max<std::int64_t>(0, measure.value));
  seen.set_business_value(std::max<std::int64_t>(0, measure.business_value));
  set_place(seen, measure);
  return seen;
}

auto order_of(const state::SpanSeen& seen) {
  return std::tuple(seen.at_ms(), seen.value(), seen.business_value(), std::string_view(seen.channel()),
                    std::string_view(seen.department()), seen.issue());
}

bool merge_resolution(state::CaseItem& item, const MeasureTaken& measure) {
  const state::SpanSeen seen = span_seen(measure);
  bool is_new = false;
  if (!item.has_first_resolution() || order_of(seen) < order_of(item.first_resolution())) {
    *item.mutable_first_resolution() = seen;
    is_new = true;
  }
  if (!item.has_last_resolution() || order_of(item.last_resolution()) < order_of(seen)) {
    *item.mutable_last_resolution() = seen;
    is_new = true;
  }
  return is_new;
}

bool merge_first_response(state::CaseItem& item, const MeasureTaken& measure) {
  const state::SpanSeen seen = span_seen(measure);
  if (item.has_first_response() && order_of(item.first_response()) <= order_of(seen)) return false;
  *item.mutable_first_response() = seen;
  return true;
}

bool merge_step(state::CaseItem& item, const MeasureTaken& measure) {
  if (!measure.to_state || !measure.step) return false;
  state::CaseStepSeen seen;
  seen.set_at_ms(to_millis(measure.at));
  seen.set_step(static_cast<std::uint32_t>(*measure.step));
  seen.set_state(static_cast<std::uint32_t>(*measure.to_state));
  set_place(seen, measure);
  seen.set_waiting(measure.outcome == "waiting");
  auto& steps = *item.mutable_steps();
  const auto found = std::lower_bound(steps.begin(), steps.end(), seen, comes_before);
  if (found != steps.end() && !comes_before(seen, *found)) return false;  // known
  if (steps.size() >= kCaseStepsMax) return false;
  *steps.Add() = std::move(seen);
  std::sort(steps.begin(), steps.end(), comes_before);
  return true;
}

// ---- the flow of cases --------------------------------------------------------------------------------------------

Counter flow_counter(const state::CaseStepSeen* from, const state::CaseStepSeen& to) {
  if (!is_active_step(from)) return from == nullptr ? Counter::opened : Counter::reopened;
  if (state_of(to) == CaseState::resolved) return Counter::resolution_events;
  return state_of(to) == CaseState::merged ? Counter::merged : Counter::closed_unresolved;
}

void add_state(Contributions& all, Timestamp at, const state::CaseStepSeen& step, std::int64_t n) {
  const auto counter = static_cast<std::uint8_t>(Counter::active);
  const std::string name(name_of(state_of(step)));
  all.add({hour_of(at), DimensionKind::state, IssueType::none, name, false, counter, 0}, n);
  if (step.department().empty()) return;
  all.add({hour_of(at), DimensionKind::state, IssueType::none, name + "/" + step.department(), false, counter, 0}, n);
}

void add_flow(Contributions& all, const state::CaseItem& item) {
  const state::CaseStepSeen* from = nullptr;
  for (const state::CaseStepSeen& to : item.steps()) {
    const Timestamp at = from_millis(to.at_ms());
    const bool was_active = is_active_step(from);
    const bool is_active_now = is_active_step(&to);
    // A case that changes its department or issue type leaves one sum and enters another.
    if (was_active) {
      add_everywhere(all, at, place_of(*from), Counter::active, -1);
      add_state(all, at, *from, -1);
    }
    if (is_active_now) {
      add_everywhere(all, at, place_of(to), Counter::active, 1);
      add_state(all, at, to, 1);
    }
    if (was_active != is_active_now) add_everywhere(all, at, place_of(to), flow_counter(from, to));
    from = &to;
  }
}

// Counted where it was opened, under what it is now; a merged case is no matter of its own.
void add_opened_case(Contributions& all, const state::CaseItem& item) {
  if (item.steps().empty()) return;
  const state::CaseStepSeen& latest = *item.steps().rbegin();
  if (state_of(latest) == CaseState::merged) return;
  add_everywhere(all, from_millis(item.steps(0).at_ms()), place_of(latest), Counter::cases);
}

// A case is resolved in the window of its last resolution, if it still is at the end of that window.
void add_resolved(Contributions& all, const state::CaseItem& item, const Settings& settings) {
  const state::CaseStepSeen* resolved = nullptr;
  const state::CaseStepSeen* reopened = nullptr;
  const state::CaseStepSeen* from = nullptr;
  for (const state::CaseStepSeen& to : item.steps()) {
    if (is_active_step(from) && state_of(to) == CaseState::resolved) {
      resolved = &to;
      reopened = nullptr;
    } else if (resolved != nullptr && reopened == nullptr && is_active_step(&to)) {
      reopened = &to;
    }
    from = &to;
  }
  if (resolved == nullptr) return;
  const Timestamp at = from_millis(resolved->at_ms());
  const auto still_resolved_at = [&](std::int64_t end_hour) {
    return reopened == nullptr || from_millis(reopened->at_ms()) >= hour_start(end_hour);
  };
  if (still_resolved_at(hour_of(at) + 1)) add_everywhere(all, at, place_of(*resolved), Counter::resolved_hour);
  if (still_resolved_at(day_start(hour_of(at), settings) + 24))
    add_everywhere(all, at, place_of(*resolved), Counter::resolved_day);
}

// ---- waiting ------------------------------------------------------------------------------------------------------

// With this step the customer began to wait for a first answer: the opening, or in a case that we began, their first
// message.
const state::CaseStepSeen* wait_start(const state::CaseItem& item) {
  const auto found =
      std::find_if(item.steps().begin(), item.steps().end(), [](const auto& step) { return step.waiting(); });
  return found == item.steps().end() ? nullptr : &*found;
}

// Counted in the hour in which the wait began, and taken back there once it ends: so the oldest wait can be read off.
void add_waiting(Contributions& all, const state::CaseItem& item) {
  if (item.has_first_response() || !is_active(item)) return;
  const state::CaseStepSeen* start = wait_start(item);
  if (start != nullptr) add_everywhere(all, from_millis(start->at_ms()), place_of(*start), Counter::waiting);
}

void add_spans(Contributions& all, const state::CaseItem& item) {
  if (item.has_first_response()) {
    const state::SpanSeen& reply = item.first_response();
    add_everywhere(all, from_millis(reply.at_ms()), place_of(reply), Span::first_response, reply.value());
    add_everywhere(all, from_millis(reply.at_ms()), place_of(reply), Span::first_response_business,
                   reply.business_value());
  }
  if (!item.has_last_resolution()) return;
  const state::SpanSeen& last = item.last_resolution();
  const state::SpanSeen& first = item.first_resolution();
  const Timestamp at = from_millis(last.at_ms());
  add_everywhere(all, at, place_of(last), Span::resolution, last.value());
  add_everywhere(all, at, place_of(last), Span::resolution_business, last.business_value());
  add_everywhere(all, at, place_of(last), Span::first_resolution, first.value());
  add_everywhere(all, at, place_of(last), Span::first_resolution_business, first.business_value());
}

void add_outcomes(Contributions& all, const state::CaseItem& item) {
  for (const state::SlaOutcomeSeen& seen : item.outcomes()) {
    const auto metric = std::find(kSlaMetrics.begin(), kSlaMetrics.end(), seen.metric());
    if (metric == kSlaMetrics.end()) continue;
    const int place = static_cast<int>(metric - kSlaMetrics.begin());
    const Counter counter = (seen.outcome() == "met" ? Counter::sla_met : Counter::sla_breached) + place;
    add_everywhere(all, from_millis(seen.at_ms()), place_of(seen), counter);
  }
}

// A clock ends once. If it was told to have ended twice, the earlier counts, and what was done exactly at the deadline
// was met.
bool merge_outcome(state::CaseItem& item, const MeasureTaken& measure) {
  const bool is_met = measure.outcome == "met";
  if (!is_met && measure.outcome != "breached") return false;  // a cancelled clock is neither
  state::SlaOutcomeSeen seen;
  seen.set_metric(measure.sla_metric);
  seen.set_outcome(measure.outcome);
  seen.set_at_ms(to_millis(measure.at));
  set_place(seen, measure);
  auto& outcomes = *item.mutable_outcomes();
  const auto known = std::find_if(outcomes.begin(), outcomes.end(),
                                  [&](const auto& one) { return one.metric() == measure.sla_metric; });
  if (known == outcomes.end()) {
    if (outcomes.size() >= static_cast<int>(kSlaMetrics.size())) return false;
    *outcomes.Add() = std::move(seen);
    std::sort(outcomes.begin(), outcomes.end(), [](const auto& a, const auto& b) { return a.metric() < b.metric(); });
    return true;
  }
  const auto order = [](const state::SlaOutcomeSeen& one) {
    return std::tuple(one.at_ms(), one.outcome() != "met", std::string_view(one.channel()),
                      std::string_view(one.department()), one.issue());
  };
  if (order(*known) <= order(seen)) return false;
  *known = std::move(seen);
  return true;
}

}  // namespace

bool merge(state::CaseItem& item, const MeasureTaken& measure) {
  switch (measure.kind) {
    case MeasureKind::case_step: return merge_step(item, measure);
    case MeasureKind::first_response: return merge_first_response(item, measure);
    case MeasureKind::resolution: return merge_resolution(item, measure);
    case MeasureKind::sla_outcome: return merge_outcome(item, measure);
    default: return false;
  }
}

bool is_active(const state::CaseItem& item) { return !item.steps().empty() && is_active_step(&*item.steps().rbegin()); }

Contributions contributions_of(const state::CaseItem& item, const Settings& settings) {
  Contributions all;
  add_flow(all, item);
  add_opened_case(all, item);
  add_resolved(all, item, settings);
  add_waiting(all, item);
  add_spans(all, item);
  add_outcomes(all, item);
  return all;
}

}  // namespace earshot::insight
