#include "processors/desk/opening_hours.h"

#include <algorithm>
#include <string>

namespace earshot {
namespace {

using std::chrono::year_month_day;

constexpr int kMinutesOfDay = 24 * 60;
constexpr const char* kWeekdays[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

std::string two_digits(unsigned value) { return (value < 10 ? "0" : "") + std::to_string(value); }

std::string clock(int minutes) {
  return two_digits(static_cast<unsigned>(minutes) / 60) + ":" + two_digits(static_cast<unsigned>(minutes) % 60);
}

std::string written(const LocalInterval& interval) { return clock(interval.open) + "-" + clock(interval.close); }

std::string written(year_month_day date) {
  return std::to_string(static_cast<int>(date.year())) + "-" + two_digits(static_cast<unsigned>(date.month())) + "-" +
         two_digits(static_cast<unsigned>(date.day()));
}

// `hh:mm` from 00:00 to 24:00, or -1.
int parse_clock(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return -1;
  int digits[4] = {};
  for (int i = 0; const std::size_t at : {0u, 1u, 3u, 4u}) {
    if (text[at] < '0' || text[at] > '9') return -1;
    digits[i++] = text[at] - '0';
  }
  const int minutes = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3];
  return digits[2] > 5 || minutes > kMinutesOfDay ? -1 : minutes;
}

std::optional<Error> invalid(const std::string& day, const std::string& what) {
  return Error{ErrorKind::Invalid, day + ": " + what};
}

std::optional<Error> fault_of_day(const std::string& day, const std::vector<LocalInterval>& intervals) {
  if (intervals.size() > kIntervalsOfDayMax) {
    return invalid(day, std::to_string(intervals.size()) + " intervals; at most " + std::to_string(kIntervalsOfDayMax) +
                            " are possible");
  }
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    const auto [open, close] = intervals[i];
    if (open < 0 || open >= kMinutesOfDay || close < 0 || close > kMinutesOfDay) {
      return invalid(day, "an interval reaches outside 00:00-24:00");
    }
    if (close <= open) {
      return invalid(day, written(intervals[i]) + " ends before it begins; split what crosses midnight at 24:00");
    }
    if (i > 0 && open < intervals[i - 1].close) {
      const bool ascends = open >= intervals[i - 1].open;
      return invalid(day, written(intervals[i - 1]) + " and " + written(intervals[i]) +
                              (ascends ? " overlap; join them" : " are not in order; put the earlier one first"));
    }
  }
  return std::nullopt;
}

std::optional<Error> fault_of_date(year_month_day date) {
  if (!date.ok()) return Error{ErrorKind::Invalid, written(date) + " is no date"};
  if (const int year = static_cast<int>(date.year()); year < 1970 || year > 9999) {
    return invalid(written(date), "outside the years 1970 to 9999");
  }
  return std::nullopt;
}

}  // namespace

Result<LocalInterval> parse_local_interval(std::string_view text) {
  const LocalInterval interval{parse_clock(text.substr(0, 5)), text.size() == 11 ? parse_clock(text.substr(6)) : -1};
  if (interval.open < 0 || interval.close < 0 || text[5] != '-') {
    return Error{ErrorKind::Invalid,
                 "\"" + std::string(text.substr(0, 32)) + "\" is no interval; write it as 09:00-17:00"};
  }
  if (auto fault = fault_of_day(std::string(text), {interval})) return *std::move(fault);
  return interval;
}

std::optional<Error> fault_of(const OpeningHours& hours) {
  if (hours.closed.size() + hours.special.size() > kCalendarDatesMax) {
    return Error{ErrorKind::Invalid,
                 "more than " + std::to_string(kCalendarDatesMax) + " closed and special dates; drop past ones"};
  }
  for (std::size_t i = 0; i < hours.week.size(); ++i) {
    if (auto fault = fault_of_day(kWeekdays[i], hours.week[i])) return fault;
  }
  for (const year_month_day date : hours.closed) {
    if (auto fault = fault_of_date(date)) return fault;
  }
  std::vector<year_month_day> dates;
  for (const SpecialDate& special : hours.special) {
    if (auto fault = fault_of_date(special.date)) return fault;
    if (auto fault = fault_of_day(written(special.date), special.intervals)) return fault;
    dates.push_back(special.date);
  }
  std::sort(dates.begin(), dates.end());
  if (const auto twice = std::adjacent_find(dates.begin(), dates.end()); twice != dates.end()) {
    return invalid(written(*twice), "is a special date twice; keep one");
  }
  return std::nullopt;
}

}  // namespace earshot
