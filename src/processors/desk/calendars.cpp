#include "processors/desk/calendars.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "base/zone.h"

namespace earshot::desk {
namespace {

constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

std::optional<std::size_t> day_of(std::string_view text) {
  const auto found = std::find(kDays.begin(), kDays.end(), text);
  if (found == kDays.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kDays.begin());
}

struct DayRange {
  std::size_t first = 0;
  std::size_t last = 0;
};

// `mon` or `mon-fri`.
std::optional<DayRange> days_of(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = day_of(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : day_of(text.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return DayRange{*first, *last};
}

// `2026-12-25`.
std::optional<std::chrono::year_month_day> date_of(std::string_view text) {
  const auto number = [&](std::size_t from, std::size_t length) {
    int value = -1;
    const char* end = text.data() + from + length;
    const auto [stopped, error] = std::from_chars(text.data() + from, end, value);
    return error == std::errc{} && stopped == end ? value : -1;
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = number(0, 4);
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return date;
}

Error wrong(std::string_view line, std::string_view example) {
  return {ErrorKind::Invalid, "\"" + std::string(line) + "\" is not like \"" + std::string(example) + "\""};
}

// `mon-fri` and `09:00-18:00`, around the one space.
std::pair<std::string_view, std::string_view> halves(std::string_view line) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return {line, {}};
  return {line.substr(0, space), line.substr(space + 1)};
}

Result<OpeningHours> hours_of(const CalendarSettings& settings) {
  OpeningHours hours;
  for (const std::string& line : settings.week) {
    const auto [days, times] = halves(line);
    const auto range = days_of(days);
    const auto interval = parse_local_interval(times);
    if (!range || !interval) return wrong(line, "mon-fri 09:00-18:00");
    for (std::size_t day = range->first; day <= range->last; ++day) hours.week[day].push_back(*interval);
  }
  for (const std::string& line : settings.closed) {
    const auto date = date_of(line);
    if (!date) return wrong(line, "2026-12-25");
    hours.closed.push_back(*date);
  }
  for (const std::string& line : settings.special) {
    const auto [day, times] = halves(line);
    const auto date = date_of(day);
    const auto interval = parse_local_interval(times);
    if (!date || !interval) return wrong(line, "2026-10-10 09:00-17:00");
    auto special = std::find_if(hours.special.begin(), hours.special.end(),
                                [&](const SpecialDate& one) { return one.date == *date; });
    if (special == hours.special.end()) special = hours.special.insert(special, SpecialDate{*date, {}});
    special->intervals.push_back(*interval);
  }
  const auto by_opening = [](const LocalInterval& a, const LocalInterval& b) { return a.open < b.open; };
  for (auto& day : hours.week) std::sort(day.begin(), day.end(), by_opening);
  for (auto& date : hours.special) std::sort(date.intervals.begin(), date.intervals.end(), by_opening);
  return hours;
}

}  // namespace

Result<Calendar> make_calendar(const CalendarSettings& settings) {
  const std::string what = "calendar " + settings.name;
  auto hours = hours_of(settings);
  if (!hours) return std::move(hours.error()).in(what);
  ZoneTable zone;
  if (!settings.zone.empty() && settings.zone != "UTC") {
    auto loaded = Zone::load(settings.zone);
    if (!loaded) return std::move(loaded.error()).in(what);
    zone = loaded->table();
  }
  auto calendar = Calendar::make(*hours, zone);
  if (!calendar) return std::move(calendar.error()).in(what);
  return calendar;
}

}  // namespace earshot::desk
