#include "processors/desk/deadlines.h"

#include <algorithm>

#include "processors/desk/case_times.h"
#include "processors/desk/life_cycle.h"
#include "processors/desk/ownership.h"

namespace earshot::desk {
namespace {

void take_if_earlier(std::optional<CaseDue>& best, const CaseDue& due) {
  if (!best || due.at < best->at) best = due;
}

std::string_view name_of_clock(DueKind kind) { return kind == DueKind::first_reply ? kFirstReply : kFullResolution; }

void measure_outcome(CaseBook& book, const state::Case& one, const state::SlaClock& clock, std::string_view metric,
                     std::string_view outcome, Timestamp at) {
  MeasureTaken taken;
  taken.kind = MeasureKind::sla_outcome;
  taken.at = at;
  taken.item = one.id() + "/" + std::string(metric) + "/" + std::to_string(clock.instance());
  taken.outcome = outcome;
  taken.sla_metric = metric;
  book.measure(one, std::move(taken));
}

void run_clock_due(CaseBook& book, state::Case& one, const CaseDue& due) {
  state::SlaClock& clock = due.kind == DueKind::first_reply ? *one.mutable_first_reply() : *one.mutable_resolution();
  mark_done(clock, due.clock);
  if (due.clock.percent > 50) one.set_level(one.level() + 1);  // 80 % and the breach escalate; 50 % only tells
  Change change;
  change.step = due.clock.percent == 100 ? CaseStep::breached : CaseStep::warned;
  change.at = due.at;
  change.from = state_of(one);
  change.sla_metric = name_of_clock(due.kind);
  if (due.clock.percent != 100) change.note = std::to_string(due.clock.percent);
  book.publish(one, change);
  const std::string what = due.kind == DueKind::first_reply ? "first reply" : "resolution";
  if (due.clock.percent == 100) {
    measure_outcome(book, one, clock, change.sla_metric, "breached", due.at);
    const bool is_pressing = priority_of(one) >= Priority::high;
    book.alert(one, is_pressing ? Severity::critical : Severity::warning, what + " is overdue", due.at);
  } else if (due.clock.percent == 80) {
    book.alert(one, Severity::warning, what + " is nearly due", due.at);
  }
}

void miss_promise(CaseBook& book, state::Case& one, Timestamp at) {
  one.set_promised_ms(0);
  one.set_level(one.level() + 1);
  Change change;
  change.step = CaseStep::escalated;
  change.at = at;
  change.from = state_of(one);
  change.note = "promise_missed";
  book.publish(one, change);
  if (priority_of(one) < Priority::high) {
    one.set_priority(static_cast<std::uint32_t>(Priority::high));
    reapply_policy(book, one, at);
    change.step = CaseStep::prioritised;
    book.publish(one, change);
  }
  book.alert(one, Severity::warning, "a promised update did not come", at);
}

void close(CaseBook& book, state::Case& one, Timestamp at) {
  Change change;
  change.step = CaseStep::closed;
  change.at = at;
  change.from = state_of(one);
  LifeFacts facts;
  facts.within_reopen = false;
  const Transition to = next_state(state_of(one), LifeEvent::expired, facts);
  EARSHOT_CHECK(to.accepted(), "only resolved cases have a time to close");
  enter_state(book, one, to.state, at);
  one.set_close_due_ms(0);
  state::CustomerCases& customer = book.edit_customer(customer_of(one));
  remove_id(*customer.mutable_cases(), id_of(one));
  constexpr int kClosedKept = 8;
  add_id(*customer.mutable_closed(), id_of(one));
  while (customer.closed_size() > 2 * kClosedKept)
    remove_id(*customer.mutable_closed(), ids_of(customer.closed()).front());
  book.publish(one, change);
}

void run_one(CaseBook& book, state::Case& one, const CaseDue& due) {
  switch (due.kind) {
    case DueKind::first_reply:
    case DueKind::resolution: return run_clock_due(book, one, due);
    case DueKind::take: return escalate_untaken(book, one, due.at);
    case DueKind::promise: return miss_promise(book, one, due.at);
    case DueKind::close: return close(book, one, due.at);
  }
}

// The terms of the policy that applies now; nothing when it sets no such deadline.
std::optional<ClockTerms> terms_of(CaseBook& book, const state::Case& one, std::int64_t SlaTarget::*minutes) {
  const SlaChoice choice = choose_policy(book.settings().policies, matter_of(one), one.department(), priority_of(one));
  if (choice.target == nullptr || choice.target->*minutes == 0) return std::nullopt;
  ClockTerms terms;
  terms.policy = choice.policy->name;
  terms.target = std::chrono::minutes{choice.target->*minutes};
  if (!choice.policy->calendar.empty()) {
    const NamedCalendar& calendar = book.rules().calendar(choice.policy->calendar);
    book.pin(calendar);
    terms.calendar = calendar.fingerprint;
  }
  return terms;
}

void start(CaseBook& book, state::SlaClock& clock, const std::optional<ClockTerms>& terms, Timestamp since,
           Millis elapsed) {
  if (!terms) return idle_clock(clock, since, elapsed);
  start_clock(clock, *terms, WorkingTime(book.pinned(terms->calendar)), since, elapsed, book.now());
}

void swap_terms(CaseBook& book, state::SlaClock& clock, const std::optional<ClockTerms>& terms, Timestamp at) {
  const bool is_idle = outcome_of(clock) == ClockOutcome::none && clock.since_ms() != 0 && !clock.settled();
  if (!is_running(clock) && !is_idle) return;
  if (is_idle && !terms) return;
  if (terms && terms->policy == clock.policy() && terms->calendar == clock.calendar() &&
      terms->target.count() == clock.target_ms())
    return;
  // Without a target time was counted by no calendar: it counts by the one that comes.
  const std::string& calendar = is_idle ? terms->calendar : clock.calendar();
  const Millis elapsed = elapsed_of(clock, WorkingTime(book.pinned(calendar)), at);
  start(book, clock, terms, at, elapsed);
}

void settle_clock(CaseBook& book, state::Case& one, state::SlaClock& clock, std::string_view metric, Timestamp at) {
  if (settle(clock, at) != Settled::nothing) measure_outcome(book, one, clock, metric, "met", at);
}

}  // namespace

std::optional<CaseDue> next_due_of(const state::Case& one) {
  std::optional<CaseDue> best;
  const CaseState state = state_of(one);
  if (const auto due = next_due(one.first_reply())) take_if_earlier(best, {due->at, DueKind::first_reply, *due});
  if (const auto due = next_due(one.resolution())) take_if_earlier(best, {due->at, DueKind::resolution, *due});
  if (is_unresolved(state) && one.take_due_ms() != 0)
    take_if_earlier(best, {from_millis(one.take_due_ms()), DueKind::take, {}});
  if (state == CaseState::on_hold && one.promised_ms() != 0)
    take_if_earlier(best, {from_millis(one.promised_ms()), DueKind::promise, {}});
  if (state == CaseState::resolved && one.close_due_ms() != 0)
    take_if_earlier(best, {from_millis(one.close_due_ms()), DueKind::close, {}});
  return best;
}

void run_due(CaseBook& book, state::Case& one, Timestamp until) {
  for (auto due = next_due_of(one); due && due->at <= until; due = next_due_of(one)) run_one(book, one, *due);
}

void start_reply_clock(CaseBook& book, state::Case& one, Timestamp since) {
  start(book, *one.mutable_first_reply(), terms_of(book, one, &SlaTarget::first_reply_minutes), since, Millis{0});
}

void start_resolution_clock(CaseBook& book, state::Case& one, Timestamp since) {
  one.mutable_resolution()->set_instance(one.resolution().instance() + 1);
  start(book, *one.mutable_resolution(), terms_of(book, one, &SlaTarget::resolution_minutes), since, Millis{0});
}

void reapply_policy(CaseBook& book, state::Case& one, Timestamp at) {
  swap_terms(book, *one.mutable_first_reply(), terms_of(book, one, &SlaTarget::first_reply_minutes), at);
  swap_terms(book, *one.mutable_resolution(), terms_of(book, one, &SlaTarget::resolution_minutes), at);
}

void settle_reply_clock(CaseBook& book, state::Case& one, Timestamp at) {
  run_due(book, one, at - Millis{1});
  settle_clock(book, one, *one.mutable_first_reply(), kFirstReply, at);
}

void settle_resolution_clock(CaseBook& book, state::Case& one, Timestamp at) {
  run_due(book, one, at - Millis{1});
  settle_clock(book, one, *one.mutable_resolution(), kFullResolution, at);
}

void cancel_clocks(state::Case& one) {
  cancel(*one.mutable_first_reply());
  cancel(*one.mutable_resolution());
}

}  // namespace earshot::desk
