#include "processors/desk/calendar.h"

#include <algorithm>
#include <map>

namespace earshot {
namespace {

constexpr int kMinutesOfDay = 24 * 60;
constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kDay = kMinutesOfDay * kMinute;
constexpr std::int64_t kWeek = 7 * kDay;
constexpr std::int64_t kMondayBeforeEpoch = -3;  // as a day number: 1970-01-01 was a Thursday

using Day = std::int64_t;  // a local date, 1970-01-01 is 0

Day day_of(WallTime local) { return std::chrono::floor<std::chrono::days>(local).time_since_epoch().count(); }
Day day_of(std::chrono::year_month_day date) { return std::chrono::sys_days{date}.time_since_epoch().count(); }
WallTime local_time(Day day, int minutes) { return WallTime{Millis{day * kDay + minutes * kMinute}}; }
std::size_t weekday(Day day) { return static_cast<std::size_t>(((day - kMondayBeforeEpoch) % 7 + 7) % 7); }

}  // namespace

// Makes the stretches from the earliest to the last. The days around each change of offset and the dates with hours of
// their own are written out; between them the week is followed.
class CalendarBuilder {
 public:
  CalendarBuilder(const OpeningHours& hours, const ZoneTable& zone) : hours_(hours), zone_(zone) {}

  Calendar build() {
    lay_out_week();
    for (const auto date : hours_.closed) exceptions_[day_of(date)] = nullptr;
    for (const SpecialDate& special : hours_.special) exceptions_[day_of(special.date)] = &special.intervals;

    follow_week(kEarliest);
    const std::vector<Day> days = days_to_write_out();
    for (std::size_t i = 0; i < days.size();) {
      const Day first = days[i];
      Day end = first;
      while (i < days.size() && days[i] == end) ++i, ++end;
      write_out(first, end);
      follow_week(zone_.first_instant(local_time(end, 0)));
    }
    return std::move(calendar_);
  }

 private:
  void lay_out_week() {
    for (std::size_t day = 0; day < hours_.week.size(); ++day) {
      for (const auto [open, close] : hours_.week[day]) {
        const std::int64_t midnight = static_cast<std::int64_t>(day) * kDay;
        calendar_.week_.push_back({midnight + open * kMinute, midnight + close * kMinute, calendar_.week_open_});
        calendar_.week_open_ += (close - open) * kMinute;
      }
    }
  }

  // The local times that a change of offset skips or repeats lie on the dates that clocks show before and after it.
  std::vector<Day> days_to_write_out() const {
    std::vector<Day> days;
    for (const auto& [day, intervals] : exceptions_) days.push_back(day);
    const auto& stretches = zone_.stretches();
    for (std::size_t i = 1; i < stretches.size(); ++i) {
      const auto at = stretches[i].from.time_since_epoch();
      const Day before = day_of(WallTime{at + stretches[i - 1].offset});
      const Day after = day_of(WallTime{at + stretches[i].offset});
      for (Day day = std::min(before, after); day <= std::max(before, after); ++day) days.push_back(day);
    }
    std::sort(days.begin(), days.end());
    days.erase(std::unique(days.begin(), days.end()), days.end());
    return days;
  }

  const std::vector<LocalInterval>& intervals_of(Day day) const {
    static const std::vector<LocalInterval> kClosed;
    const auto exception = exceptions_.find(day);
    if (exception == exceptions_.end()) return hours_.week[weekday(day)];
    return exception->second == nullptr ? kClosed : *exception->second;
  }

  std::int64_t open_so_far(std::int64_t at) const {
    return calendar_.stretches_.empty() ? 0 : calendar_.open_until(calendar_.stretches_.back(), at);
  }

  void follow_week(Timestamp from) {
    const std::int64_t begin = to_millis(std::max(from, kEarliest));
    const std::int64_t offset = zone_.local(from_millis(begin)).time_since_epoch().count() - begin;
    calendar_.stretches_.push_back({begin, open_so_far(begin), true, offset - kMondayBeforeEpoch * kDay, 0, 0});
  }

  void write_out(Day first, Day end) {
    const std::int64_t begin = to_millis(std::max(zone_.first_instant(local_time(first, 0)), kEarliest));
    std::int64_t open = open_so_far(begin);
    auto& spans = calendar_.spans_;
    const Calendar::Stretch stretch{begin, open, false, 0, spans.size(), 0};
    std::int64_t covered = begin;  // no instant counts twice
    for (Day day = first; day < end; ++day) {
      for (const LocalInterval& interval : intervals_of(day)) {
        const std::int64_t from =
            std::max<std::int64_t>(covered, to_millis(zone_.first_instant(local_time(day, interval.open))));
        const std::int64_t to = to_millis(closing(day, interval.close));
        if (to <= from) continue;
        spans.push_back({from, to, open});
        open += to - from;
        covered = to;
      }
    }
    calendar_.stretches_.push_back(stretch);
    calendar_.stretches_.back().spans_end = spans.size();
  }

