// Local time: the only place that knows time zones and formats of local times. The zone data is the system's.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/zone_table.h"
#include "earshot/result.h"
#include "earshot/time.h"

namespace earshot {

// A civil moment without a zone. Month and day count from 1.
struct LocalTime {
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  auto operator<=>(const LocalTime&) const = default;
};

// Immutable; any thread. Copies share the zone's data, which nobody writes.
class Zone {
 public:
  // `Asia/Shanghai`, `UTC`. NotFound when the system has no such zone, or the name would depend on the machine.
  static Result<Zone> load(std::string_view name);

  LocalTime local(Timestamp at) const;
  // A time that a clock change skipped or repeats is read with the offset before the change.
  Timestamp utc(const LocalTime& local) const;
  // The zone's offsets as a value, for folds, which may not read the system's data.
  ZoneTable table() const;
  // By a pattern of strptime (`%Y-%m-%d %H:%M:%S`). Nothing when the text does not follow it or names no real date.
  std::optional<Timestamp> parse(std::string_view text, std::string_view pattern) const;

 private:
  struct Data;
  explicit Zone(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;  // shared by copies of one zone
};

}  // namespace earshot
