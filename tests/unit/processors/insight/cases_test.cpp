#include <gtest/gtest.h>

#include "support/insight_feed.h"

namespace earshot::testing {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const Timestamp kDay = *parse_rfc3339("2026-11-20T00:00:00Z");
const Timestamp kNine = kDay + hours{9};
constexpr std::int64_t kHour = 3'600'000;

std::int64_t count(const InsightFeed& insight, bool by_day, Timestamp from, const std::string& kpi,
                   const std::string& dimension = "") {
  const auto row = insight.row(by_day, from, kpi, dimension);
  return row ? row->count : 0;
}

// What is shown of now beside the windows.
std::int64_t now_count(const InsightFeed& insight, const std::string& kpi, const std::string& dimension = "") {
  KpiQuery all;
  all.by_day = true;
  all.kpi = kpi;
  all.all_dimensions = true;
  std::int64_t found = 0;
  for (const KpiReported& row : insight.read(all)) {
    if (row.dimension == dimension && row.to - row.from == hours{1}) found = row.count;
  }
  return found;
}

TEST(InsightCases, AreActiveUntilResolvedByStateAndDepartment) {
  InsightFeed insight;
  const CaseOf a{.item = "a"};
  const CaseOf b{.item = "b", .channel = "app", .department = "billing"};
  insight.give(stepped(a, kNine, CaseStep::opened, CaseState::fresh));
  insight.give(stepped(b, kNine, CaseStep::opened, CaseState::fresh));
  insight.give(stepped(a, kNine + minutes{5}, CaseStep::assigned, CaseState::open));
  insight.pass_time_to(kNine + minutes{30});
  EXPECT_EQ(now_count(insight, "active"), 2);
  EXPECT_EQ(now_count(insight, "active", "state=new"), 1);
  EXPECT_EQ(now_count(insight, "active", "state=open"), 1);
  EXPECT_EQ(now_count(insight, "active", "state=open,department=care"), 1);
  EXPECT_EQ(now_count(insight, "active", "department=billing"), 1);

  CaseOf moved = a;
  moved.department = "billing";
  insight.give(stepped(moved, kNine + minutes{40}, CaseStep::transferred, CaseState::open));
  insight.give(stepped(b, kNine + minutes{50}, CaseStep::resolved, CaseState::resolved));
  insight.pass_time_to(kNine + hours{2});
  EXPECT_EQ(now_count(insight, "active"), 1);
  EXPECT_EQ(now_count(insight, "active", "department=care"), 0);
  EXPECT_EQ(now_count(insight, "active", "department=billing"), 1);
  EXPECT_EQ(now_count(insight, "active", "state=new"), 0);
  EXPECT_EQ(count(insight, false, kNine, "opened"), 2);
  EXPECT_EQ(count(insight, false, kNine, "resolution_events"), 1);
  EXPECT_EQ(count(insight, false, kNine, "resolved", "department=billing"), 1);
}

TEST(InsightCases, AreResolvedInTheWindowOfTheLastResolutionIfStillResolvedAtItsEnd) {
  InsightFeed insight;
  const CaseOf one{};
  insight.give(stepped(one, kNine, CaseStep::opened, CaseState::fresh));
  insight.give(stepped(one, kNine + minutes{10}, CaseStep::resolved, CaseState::resolved));
  insight.pass_time_to(kNine + hours{1});
  EXPECT_EQ(count(insight, false, kNine, "resolved"), 1);
  EXPECT_EQ(count(insight, true, kDay, "resolved"), 1);

  // Reopened in the next hour: at the end of the hour it was resolved, at the end of the day it is not.
  insight.give(stepped(one, kNine + hours{1}, CaseStep::reopened, CaseState::open));
  insight.pass_time_to(kNine + hours{2});
  EXPECT_EQ(count(insight, false, kNine, "resolved"), 1);
  EXPECT_EQ(count(insight, true, kDay, "resolved"), 0);

  // Resolved again the next day: that is now the last resolution.
  insight.give(stepped(one, kNine + days{1}, CaseStep::resolved, CaseState::resolved));
  insight.pass_time_to(kNine + days{1} + hours{1});
  EXPECT_EQ(count(insight, false, kNine, "resolved"), 0);
  EXPECT_EQ(count(insight, true, kDay, "resolved"), 0);
  EXPECT_EQ(count(insight, true, kDay + days{1}, "resolved"), 1);
  EXPECT_EQ(count(insight, true, kDay, "resolution_events"), 1);
  EXPECT_EQ(count(insight, true, kDay, "reopened"), 1);
}

TEST(InsightCases, MoveWithTheirIssueTypeAndLeaveTheCountsWhenMerged) {
  InsightFeed insight;
  const CaseOf a{.item = "a", .issue = IssueType::refund};
  CaseOf b{.item = "b", .issue = IssueType::service};
  insight.give(stepped(a, kNine, CaseStep::opened, CaseState::fresh));
  insight.give(stepped(b, kNine, CaseStep::opened, CaseState::fresh));
  insight.pass_time_to(kNine + hours{1});
  EXPECT_EQ(count(insight, true, kDay, "cases"), 2);
  EXPECT_EQ(count(insight, true, kDay, "cases", "issue_type=service"), 1);

  b.issue = IssueType::refund;
  insight.give(stepped(b, kNine + days{1}, CaseStep::assigned, CaseState::open));
  insight.pass_time_to(kNine + days{1} + hours{1});
  EXPECT_EQ(count(insight, true, kDay, "cases"), 2) << "a reclassification does not change the sum";
  EXPECT_EQ(count(insight, true, kDay, "cases", "issue_type=service"), 0);
  EXPECT_EQ(count(insight, true, kDay, "cases", "issue_type=refund"), 2);

  insight.give(stepped(b, kNine + days{2}, CaseStep::merged, CaseState::merged));
  insight.pass_time_to(kNine + days{2} + hours{1});
  EXPECT_EQ(count(insight, true, kDay, "cases"), 1);
  EXPECT_EQ(count(insight, true, kDay, "opened"), 2) << "the flow still shows that both were opened";
  EXPECT_EQ(count(insight, true, kDay + days{2}, "merged"), 1);
  EXPECT_EQ(now_count(insight, "active"), 1);
}

TEST(InsightCases, LeaveTheActiveOnesByEachWayUnderItsOwnName) {
  const struct {
    CaseStep step;
    CaseState to;
    const char* kpi;
  } rows[] = {{CaseStep::resolved, CaseState::resolved, "resolution_events"},
              {CaseStep::closed, CaseState::closed, "closed_unresolved"},
              {CaseStep::merged, CaseState::merged, "merged"}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.kpi);
    InsightFeed insight;
    insight.give(stepped({}, kNine, CaseStep::opened, CaseState::fresh));
    insight.give(stepped({}, kNine + hours{1}, row.step, row.to));
    // What happens to a case that is no longer active does not leave it once more.
    if (row.to == CaseState::resolved) insight.give(stepped({}, kNine + hours{2}, CaseStep::closed, CaseState::closed));
    insight.pass_time_to(kNine + hours{3});
    EXPECT_EQ(count(insight, false, kNine, "active"), 1);
    EXPECT_EQ(now_count(insight, "active"), 0);
    for (const auto& other : rows)
      EXPECT_EQ(count(insight, true, kDay, other.kpi), other.kpi == row.kpi ? 1 : 0) << other.kpi;
  }
}

