// The clock of one promise: how much of its time has passed, when it warns, when it is broken.
//
//      since                    half          most      deadline
//      ──┼───────────────────────┼─────────────┼───────────┼──────►
//        started                 50 %          80 %        breached, once, dated here
//
// A clock keeps the target and the calendar it was started with. Its instants are exact; timers are not its business.
// Pure functions over the stored value.
#pragma once

#include <optional>
#include <string>

#include "processors/desk/calendar.h"
#include "state/desk.pb.h"

namespace earshot::desk {

// Open hours of a calendar, or elapsed time.
class WorkingTime {
 public:
  explicit WorkingTime(const Calendar* calendar) : calendar_(calendar) {}
  Millis between(Timestamp from, Timestamp to) const;                 // 0 when it runs backwards
  std::optional<Timestamp> after(Timestamp from, Millis time) const;  // nothing: never

 private:
  const Calendar* calendar_;  // null: elapsed time
};

// `none`: no policy sets a target, but the time that would count is kept in case one comes to apply.
enum class ClockOutcome : std::uint32_t { none, running, met, breached, cancelled };

struct ClockTerms {
  std::string policy;
  std::string calendar;  // fingerprint; empty: elapsed time
  Millis target{};
};

// Starts the clock at `since`, with `elapsed` already used up. Warnings that are past by `now` are left out: they would
// come after the fact.
void start_clock(state::SlaClock& clock, const ClockTerms& terms, const WorkingTime& time, Timestamp since,
                 Millis elapsed, Timestamp now);

// There is no target at present; time goes on.
void idle_clock(state::SlaClock& clock, Timestamp since, Millis elapsed);

// What the clock has used up by `at`, under the calendar it was started with.
Millis elapsed_of(const state::SlaClock& clock, const WorkingTime& time, Timestamp at);

inline ClockOutcome outcome_of(const state::SlaClock& clock) { return static_cast<ClockOutcome>(clock.outcome()); }
inline bool is_running(const state::SlaClock& clock) { return outcome_of(clock) == ClockOutcome::running; }

// The next thing the clock will do, if nothing happens.
struct ClockDue {
  Timestamp at{};
  int percent = 0;  // 50, 80: a warning; 100: the breach
};
std::optional<ClockDue> next_due(const state::SlaClock& clock);

// The due thing was done.
void mark_done(state::SlaClock& clock, const ClockDue& due);

// What the promise was for happened at `at`. The caller has done everything that was due before. A clock that was
// breached before the news of it came is put right.
enum class Settled { nothing, met, corrected };
Settled settle(state::SlaClock& clock, Timestamp at);

void cancel(state::SlaClock& clock);

// The deadline to show: running or missed, but not settled.
std::optional<Timestamp> open_deadline(const state::SlaClock& clock);

}  // namespace earshot::desk
