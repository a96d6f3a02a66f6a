#include "base/zone_table.h"

#include <algorithm>
#include <functional>
#include <string>

namespace earshot {
namespace {

constexpr std::chrono::hours kOffsetMax{26};

WallTime shifted(Timestamp at, std::chrono::seconds offset) { return WallTime{at.time_since_epoch() + offset}; }
Timestamp shifted(WallTime at, std::chrono::seconds offset) { return Timestamp{at.time_since_epoch() - offset}; }

}  // namespace

ZoneTable::ZoneTable(std::vector<Stretch> stretches) : stretches_(std::move(stretches)) {
  for (std::size_t i = 0; i + 1 < stretches_.size(); ++i) {
    ends_.push_back(shifted(stretches_[i + 1].from, stretches_[i].offset));
  }
}

Result<ZoneTable> ZoneTable::make(std::vector<Stretch> stretches) {
  if (stretches.empty()) return Error{ErrorKind::Invalid, "a time zone needs at least one offset"};
  for (const Stretch& stretch : stretches) {
    if (std::chrono::abs(stretch.offset) > kOffsetMax) {
      return Error{ErrorKind::Invalid,
                   "an offset of " + std::to_string(stretch.offset.count()) + " seconds is no time zone's"};
    }
  }
  const auto is_before = [](const Stretch& a, const Stretch& b) { return a.from < b.from; };
  ZoneTable table{std::move(stretches)};
  if (std::adjacent_find(table.stretches_.begin(), table.stretches_.end(), std::not_fn(is_before)) !=
          table.stretches_.end() ||
      std::adjacent_find(table.ends_.begin(), table.ends_.end(), std::greater_equal<>{}) != table.ends_.end()) {
    return Error{ErrorKind::Invalid, "the changes of a time zone's offset do not ascend"};
  }
  return table;
}

WallTime ZoneTable::local(Timestamp at) const {
  const auto after = std::upper_bound(stretches_.begin(), stretches_.end(), at,
                                      [](Timestamp when, const Stretch& stretch) { return when < stretch.from; });
  return shifted(at, after == stretches_.begin() ? after->offset : std::prev(after)->offset);
}

std::size_t ZoneTable::stretch_of(WallTime local) const {
  return static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), local) - ends_.begin());
}

Timestamp ZoneTable::first_instant(WallTime local) const {
  const std::size_t i = stretch_of(local);
  const Timestamp at = shifted(local, stretches_[i].offset);
  return i == 0 ? at : std::max(at, stretches_[i].from);
}

Timestamp ZoneTable::last_instant(WallTime local) const {
  std::size_t i = stretch_of(local);
  while (i + 1 < stretches_.size() && shifted(local, stretches_[i + 1].offset) >= stretches_[i + 1].from) ++i;
  const Timestamp at = shifted(local, stretches_[i].offset);
  return i == 0 ? at : std::max(at, stretches_[i].from);
}

}  // namespace earshot
