// Business time: how much of a span of time a desk was open, and when so much open time will have passed.
//
// Deadlines are promises in opening hours. A desk has a weekly list of local intervals, dates on which it is closed,
// and special dates with intervals of their own that win over both (a make-up working day). Clocks are put forward and
// back; local times become instants so that no instant counts twice:
//   - a local time that is skipped means the first instant after the gap;
//   - a local time that comes twice opens at the first and closes at the second;
//   - 24:00 is the next local midnight; intervals that overlap after conversion are united.
//
// With F(t) = open time from kEarliest to t, business_time(a, b) = F(b) - F(a) and add(t, D) is the earliest u with
// F(u) = F(t) + D. F is kept as a table of stretches, so each call costs a few binary searches however long the span,
// and nothing can loop. Times outside [kEarliest, kNever] count as the nearer end.
//
// Immutable; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/zone_table.h"
#include "earshot/result.h"
#include "earshot/time.h"
#include "processors/desk/opening_hours.h"

namespace earshot {

struct TimeRange {  // [from, to)
  Timestamp from;
  Timestamp to;
};

class Calendar {
 public:
  // Invalid, naming the day and the remedy, if fault_of(hours) finds one.
  static Result<Calendar> make(const OpeningHours& hours, const ZoneTable& zone);

  // Open day and night: business time is elapsed time.
  static Calendar always_open();

  // The open time within the range; 0 if it is empty or runs backwards.
  Millis business_time(const TimeRange& range) const;

  // The earliest instant at which `duration` of open time has passed since `from`; `from` itself if the duration is not
  // above 0. Nothing if that much never passes before kNever.
  std::optional<Timestamp> add(Timestamp from, Millis duration) const;

  bool is_open(Timestamp at) const { return business_time({at, at + Millis{1}}) > Millis{0}; }

 private:
  friend class CalendarBuilder;

  struct Span {  // open from begin to end
    std::int64_t begin;
    std::int64_t end;
    std::int64_t open_before;  // open time before it
  };

  // Either a number of days that follow the week under one offset, or some days written out as spans.
  struct Stretch {
    std::int64_t begin;        // UTC milliseconds; holds until the next stretch
    std::int64_t open_before;  // F(begin)
    bool follows_week;
    std::int64_t to_week;     // added to UTC milliseconds: those since a local Monday midnight
    std::size_t spans_begin;  // of days written out
    std::size_t spans_end;
  };

  Calendar() = default;
  std::int64_t open_until(Timestamp at) const;  // F
  std::int64_t open_until(const Stretch& stretch, std::int64_t at) const;
  std::int64_t open_in_weeks(std::int64_t since_monday) const;
  std::span<const Span> spans_of(const Stretch& stretch) const;

  std::vector<Span> week_;      // milliseconds since Monday 00:00
  std::int64_t week_open_ = 0;  // open time of a whole week
  std::vector<Span> spans_;     // UTC milliseconds; open_before is F
  std::vector<Stretch> stretches_;
};

}  // namespace earshot
