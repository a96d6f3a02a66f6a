#include "processors/customer/days.h"

#include <algorithm>

#include "base/varint.h"
#include "earshot/check.h"

namespace earshot {
namespace {

static_assert(day_of(kNever) == kDayMax);

std::string varint(DayNumber value) {
  std::string bytes;
  append_varint(bytes, static_cast<std::uint64_t>(value));
  return bytes;
}

// Goes through the days of a set. After next() gave true, `day` is the day and `begin` where its bytes start.
struct Walk {
  std::string_view bytes;
  std::size_t begin = 0;
  std::size_t end = 0;
  DayNumber day = -1;
  bool is_broken = false;

  bool next() {
    if (end >= bytes.size()) return false;
    begin = end;
    std::string_view rest = bytes.substr(begin);
    const auto skipped = take_varint(rest);
    is_broken = !skipped || *skipped >= static_cast<std::uint64_t>(kDayMax - day);
    if (is_broken) return false;
    end = bytes.size() - rest.size();
    day += static_cast<DayNumber>(*skipped) + 1;
    return true;
  }
};

}  // namespace

Result<DaySet> DaySet::parse(std::string_view bytes) {
  DaySet set;
  Walk walk{bytes};
  while (walk.next()) {
    if (set.count_++ == 0) set.first_ = walk.day;
    set.last_ = walk.day;
  }
  if (walk.is_broken) {
    return Error{ErrorKind::Corrupt, "the set of active days is not readable at byte " + std::to_string(walk.begin)};
  }
  set.bytes_ = bytes;
  return set;
}

DaySet DaySet::kept(std::string_view bytes, int count, DayNumber first, DayNumber last) {
  DaySet set;
  set.bytes_ = bytes;
  set.count_ = count;
  set.first_ = first;
  set.last_ = last;
  return set;
}

DaySet DaySet::united(std::span<const DaySet> sets) {
  std::vector<DayNumber> all;
  for (const DaySet& set : sets) {
    for (Walk walk{set.bytes_}; walk.next();) all.push_back(walk.day);
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  DaySet result;
  for (const DayNumber day : all) result.append(day);
  return result;
}

void DaySet::append(DayNumber day) {
  if (count_ == 0) first_ = day;
  bytes_ += varint(count_ == 0 ? day : day - last_ - 1);
  last_ = day;
  count_ += 1;
}

bool DaySet::insert(DayNumber day) {
  EARSHOT_CHECK(day >= 0 && day <= kDayMax, "a day lies between those of kEarliest and kNever");
  if (count_ == 0 || day > last_) {
    append(day);
    return true;
  }
  DayNumber before = -1;
  Walk walk{bytes_};
  while (walk.next() && walk.day < day) before = walk.day;
  if (walk.day == day) return false;
  // The gap before the next day becomes two.
  bytes_.replace(walk.begin, walk.end - walk.begin, varint(day - before - 1) + varint(walk.day - day - 1));
  first_ = std::min(first_, day);
  count_ += 1;
  return true;
}

bool DaySet::contains(DayNumber day) const {
  for (Walk walk{bytes_}; walk.next() && walk.day <= day;) {
    if (walk.day == day) return true;
  }
  return false;
}

std::optional<DayNumber> DaySet::first() const {
  if (count_ == 0) return std::nullopt;
  return first_;
}

std::optional<DayNumber> DaySet::last() const {
  if (count_ == 0) return std::nullopt;
  return last_;
}

std::vector<DayNumber> DaySet::days() const {
  std::vector<DayNumber> days;
  for (Walk walk{bytes_}; walk.next();) days.push_back(walk.day);
  return days;
}

}  // namespace earshot
