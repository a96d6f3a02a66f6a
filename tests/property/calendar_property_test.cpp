// The laws of business time, and Calendar against a slow reading of the definition that asks the time-zone library for
// every single local time.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <absl/time/civil_time.h>
#include <absl/time/time.h>
#include <gtest/gtest.h>

#include "base/zone.h"
#include "processors/desk/calendar.h"
#include "support/random_test.h"

namespace earshot {
namespace {

using namespace std::chrono_literals;

constexpr int kCases = 100'000;
constexpr int kCasesOfCalendar = 200;
constexpr Timestamp kFirst{std::chrono::sys_days{std::chrono::year{2005} / 1 / 1}};
constexpr Timestamp kLast{std::chrono::sys_days{std::chrono::year{2032} / 1 / 1}};

// With and without changes of the clock: by an hour, by half an hour, at midnight, over midnight, by a day.
constexpr const char* kZones[] = {"UTC",
                                  "Asia/Shanghai",
                                  "Asia/Kathmandu",
                                  "Europe/Berlin",
                                  "America/New_York",
                                  "Australia/Lord_Howe",
                                  "America/Havana",
                                  "America/Sao_Paulo",
                                  "America/St_Johns",
                                  "Africa/Casablanca",
                                  "Pacific/Apia",
                                  "America/Scoresbysund"};

std::vector<LocalInterval> any_intervals(Random& random) {
  std::vector<int> minutes;
  for (auto n = random.below(4) * 2; n > 0; --n) {
    // Night hours often, since clocks change then.
    minutes.push_back(static_cast<int>(random.chance(0.4) ? random.between(0, 240) : random.between(0, 1440)));
  }
  if (random.chance(0.2)) minutes = {0, 1440};
  std::sort(minutes.begin(), minutes.end());
  std::vector<LocalInterval> intervals;
  for (std::size_t i = 0; i + 1 < minutes.size(); i += 2) {
    if (minutes[i] < minutes[i + 1]) intervals.push_back({minutes[i], minutes[i + 1]});
  }
  return intervals;
}

std::chrono::year_month_day any_date(Random& random) {
  const auto days = (kLast - kFirst) / std::chrono::days{1};
  return std::chrono::floor<std::chrono::days>(kFirst) + std::chrono::days{random.between(0, days)};
}

struct Desk {
  std::string zone;
  OpeningHours hours;
  Calendar calendar = Calendar::always_open();
  std::vector<Timestamp> clock_changes;
};

Desk any_desk(Random& random) {
  Desk desk;
  desk.zone = kZones[random.below(std::size(kZones))];
  const std::vector<LocalInterval> usual = any_intervals(random);
  for (auto& day : desk.hours.week) day = random.chance(0.7) ? usual : any_intervals(random);
  for (auto n = random.below(40); n > 0; --n) desk.hours.closed.push_back(any_date(random));
  std::map<std::chrono::year_month_day, std::vector<LocalInterval>> special;
  for (auto n = random.below(40); n > 0; --n) special[any_date(random)] = any_intervals(random);
  const ZoneTable zone = Zone::load(desk.zone).value().table();
  for (const auto& stretch : zone.stretches()) {
    if (stretch.from < kFirst || stretch.from >= kLast) continue;
    desk.clock_changes.push_back(stretch.from);
    // Hours of their own on days of a change, too.
    if (random.chance(0.3)) special[std::chrono::floor<std::chrono::days>(stretch.from)] = any_intervals(random);
  }
  for (auto& [date, intervals] : special) desk.hours.special.push_back({date, intervals});
  desk.calendar = Calendar::make(desk.hours, zone).value();
  return desk;
}

Timestamp any_time(Random& random, const Desk& desk) {
  if (!desk.clock_changes.empty() && random.chance(0.5)) {
    return desk.clock_changes[random.below(desk.clock_changes.size())] +
           Millis{random.between(-200'000'000, 200'000'000)};
  }
  const Timestamp at = kFirst + Millis{random.between(0, (kLast - kFirst).count())};
  return random.chance(0.5) ? std::chrono::floor<std::chrono::minutes>(at) : at;
}

// biz(c, a, b) as it is defined, date by date.
class Definition {
 public:
  explicit Definition(const Desk& desk) : hours_(desk.hours) {
    EXPECT_TRUE(absl::LoadTimeZone(desk.zone, &zone_));
    for (const auto date : hours_.closed) exceptions_[civil(date)] = {};
    for (const auto& special : hours_.special) exceptions_[civil(special.date)] = special.intervals;
  }

  Millis business_time(TimeRange range) const {
    std::vector<std::pair<Timestamp, Timestamp>> open;
    const absl::CivilDay end = day_of(range.to) + 2;
    for (absl::CivilDay day = day_of(range.from) - 2; day < end; ++day) {
      for (const LocalInterval& interval : intervals_of(day))
        open.push_back({opening(day, interval.open), closing(day, interval.close)});
    }
    std::sort(open.begin(), open.end());
    Millis sum{0};
    Timestamp covered = range.from;
    for (auto [from, to] : open) {
      from = std::max(from, covered);
      to = std::min(to, range.to);
      if (to <= from) continue;
      sum += to - from;
      covered = to;
    }
    return sum;
  }