TEST(InsightCases, GiveFirstResponseInCalendarAndBusinessTime) {
  InsightFeed insight;
  for (int i = 1; i <= 10; ++i) {
    insight.give(
        lasted({.item = "c" + std::to_string(i)}, MeasureKind::first_response, kNine, i * kHour, i * kHour / 2));
  }
  insight.pass_time_to(kNine + hours{2});
  const auto calendar = insight.row(true, kDay, "first_response", "department=care");
  EXPECT_EQ(calendar->count, 10);
  EXPECT_EQ(calendar->value_milli, 5'500 * kHour);
  EXPECT_EQ(calendar->p50, 5 * kHour) << "for an even count the lower middle value";
  EXPECT_EQ(calendar->p90, 9 * kHour);
  EXPECT_EQ(calendar->max, 10 * kHour);
  EXPECT_TRUE(calendar->low_n);
  EXPECT_EQ(insight.row(true, kDay, "first_response_business")->max, 5 * kHour);
}

TEST(InsightCases, TakeTheEarliestReplyAsTheFirst) {
  InsightFeed insight;
  const CaseOf one{};
  insight.give(lasted(one, MeasureKind::first_response, kNine + hours{1}, 2 * kHour, kHour));
  insight.pass_time_to(kNine + hours{2});
  // A merged case brings an earlier reply with it.
  insight.give(kNine + hours{2}, lasted(one, MeasureKind::first_response, kNine, kHour, kHour));
  insight.pass_time_to(kNine + hours{3});
  EXPECT_EQ(count(insight, false, kNine + hours{1}, "first_response"), 0);
  EXPECT_EQ(insight.row(false, kNine, "first_response")->max, kHour);
  EXPECT_EQ(insight.row(true, kDay, "first_response")->count, 1);
}

TEST(InsightCases, ShowUnansweredCasesAndTheirOldestAge) {
  InsightFeed insight;
  const CaseOf a{.item = "a"};
  const CaseOf b{.item = "b"};
  MeasureTaken proactive = stepped({.item = "p"}, kNine, CaseStep::opened, CaseState::fresh);
  proactive.outcome = "";  // nobody wrote yet
  insight.give(stepped(a, kNine, CaseStep::opened, CaseState::fresh));
  insight.give(proactive);
  insight.give(stepped(b, kNine + hours{3}, CaseStep::opened, CaseState::fresh));
  insight.pass_time_to(kNine + hours{5});
  EXPECT_EQ(now_count(insight, "unanswered"), 2) << "nobody waits in a case that we began";
  EXPECT_EQ(count(insight, false, kNine, "still_unanswered"), 1);
  KpiQuery query;
  query.kpi = "unanswered";
  EXPECT_EQ(insight.read(query).back().max, 5 * kHour);

  insight.give(lasted(a, MeasureKind::first_response, kNine + hours{5}, 5 * kHour, 5 * kHour));
  MeasureTaken wrote = stepped({.item = "p"}, kNine + hours{5}, CaseStep::attached, CaseState::fresh);
  wrote.outcome = "waiting";
  insight.give(wrote);
  insight.pass_time_to(kNine + hours{6});
  EXPECT_EQ(now_count(insight, "unanswered"), 2) << "one was answered, and the customer we wrote to now waits";
  EXPECT_EQ(insight.read(query).back().max, 3 * kHour);
  insight.give(stepped(b, kNine + hours{6}, CaseStep::resolved, CaseState::resolved));
  insight.give(stepped({.item = "p"}, kNine + hours{6}, CaseStep::merged, CaseState::merged));
  insight.pass_time_to(kNine + hours{7});
  EXPECT_EQ(now_count(insight, "unanswered"), 0);
  EXPECT_EQ(insight.read(query).back().max, std::nullopt);
}

TEST(InsightCases, AreNoLongerUnansweredHoweverLateTheReply) {
  InsightFeed insight;
  const CaseOf a{.item = "a"};
  insight.give(stepped(a, kNine, CaseStep::opened, CaseState::fresh));
  insight.pass_time_to(kNine + hours{1});
  EXPECT_EQ(now_count(insight, "unanswered"), 1);
  const Timestamp late = kNine + hours{24 * 60};  // the hour of the opening is frozen by then
  insight.give(late, lasted(a, MeasureKind::first_response, late, 60 * 24 * kHour, 60 * 24 * kHour));
  insight.pass_time_to(late + hours{1});
  EXPECT_EQ(now_count(insight, "unanswered"), 0);
}

TEST(InsightCases, GiveFirstAndFullResolutionAtTheLastOne) {
  InsightFeed insight;
  const CaseOf one{};
  insight.give(lasted(one, MeasureKind::resolution, kNine, 6 * kHour, 2 * kHour));
  insight.pass_time_to(kNine + hours{1});
  EXPECT_EQ(insight.row(true, kDay, "resolution")->max, 6 * kHour);
  insight.give(lasted(one, MeasureKind::resolution, kNine + days{1}, 25 * kHour, 9 * kHour));
  insight.pass_time_to(kNine + days{1} + hours{1});
  EXPECT_EQ(insight.row(true, kDay, "resolution")->count, 0);
  EXPECT_EQ(insight.row(true, kDay + days{1}, "resolution")->max, 25 * kHour);
  EXPECT_EQ(insight.row(true, kDay + days{1}, "resolution_business")->max, 9 * kHour);
  EXPECT_EQ(insight.row(true, kDay + days{1}, "first_resolution")->max, 6 * kHour);
}

TEST(InsightCases, StayBalancedWhereDepartmentsHaveNoNameOfTheirOwn) {
  InsightFeed insight;
  for (int i = 0; i < 70; ++i) {
    const CaseOf one{.item = "c" + std::to_string(i), .department = "department-" + std::to_string(100 + i)};
    insight.give(stepped(one, kNine + minutes{i}, CaseStep::opened, CaseState::fresh));
  }
  insight.pass_time_to(kNine + hours{2});
  EXPECT_EQ(now_count(insight, "active"), 70);
  EXPECT_EQ(now_count(insight, "active", "department=other"), 6);
  EXPECT_EQ(now_count(insight, "active", "state=new,department=other"), 6);
  for (int i = 0; i < 70; ++i) {
    const CaseOf one{.item = "c" + std::to_string(i), .department = "department-" + std::to_string(100 + i)};
    insight.give(kNine + hours{3}, stepped(one, kNine + hours{3}, CaseStep::resolved, CaseState::resolved));
  }
  insight.pass_time_to(kNine + hours{4});
  for (const char* dimension : {"", "department=other", "state=new,department=other", "department=department-100"}) {
    EXPECT_EQ(now_count(insight, "active", dimension), 0) << dimension;
  }
}

TEST(InsightCases, GiveAttainmentOfMetAndBreachedOnly) {
  InsightFeed insight;
  for (int i = 0; i < 3; ++i) insight.give(promised({.item = "m" + std::to_string(i)}, kNine, "first_reply", "met"));
  insight.give(promised({.item = "b"}, kNine, "first_reply", "breached"));
  insight.give(promised({.item = "b"}, kNine, "first_reply", "breached"));
  insight.give(promised({.item = "c"}, kNine, "first_reply", "cancelled"));
  insight.give(promised({.item = "b"}, kNine, "full_resolution", "breached"));
  insight.pass_time_to(kNine + hours{1});
  const auto first_reply = insight.row(true, kDay, "sla_first_reply");
  EXPECT_EQ(first_reply->numerator, 3);
  EXPECT_EQ(first_reply->denominator, 4);
  EXPECT_EQ(first_reply->value_milli, 750);
  EXPECT_EQ(insight.row(true, kDay, "sla_full_resolution")->value_milli, 0);
  EXPECT_FALSE(insight.row(true, kDay, "sla_next_reply")) << "no data is not zero";
}

}  // namespace
}  // namespace earshot::testing
