// The set of distinct days on which a customer was active, in few bytes.
//
// A customer is a set of identity keys, and each key keeps its own days. When keys are linked the customer's days are
// the union, and when a link is undone each key still has its own: so the days themselves must be kept, not only their
// count. A day is the number of a UTC date, 1970-01-01 is 0. Most gaps fit one byte.
//
//   bytes:  varint(first day)  varint(gap - 1)  varint(gap - 1)  …      LEB128, shortest form, days ascending
//
// There is one encoding for one set, so equal sets have equal bytes. Not for several threads at once.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/result.h"
#include "earshot/time.h"

namespace earshot {

using DayNumber = std::int32_t;

// The day of kNever. Days lie between 0 and this.
inline constexpr DayNumber kDayMax = 2'932'896;

constexpr DayNumber day_of(Timestamp at) {
  return static_cast<DayNumber>(std::chrono::floor<std::chrono::days>(at).time_since_epoch().count());
}

class DaySet {
 public:
  // Reads what bytes() gave; Corrupt if it was anything else.
  static Result<DaySet> parse(std::string_view bytes);

  // The same without reading them, when what they hold was kept beside them.
  static DaySet kept(std::string_view bytes, int count, DayNumber first, DayNumber last);

  static DaySet united(std::span<const DaySet> sets);

  // Whether the day is new. Days may come in any order; later than all others is the quick case.
  bool insert(DayNumber day);

  bool contains(DayNumber day) const;
  int count() const { return count_; }
  bool empty() const { return count_ == 0; }
  std::optional<DayNumber> first() const;
  std::optional<DayNumber> last() const;
  std::vector<DayNumber> days() const;  // ascending

  const std::string& bytes() const { return bytes_; }
  bool operator==(const DaySet& other) const { return bytes_ == other.bytes_; }

 private:
  void append(DayNumber day);  // later than all others

  std::string bytes_;
  int count_ = 0;  // the rest can be read from the bytes; kept so that the common questions need no reading
  DayNumber first_ = 0;
  DayNumber last_ = 0;
};

}  // namespace earshot