  // 24:00 is where the next date begins, so that days side by side neither overlap nor leave a gap.
  Timestamp closing(Day day, int minutes) const {
    return minutes == kMinutesOfDay ? zone_.first_instant(local_time(day + 1, 0))
                                    : zone_.last_instant(local_time(day, minutes));
  }

  const OpeningHours& hours_;
  const ZoneTable& zone_;
  std::map<Day, const std::vector<LocalInterval>*> exceptions_;  // null: closed
  Calendar calendar_;
};

Result<Calendar> Calendar::make(const OpeningHours& hours, const ZoneTable& zone) {
  if (auto fault = fault_of(hours)) return std::move(*fault).in("calendar");
  return CalendarBuilder(hours, zone).build();
}

Calendar Calendar::always_open() {
  OpeningHours hours;
  hours.week.fill({{0, kMinutesOfDay}});
  return CalendarBuilder(hours, ZoneTable{}).build();
}

namespace {

// The open time before `at`: that before its span, and what of the span has passed. `none` before the first span.
template <class Spans>
std::int64_t open_within(const Spans& spans, std::int64_t at, std::int64_t none) {
  const auto after =
      std::partition_point(spans.begin(), spans.end(), [at](const auto& span) { return span.begin <= at; });
  if (after == spans.begin()) return none;
  const auto& span = *std::prev(after);
  return span.open_before + std::min(at, span.end) - span.begin;
}

// The first moment at which the open time is `open`, which lies within the spans.
template <class Spans>
std::int64_t moment_within(const Spans& spans, std::int64_t open) {
  const auto after =
      std::partition_point(spans.begin(), spans.end(), [open](const auto& span) { return span.open_before < open; });
  const auto& span = *std::prev(after);
  return span.begin + (open - span.open_before);
}

}  // namespace

std::span<const Calendar::Span> Calendar::spans_of(const Stretch& stretch) const {
  return std::span(spans_).subspan(stretch.spans_begin, stretch.spans_end - stretch.spans_begin);
}

std::int64_t Calendar::open_in_weeks(std::int64_t since_monday) const {
  return since_monday / kWeek * week_open_ + open_within(week_, since_monday % kWeek, 0);
}

std::int64_t Calendar::open_until(const Stretch& stretch, std::int64_t at) const {
  if (!stretch.follows_week) return open_within(spans_of(stretch), at, stretch.open_before);
  return stretch.open_before + open_in_weeks(at + stretch.to_week) - open_in_weeks(stretch.begin + stretch.to_week);
}

std::int64_t Calendar::open_until(Timestamp moment) const {
  const std::int64_t at = to_millis(std::clamp(moment, kEarliest, kNever));
  const auto after = std::partition_point(stretches_.begin(), stretches_.end(),
                                          [at](const Stretch& stretch) { return stretch.begin <= at; });
  return open_until(*std::prev(after), at);
}

Millis Calendar::business_time(const TimeRange& range) const {
  if (range.to <= range.from) return Millis{0};
  return Millis{open_until(range.to) - open_until(range.from)};
}

std::optional<Timestamp> Calendar::add(Timestamp from, Millis duration) const {
  if (duration <= Millis{0}) return from;
  if (duration > kNever - kEarliest) return std::nullopt;
  const std::int64_t target = open_until(from) + duration.count();
  const auto after = std::partition_point(stretches_.begin(), stretches_.end(),
                                          [target](const Stretch& stretch) { return stretch.open_before < target; });
  const Stretch& stretch = *std::prev(after);
  if (!stretch.follows_week) return from_millis(moment_within(spans_of(stretch), target));
  // Only the last stretch can end without reaching the target: in a week that is never open, or after kNever.
  if (week_open_ == 0) return std::nullopt;
  const std::int64_t open = target - stretch.open_before + open_in_weeks(stretch.begin + stretch.to_week);
  const std::int64_t weeks = (open - 1) / week_open_;
  const std::int64_t since_monday = weeks * kWeek + moment_within(week_, open - weeks * week_open_);
  const Timestamp reached = from_millis(since_monday - stretch.to_week);
  if (reached > kNever) return std::nullopt;
  return reached;
}

}  // namespace earshot
