#include "processors/desk/sla_clock.h"

#include <gtest/gtest.h>

#include "processors/desk/calendars.h"

namespace earshot::desk {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Timestamp friday(int hour, int minute = 0) {
  return Timestamp{std::chrono::sys_days{std::chrono::year{2026} / 11 / 27}} + hours{hour} + minutes{minute};
}
Timestamp next_monday(int hour, int minute = 0) { return friday(hour, minute) + std::chrono::days{3}; }

const Calendar& week() {
  static const Calendar calendar = make_calendar({"week", "UTC", {"mon-fri 09:00-17:00"}, {}, {}}).value();
  return calendar;
}

state::SlaClock started(const Calendar* calendar, Timestamp since, Millis target) {
  state::SlaClock clock;
  start_clock(clock, {"standard", calendar == nullptr ? "" : "week", target}, WorkingTime(calendar), since, Millis{0},
              since);
  return clock;
}

TEST(SlaClock, EndsInOpenHoursOrElapsedTime) {
  EXPECT_EQ(open_deadline(started(&week(), friday(16), hours{8})), next_monday(16));
  EXPECT_EQ(open_deadline(started(nullptr, friday(16), hours{8})), friday(16) + hours{8});
}

TEST(SlaClock, WarnsAtHalfAndAtMostThenBreaksOnce) {
  state::SlaClock clock = started(&week(), friday(16), hours{10});
  std::vector<std::pair<Timestamp, int>> told;
  while (const auto due = next_due(clock)) {
    told.emplace_back(due->at, due->percent);
    mark_done(clock, *due);
  }
  const std::vector<std::pair<Timestamp, int>> expected{
      {next_monday(13), 50}, {next_monday(16), 80}, {next_monday(17) + hours{17}, 100}};
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0], expected[0]);
  EXPECT_EQ(told[1], expected[1]);
  EXPECT_EQ(told[2].first, next_monday(10) + std::chrono::days{1});
  EXPECT_EQ(outcome_of(clock), ClockOutcome::breached);
  EXPECT_TRUE(open_deadline(clock).has_value()) << "it stays visible until the promise is kept";
  EXPECT_EQ(settle(clock, told[2].first + hours{1}), Settled::nothing);
  EXPECT_FALSE(open_deadline(clock).has_value());
}

TEST(SlaClock, IsMetAtTheDeadlineAndNotAfter) {
  state::SlaClock clock = started(nullptr, friday(10), hours{1});
  state::SlaClock late = clock;
  EXPECT_EQ(settle(clock, friday(11)), Settled::met);
  EXPECT_EQ(settle(late, friday(11) + Millis{1}), Settled::nothing);
}

TEST(SlaClock, LeavesOutWarningsThatWouldComeAfterTheFact) {
  state::SlaClock clock;
  start_clock(clock, {"standard", "", hours{10}}, WorkingTime(nullptr), friday(0), Millis{0}, friday(9));
  const auto due = next_due(clock);
  ASSERT_TRUE(due.has_value());
  EXPECT_EQ(due->percent, 100);
}

TEST(SlaClock, KeepsWhatHasElapsedUnderOtherTerms) {
  state::SlaClock clock = started(&week(), friday(16), hours{8});
  const Millis used = elapsed_of(clock, WorkingTime(&week()), next_monday(10));
  EXPECT_EQ(used, hours{2});
  start_clock(clock, {"urgent", "", hours{3}}, WorkingTime(nullptr), next_monday(10), used, next_monday(10));
  EXPECT_EQ(open_deadline(clock), next_monday(11));
  start_clock(clock, {"urgent", "", hours{1}}, WorkingTime(nullptr), next_monday(10), used, next_monday(10));
  EXPECT_EQ(open_deadline(clock), next_monday(10)) << "more was used up than there is: it ends at once";
}

TEST(SlaClock, HasNoDeadlineUnderACalendarThatNeverOpensLongEnough) {
  const Calendar once = make_calendar({"once", "UTC", {}, {}, {"2026-11-27 09:00-10:00"}}).value();
  state::SlaClock clock = started(&once, friday(9), hours{2});
  EXPECT_FALSE(open_deadline(clock).has_value());
  EXPECT_EQ(next_due(clock)->percent, 50);
}

TEST(SlaClock, NeitherMeetsNorBreaksOnceCancelled) {
  state::SlaClock clock = started(nullptr, friday(10), hours{1});
  cancel(clock);
  EXPECT_FALSE(next_due(clock).has_value());
  EXPECT_EQ(settle(clock, friday(10, 30)), Settled::nothing);
  EXPECT_FALSE(open_deadline(clock).has_value());
}

}  // namespace
}  // namespace earshot::desk
