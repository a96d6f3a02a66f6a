#include "backtest/what_if.h"

#include <gtest/gtest.h>

namespace earshot::backtest {
namespace {

Timestamp on(int day) { return Timestamp{std::chrono::days{20'000 + day}}; }

Event opened(std::uint64_t id, std::uint64_t customer, CaseOrigin origin, Timestamp at,
             std::string department = "care") {
  CaseChanged change;
  change.case_id = {0, id};
  change.customer = {0, customer};
  change.origin = origin;
  change.department = std::move(department);
  change.opened_at = at;
  Event event;
  event.body = change;
  return event;
}

Event heard(std::uint64_t customer, Timestamp at, InputKind kind = InputKind::order) {
  ActivityRecorded activity;
  activity.kind = kind;
  activity.customer = {0, customer};
  activity.at = at;
  if (kind == InputKind::message)
    activity.message = Message{Direction::outbound, Author::agent, "agent-1", Visibility::everyone};
  Event event;
  event.body = activity;
  return event;
}

History history(const std::vector<Event>& events, Timestamp now = on(100)) {
  History made;
  made.now = now;
  for (const Event& event : events) made.take(event);
  return made;
}

TEST(WhatIf, TellsCasesMoreFewerMovedAndRerouted) {
  const History today = history({opened(1, 1, CaseOrigin::review, on(10)), opened(2, 2, CaseOrigin::silence, on(20)),
                                 opened(3, 3, CaseOrigin::message, on(30)), opened(9, 9, CaseOrigin::review, on(-5))});
  const History other =
      history({opened(1, 1, CaseOrigin::review, on(10), "quality"), opened(22, 2, CaseOrigin::silence, on(15)),
               opened(4, 4, CaseOrigin::silence, on(40))});
  const Comparison found = compare(today, other, on(0));
  EXPECT_EQ(found.today, 3);
  EXPECT_EQ(found.other, 3);
  ASSERT_EQ(found.more.size(), 1u);
  EXPECT_EQ(found.more[0].customer, (CustomerId{0, 4}));
  ASSERT_EQ(found.fewer.size(), 1u);
  EXPECT_EQ(found.fewer[0].customer, (CustomerId{0, 3}));
  ASSERT_EQ(found.moved.size(), 1u);
  EXPECT_EQ(found.moved[0].before.opened - found.moved[0].after.opened, std::chrono::days{5});
  ASSERT_EQ(found.rerouted.size(), 1u);
  EXPECT_EQ(found.rerouted[0].after.department, "quality");
}

TEST(WhatIf, PairsASilenceWithTheNearestOneOfTheSameCustomerOnly) {
  const History today = history({opened(1, 1, CaseOrigin::silence, on(0)), opened(2, 1, CaseOrigin::silence, on(300)),
                                 opened(3, 2, CaseOrigin::silence, on(10))});
  const History other =
      history({opened(4, 1, CaseOrigin::silence, on(290)), opened(5, 3, CaseOrigin::silence, on(10))});
  const Comparison found = compare(today, other, kEarliest);
  ASSERT_EQ(found.moved.size(), 1u);
  EXPECT_EQ(found.moved[0].before.opened, on(300));
  EXPECT_EQ(found.more.size(), 1u);
  EXPECT_EQ(found.fewer.size(), 2u);
}

TEST(WhatIf, SaysWhatBecameOfCustomers) {
  const History past = history(
      {heard(1, on(50)), heard(1, on(20)), heard(2, on(5)), heard(2, on(60), InputKind::message), heard(3, on(80))});
  const std::vector<PastCase> cases{{{0, 1}, {0, 1}, CaseOrigin::silence, "", on(40)},
                                    {{0, 2}, {0, 2}, CaseOrigin::silence, "", on(40)},
                                    {{0, 3}, {0, 3}, CaseOrigin::silence, "", on(90)}};
  const Fates fates = fates_of(cases, past);
  EXPECT_EQ(fates.came_back, 1);
  EXPECT_EQ(fates.silent, 1) << "what an agent wrote is no sign of life";
  EXPECT_EQ(fates.open, 1);
}

}  // namespace
}  // namespace earshot::backtest
