#include "processors/desk/calendar.h"

#include <string>

#include <gtest/gtest.h>

#include "base/zone.h"

namespace earshot {
namespace {

using namespace std::chrono_literals;

Timestamp at(const char* text) { return parse_rfc3339(text).value(); }

std::chrono::year_month_day date(int year, unsigned month, unsigned day) {
  return {std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
}

OpeningHours office_hours() {  // Mon-Fri 09:00-17:00
  OpeningHours hours;
  for (int day = 0; day < 5; ++day) hours.week[static_cast<std::size_t>(day)] = {{9 * 60, 17 * 60}};
  return hours;
}

OpeningHours every_day(std::vector<LocalInterval> intervals) {
  OpeningHours hours;
  hours.week.fill(intervals);
  return hours;
}

Calendar calendar_of(const OpeningHours& hours, const char* zone = "UTC") {
  return Calendar::make(hours, Zone::load(zone).value().table()).value();
}

TEST(Calendar, AddsAcrossTheWeekend) {
  const Calendar office = calendar_of(office_hours());
  EXPECT_EQ(office.add(at("2026-11-20T16:00:00Z"), 8h), at("2026-11-23T16:00:00Z"));  // Friday to Monday
}

TEST(Calendar, EndsAtTheCloseAndNotAtTheNextOpening) {
  const Calendar office = calendar_of(office_hours());
  EXPECT_EQ(office.add(at("2026-11-23T09:00:00Z"), 8h), at("2026-11-23T17:00:00Z"));
  EXPECT_EQ(office.add(at("2026-11-23T09:00:00Z"), 8h + 1ms), at("2026-11-24T09:00:00.001Z"));
}

TEST(Calendar, CountsTheHoursOfTheDeskAndNotOfTheClockChange) {
  const Calendar office = calendar_of(office_hours(), "Europe/Berlin");
  const TimeRange range{at("2026-10-23T16:00:00+02:00"), at("2026-10-26T09:30:00+01:00")};
  EXPECT_EQ(range.to - range.from, 66h + 30min);
  EXPECT_EQ(office.business_time(range), 1h + 30min);
}

TEST(Calendar, TakesAMakeUpSaturdayAndSkipsAClosedWednesday) {
  OpeningHours hours = office_hours();
  hours.closed = {date(2026, 9, 30)};                          // a Wednesday
  hours.special = {{date(2026, 10, 3), {{9 * 60, 17 * 60}}}};  // a Saturday
  const Calendar shanghai = calendar_of(hours, "Asia/Shanghai");
  const TimeRange week{at("2026-09-28T00:00:00+08:00"), at("2026-10-05T00:00:00+08:00")};
  EXPECT_EQ(shanghai.business_time(week), 5 * 8h);
  EXPECT_EQ(shanghai.add(at("2026-09-29T16:00:00+08:00"), 2h), at("2026-10-01T10:00:00+08:00"));
  EXPECT_EQ(shanghai.add(at("2026-10-02T16:00:00+08:00"), 2h), at("2026-10-03T10:00:00+08:00"));
}

TEST(Calendar, MeasuresFirstResponsesInOpenHours) {
  const Calendar office = calendar_of(office_hours());
  const TimeRange over_the_weekend{at("2026-11-20T16:30:00Z"), at("2026-11-23T09:20:00Z")};
  EXPECT_EQ(over_the_weekend.to - over_the_weekend.from, 64h + 50min);
  EXPECT_EQ(office.business_time(over_the_weekend), 50min);
  EXPECT_EQ(office.business_time({at("2026-11-21T10:00:00Z"), at("2026-11-22T10:00:00Z")}), 0min);
}

TEST(Calendar, SpecialHoursWinOverClosedAndOverTheWeek) {
  OpeningHours hours = office_hours();
  hours.closed = {date(2026, 11, 24), date(2026, 11, 25)};
  hours.special = {{date(2026, 11, 24), {{600, 720}}}, {date(2026, 11, 26), {}}};
  const Calendar office = calendar_of(hours);
  const struct {
    const char* name;
    const char* day;
    Millis open;
  } rows[] = {{"the week", "2026-11-23T00:00:00Z", 8h},
              {"special and closed", "2026-11-24T00:00:00Z", 2h},
              {"closed", "2026-11-25T00:00:00Z", 0h},
              {"special without intervals", "2026-11-26T00:00:00Z", 0h},
              {"the week again", "2026-11-27T00:00:00Z", 8h}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(office.business_time({at(row.day), at(row.day) + 24h}), row.open);
  }
}

TEST(Calendar, IsHalfOpenAtItsEdges) {
  const Calendar office = calendar_of(office_hours());
  EXPECT_FALSE(office.is_open(at("2026-11-23T08:59:59.999Z")));
  EXPECT_TRUE(office.is_open(at("2026-11-23T09:00:00Z")));
  EXPECT_TRUE(office.is_open(at("2026-11-23T16:59:59.999Z")));
  EXPECT_FALSE(office.is_open(at("2026-11-23T17:00:00Z")));
}

TEST(Calendar, OpensAfterTheGapWhenItsOpeningIsSkipped) {
  const Calendar night = calendar_of(every_day({{150, 240}}), "Europe/Berlin");  // 02:30-04:00
  EXPECT_EQ(night.business_time({at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z")}), 1h);
  EXPECT_TRUE(night.is_open(at("2026-03-29T01:00:00Z")));
  EXPECT_FALSE(night.is_open(at("2026-03-29T00:59:59.999Z")));
  const Calendar inside_the_gap = calendar_of(every_day({{125, 170}}), "Europe/Berlin");
  EXPECT_EQ(inside_the_gap.business_time({at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z")}), 0h);
}

TEST(Calendar, OpensAtTheFirstAndClosesAtTheSecondOfARepeatedTime) {
  const Calendar night = calendar_of(every_day({{130, 150}}), "Europe/Berlin");  // 02:10-02:30
  EXPECT_EQ(night.business_time({at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z")}), 80min);
  // 01:00-02:30 and 02:30-04:00 overlap for an hour; it counts once.
  const Calendar united = calendar_of(every_day({{60, 150}, {150, 240}}), "Europe/Berlin");
  EXPECT_EQ(united.business_time({at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z")}), 4h);
}

TEST(Calendar, CountsNoInstantTwiceWhenClocksGoBackOverMidnight) {
  // In Newfoundland clocks went back from 00:01 to 23:01 of the day before.
  const Calendar late = calendar_of(every_day({{0, 60}, {23 * 60, 23 * 60 + 30}}), "America/St_Johns");
  const TimeRange night{at("2010-11-06T12:00:00Z"), at("2010-11-07T12:00:00Z")};
  // 23:00 first to 23:30 second is 90 minutes; 00:30 second to 01:00 comes after it, and 00:00 first lies within it.
  EXPECT_EQ(late.business_time(night), 90min + 90min);
}

TEST(Calendar, OpenDayAndNightIsElapsedTimeOnShortAndLongDays) {
  const struct {
    const char* zone;
    const char* from;
    const char* to;
  } rows[] = {{"Europe/Berlin", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"},     // 23 h
              {"Europe/Berlin", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"},     // 25 h
              {"America/Havana", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00"},    // back at 01:00 to 00:00
              {"America/St_Johns", "2010-11-06T00:00:00-02:30", "2010-11-08T00:00:00-03:30"},  // back over midnight
              {"Pacific/Apia", "2011-12-29T00:00:00-10:00", "2012-01-02T00:00:00+14:00"},      // a date left out
              {"Europe/Berlin", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.zone);
    const Calendar always = calendar_of(every_day({{0, 1440}}), row.zone);
    EXPECT_EQ(always.business_time({at(row.from), at(row.to)}), at(row.to) - at(row.from));
    EXPECT_EQ(Calendar::always_open().business_time({at(row.from), at(row.to)}), at(row.to) - at(row.from));
  }
}

TEST(Calendar, OfADeskThatNeverOpensHasNoDeadline) {
  const Calendar never = calendar_of(OpeningHours{});
  EXPECT_EQ(never.add(kEarliest, 1ms), std::nullopt);
  EXPECT_EQ(never.add(kEarliest, 0ms), kEarliest);
  EXPECT_EQ(never.business_time({kEarliest, kNever}), 0ms);
}

TEST(Calendar, WithSpecialDatesOnlyEndsWithTheLastOfThem) {
  OpeningHours hours;
  hours.special = {{date(2026, 12, 24), {{540, 720}}}, {date(9999, 12, 31), {{540, 600}}}};
  const Calendar fair = calendar_of(hours, "Europe/Berlin");
  EXPECT_EQ(fair.add(at("2026-01-01T00:00:00Z"), 3h), at("2026-12-24T12:00:00+01:00"));
  EXPECT_EQ(fair.add(at("2026-01-01T00:00:00Z"), 4h), at("9999-12-31T10:00:00+01:00"));
  EXPECT_EQ(fair.add(at("2026-01-01T00:00:00Z"), 4h + 1ms), std::nullopt);
}

TEST(Calendar, EndsWithTime) {
  const Calendar always = Calendar::always_open();
  EXPECT_EQ(always.add(kNever - 1ms, 1ms), kNever);
  EXPECT_EQ(always.add(kNever, 1ms), std::nullopt);
  EXPECT_EQ(always.add(kEarliest, Millis::max()), std::nullopt);
  EXPECT_EQ(always.business_time({kEarliest - 1h, kEarliest + 1h}), 1h);
}

TEST(Calendar, ARangeThatRunsBackwardsIsEmpty) {
  EXPECT_EQ(Calendar::always_open().business_time({kEarliest + 1h, kEarliest}), 0ms);
  EXPECT_EQ(Calendar::always_open().add(kEarliest + 1h, -1h), kEarliest + 1h);
}

TEST(OpeningHours, AreRefusedWithTheDayAndTheRemedy) {
  const auto with_monday = [](std::vector<LocalInterval> intervals) {
    OpeningHours hours;
    hours.week[0] = std::move(intervals);
    return hours;
  };
  OpeningHours twice;
  twice.special = {{date(2026, 12, 24), {}}, {date(2026, 12, 24), {{540, 600}}}};
  OpeningHours no_date;
  no_date.closed = {date(2026, 2, 29)};
  OpeningHours too_early;
  too_early.closed = {date(1969, 12, 31)};
  OpeningHours too_many;
  too_many.closed.assign(kCalendarDatesMax + 1, date(2026, 1, 1));
  std::vector<LocalInterval> many_intervals;
  for (int i = 0; i <= static_cast<int>(kIntervalsOfDayMax); ++i) many_intervals.push_back({i * 10, i * 10 + 5});
  const struct {
    const char* name;
    OpeningHours hours;
    const char* message;
  } rows[] = {
      {"crosses midnight", with_monday({{1320, 360}}),
       "monday: 22:00-06:00 ends before it begins; split what crosses midnight at 24:00"},
      {"empty", with_monday({{540, 540}}),
       "monday: 09:00-09:00 ends before it begins; split what crosses midnight at 24:00"},
      {"overlap", with_monday({{540, 720}, {719, 800}}), "monday: 09:00-12:00 and 11:59-13:20 overlap; join them"},
      {"order", with_monday({{780, 1020}, {540, 720}}),
       "monday: 13:00-17:00 and 09:00-12:00 are not in order; put the earlier one first"},
      {"after 24:00", with_monday({{540, 1441}}), "monday: an interval reaches outside 00:00-24:00"},
      {"before 00:00", with_monday({{-1, 60}}), "monday: an interval reaches outside 00:00-24:00"},
      {"many intervals", with_monday(many_intervals), "monday: 49 intervals; at most 48 are possible"},
      {"special date twice", twice, "2026-12-24: is a special date twice; keep one"},
      {"no date", no_date, "2026-02-29 is no date"},
      {"too early", too_early, "1969-12-31: outside the years 1970 to 9999"},
      {"too many dates", too_many, "more than 10000 closed and special dates; drop past ones"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto calendar = Calendar::make(row.hours, ZoneTable{});
    ASSERT_FALSE(calendar.has_value());
    EXPECT_EQ(calendar.error().kind, ErrorKind::Invalid);
    EXPECT_EQ(calendar.error().message, std::string("calendar: ") + row.message);
  }
}

TEST(OpeningHours, MayTouchAndLastTheWholeDay) {
  OpeningHours hours = every_day({{0, 720}, {720, 1440}});
  hours.closed.assign(kCalendarDatesMax, date(2026, 1, 1));
  EXPECT_TRUE(Calendar::make(hours, ZoneTable{}).has_value());
}

TEST(LocalInterval, IsReadAsItIsWritten) {
  EXPECT_EQ(parse_local_interval("09:00-17:30").value(), (LocalInterval{540, 1050}));
  EXPECT_EQ(parse_local_interval("00:00-24:00").value(), (LocalInterval{0, 1440}));
  for (const char* bad :
       {"", "9:00-17:00", "09:00", "09:00-", "09:00-17:60", "09:00-24:01", "09:00-25:00", "17:00-09:00", "09.00-17:00",
        "09:00_17:00", "09:00-17:00 ", "24:00-24:00", "ab:cd-ef:gh", "-1:00-17:00"}) {
    SCOPED_TRACE(bad);
    const auto interval = parse_local_interval(bad);
    ASSERT_FALSE(interval.has_value());
    EXPECT_EQ(interval.error().kind, ErrorKind::Invalid);
  }
}

}  // namespace
}  // namespace earshot
