// Notices when the wall clock cannot be trusted: somebody has set it.
//
// An event recorded under a wrong time stays in the log for ever, and timers fire for days that have not come. So while
// the clock is off nothing is recorded; when it is right again, work goes on.
#pragma once

#include <functional>

#include "earshot/result.h"
#include "earshot/time.h"

namespace earshot {

inline constexpr Millis kClockOffMax{5000};

class ClockWatch {
 public:
  // How much time has passed since any fixed moment, by a clock that nobody can set.
  using Passed = std::function<Millis()>;

  // Without `passed` the clock is believed: it is a test's or a demo's own.
  ClockWatch(const Clock& clock, Passed passed);

  // The time; or Unavailable while the clock is more than kClockOffMax from where it must be. One thread.
  Result<Timestamp> now();

 private:
  const Clock& clock_;
  Passed passed_;
  Millis ahead_{};  // of the wall clock, when it was last right
};

// Passed of this machine: goes on while it sleeps.
Millis time_since_boot();

}  // namespace earshot
