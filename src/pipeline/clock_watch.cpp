#include "pipeline/clock_watch.h"

#include <time.h>

#include <string>
#include <utility>

namespace earshot {

ClockWatch::ClockWatch(const Clock& clock, Passed passed) : clock_(clock), passed_(std::move(passed)) {
  if (passed_) ahead_ = clock_.now().time_since_epoch() - passed_();
}

Result<Timestamp> ClockWatch::now() {
  const Timestamp shown = clock_.now();
  if (!passed_) return shown;
  const Millis ahead = shown.time_since_epoch() - passed_();
  const Millis jump = ahead - ahead_;
  if (std::chrono::abs(jump) > kClockOffMax) {
    return Error{ErrorKind::Unavailable,
                 "the clock has jumped by " + std::to_string(jump.count()) +
                     " ms; nothing is recorded until it is right again; if it is right now, start again"};
  }
  ahead_ = ahead;  // small corrections are what clocks are for
  return shown;
}

Millis time_since_boot() {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::duration_cast<Millis>(std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec});
}

}  // namespace earshot
