// A time zone as a table: from when which offset holds. Loaded once, at the edge; computing with it is pure.
//
// A fold may not read the machine's time-zone files, and conversions through a library cost more than the arithmetic
// around them. So the changes of offset between kEarliest and kZoneTableEnd are copied into a table; the offset in
// force at its end stays from then on.
//
// Immutable; any thread.
#pragma once

#include <vector>

#include "earshot/result.h"
#include "earshot/time.h"

namespace earshot {

using WallTime = std::chrono::local_time<Millis>;  // what clocks show

inline constexpr Timestamp kZoneTableEnd{std::chrono::sys_days{std::chrono::year{2100} / 1 / 1}};

class ZoneTable {
 public:
  struct Stretch {
    Timestamp from;               // the first stretch also holds for all time before
    std::chrono::seconds offset;  // local time minus UTC
    bool operator==(const Stretch&) const = default;
  };

  ZoneTable() : ZoneTable({{kEarliest, std::chrono::seconds{0}}}) {}  // UTC

  // Stretches ascend, each longer than its offset shrinks after it; at least one.
  static Result<ZoneTable> make(std::vector<Stretch> stretches);

  WallTime local(Timestamp at) const;

  // The instant at which clocks show `local`. Shown twice: the first or the last of the two. Never shown, because
  // clocks were put forward over it: the first instant after the gap.
  Timestamp first_instant(WallTime local) const;
  Timestamp last_instant(WallTime local) const;

  const std::vector<Stretch>& stretches() const { return stretches_; }

 private:
  explicit ZoneTable(std::vector<Stretch> stretches);
  std::size_t stretch_of(WallTime local) const;  // the first in which clocks show `local`, or the one after its gap

  std::vector<Stretch> stretches_;
  std::vector<WallTime> ends_;  // what clocks show at the end of each stretch but the last
};

}  // namespace earshot