 private:
  static absl::CivilDay civil(std::chrono::year_month_day date) {
    return absl::CivilDay(static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
                          static_cast<int>(static_cast<unsigned>(date.day())));
  }
  static Timestamp from_absl(absl::Time at) { return from_millis(absl::ToUnixMillis(at)); }
  absl::CivilDay day_of(Timestamp at) const {
    return absl::CivilDay(absl::ToCivilSecond(absl::FromUnixMillis(to_millis(at)), zone_));
  }
  std::vector<LocalInterval> intervals_of(absl::CivilDay day) const {
    const auto exception = exceptions_.find(day);
    if (exception != exceptions_.end()) return exception->second;
    return hours_.week[static_cast<std::size_t>(absl::GetWeekday(day))];
  }
  Timestamp opening(absl::CivilDay day, int minutes) const {
    const auto info = zone_.At(absl::CivilSecond(day) + minutes * 60);
    return from_absl(info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre);
  }
  Timestamp closing(absl::CivilDay day, int minutes) const {
    if (minutes == 1440) return opening(day + 1, 0);
    const auto info = zone_.At(absl::CivilSecond(day) + minutes * 60);
    return from_absl(info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.post);
  }

  const OpeningHours& hours_;
  absl::TimeZone zone_;
  std::map<absl::CivilDay, std::vector<LocalInterval>> exceptions_;
};

template <class Check>
void for_random_cases(std::uint64_t seed, int cases, Check check) {
  Random random{test::seed_of_test(seed)};
  for (int done = 0; done < cases;) {
    const Desk desk = any_desk(random);
    SCOPED_TRACE(desk.zone);
    for (int i = 0; i < kCasesOfCalendar && done < cases; ++i, ++done) {
      check(random, desk);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(CalendarLaws, BusinessTimeAddsUpAndIsNeverNegative) {
  for_random_cases(31, test::scaled(kCases), [](Random& random, const Desk& desk) {
    Timestamp t[] = {any_time(random, desk), any_time(random, desk), any_time(random, desk)};
    std::sort(std::begin(t), std::end(t));
    const Millis first = desk.calendar.business_time({t[0], t[1]});
    const Millis second = desk.calendar.business_time({t[1], t[2]});
    ASSERT_EQ(first + second, desk.calendar.business_time({t[0], t[2]}));
    ASSERT_TRUE(first >= 0ms && second >= 0ms && first <= t[1] - t[0] && second <= t[2] - t[1]);
  });
}

TEST(CalendarLaws, AddIsTheEarliestInstantWithSoMuchBusinessTime) {
  for_random_cases(32, test::scaled(kCases), [](Random& random, const Desk& desk) {
    const Timestamp from = any_time(random, desk);
    Millis duration{1 + random.between(0, random.chance(0.5) ? 40 * 3'600'000 : 20'000'000'000)};
    if (random.chance(0.5)) duration = std::chrono::ceil<std::chrono::hours>(duration);
    const auto until = desk.calendar.add(from, duration);
    if (!until) {
      ASSERT_LT(desk.calendar.business_time({from, kNever}), duration) << format_rfc3339(from);
      return;
    }
    ASSERT_EQ(desk.calendar.business_time({from, *until}), duration) << format_rfc3339(from);
    ASSERT_LT(desk.calendar.business_time({from, *until - 1ms}), duration) << format_rfc3339(from);
  });
}

TEST(CalendarLaws, AgreesWithTheDefinition) {
  Random random{test::seed_of_test(33)};
  for (int done = 0, cases = test::scaled(kCases); done < cases;) {
    const Desk desk = any_desk(random);
    const Definition definition(desk);
    for (int i = 0; i < kCasesOfCalendar && done < cases; ++i, ++done) {
      const Timestamp from = any_time(random, desk);
      const TimeRange range{from, from + Millis{random.between(0, random.chance(0.9) ? 400'000'000 : 5'000'000'000)}};
      ASSERT_EQ(desk.calendar.business_time(range), definition.business_time(range))
          << desk.zone << ' ' << format_rfc3339(range.from) << ' ' << format_rfc3339(range.to);
    }
  }
}

TEST(CalendarLaws, OpenDayAndNightIsElapsedTimeInEveryZone) {
  Random random{test::seed_of_test(34)};
  OpeningHours hours;
  hours.week.fill({{0, 1440}});
  for (const char* zone : kZones) {
    const Calendar always = Calendar::make(hours, Zone::load(zone).value().table()).value();
    for (int i = test::scaled(kCases / 10); i > 0; --i) {
      const Timestamp from = from_millis(random.between(0, to_millis(kNever)));
      const Millis length{random.between(0, random.chance(0.8) ? 10'000'000'000 : (kNever - from).count())};
      const Timestamp to = std::min(from + length, kNever);
      ASSERT_EQ(always.business_time({from, to}), to - from) << zone << ' ' << format_rfc3339(from);
      ASSERT_EQ(always.add(from, to - from), to) << zone << ' ' << format_rfc3339(from);
    }
  }
}

}  // namespace
}  // namespace earshot
