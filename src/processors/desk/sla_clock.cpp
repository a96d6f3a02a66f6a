#include "processors/desk/sla_clock.h"

#include <algorithm>

namespace earshot::desk {
namespace {

void set_outcome(state::SlaClock& clock, ClockOutcome outcome) {
  clock.set_outcome(static_cast<std::uint32_t>(outcome));
}

std::int64_t millis_or_never(std::optional<Timestamp> at) { return at ? to_millis(*at) : 0; }

}  // namespace

Millis WorkingTime::between(Timestamp from, Timestamp to) const {
  if (calendar_ != nullptr) return calendar_->business_time({from, to});
  return std::max(to - from, Millis{0});
}

std::optional<Timestamp> WorkingTime::after(Timestamp from, Millis time) const {
  if (calendar_ != nullptr) return calendar_->add(from, time);
  if (time >= kNever - from) return std::nullopt;
  return from + std::max(time, Millis{0});
}

void start_clock(state::SlaClock& clock, const ClockTerms& terms, const WorkingTime& time, Timestamp since,
                 Millis elapsed, Timestamp now) {
  const std::uint32_t instance = clock.instance();
  clock.Clear();
  clock.set_instance(instance);
  set_outcome(clock, ClockOutcome::running);
  clock.set_policy(terms.policy);
  clock.set_calendar(terms.calendar);
  clock.set_target_ms(terms.target.count());
  clock.set_elapsed_ms(elapsed.count());
  clock.set_since_ms(to_millis(since));
  // A share of the target that was used up before `since` is due at once.
  const auto when = [&](std::int64_t percent) { return time.after(since, terms.target * percent / 100 - elapsed); };
  clock.set_half_ms(millis_or_never(when(50)));
  clock.set_most_ms(millis_or_never(when(80)));
  clock.set_deadline_ms(millis_or_never(when(100)));
  if (clock.half_ms() != 0 && clock.half_ms() <= to_millis(now)) clock.set_warned(50);
  if (clock.most_ms() != 0 && clock.most_ms() <= to_millis(now)) clock.set_warned(80);
}

void idle_clock(state::SlaClock& clock, Timestamp since, Millis elapsed) {
  const std::uint32_t instance = clock.instance();
  clock.Clear();
  clock.set_instance(instance);
  clock.set_since_ms(to_millis(since));
  clock.set_elapsed_ms(elapsed.count());
}

Millis elapsed_of(const state::SlaClock& clock, const WorkingTime& time, Timestamp at) {
  return Millis{clock.elapsed_ms()} + time.between(from_millis(clock.since_ms()), at);
}

std::optional<ClockDue> next_due(const state::SlaClock& clock) {
  if (!is_running(clock)) return std::nullopt;
  if (clock.warned() < 50 && clock.half_ms() != 0) return ClockDue{from_millis(clock.half_ms()), 50};
  if (clock.warned() < 80 && clock.most_ms() != 0) return ClockDue{from_millis(clock.most_ms()), 80};
  if (clock.deadline_ms() == 0) return std::nullopt;
  return ClockDue{from_millis(clock.deadline_ms()), 100};
}

void mark_done(state::SlaClock& clock, const ClockDue& due) {
  if (due.percent == 100) {
    set_outcome(clock, ClockOutcome::breached);
  } else {
    clock.set_warned(static_cast<std::uint32_t>(due.percent));
  }
}

Settled settle(state::SlaClock& clock, Timestamp at) {
  clock.set_settled(true);
  if (outcome_of(clock) == ClockOutcome::none || outcome_of(clock) == ClockOutcome::cancelled) return Settled::nothing;
  const bool in_time = clock.deadline_ms() == 0 || to_millis(at) <= clock.deadline_ms();  // at the deadline is in time
  if (outcome_of(clock) == ClockOutcome::running && in_time) {
    set_outcome(clock, ClockOutcome::met);
    return Settled::met;
  }
  if (outcome_of(clock) == ClockOutcome::breached && in_time) {
    set_outcome(clock, ClockOutcome::met);
    return Settled::corrected;
  }
  return Settled::nothing;
}

void cancel(state::SlaClock& clock) {
  if (is_running(clock) || outcome_of(clock) == ClockOutcome::none) set_outcome(clock, ClockOutcome::cancelled);
}

std::optional<Timestamp> open_deadline(const state::SlaClock& clock) {
  const ClockOutcome outcome = outcome_of(clock);
  if (clock.settled() || clock.deadline_ms() == 0 ||
      (outcome != ClockOutcome::running && outcome != ClockOutcome::breached))
    return std::nullopt;
  return from_millis(clock.deadline_ms());
}

}  // namespace earshot::desk
