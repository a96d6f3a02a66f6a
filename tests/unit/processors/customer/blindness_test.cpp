// While a source cannot be heard, the silence of those who are active there does not count.
#include "processors/customer/blindness.h"

#include "processors/customer/silence_forecast.h"
#include "support/customer_feed.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix
using std::chrono::days;

// Every week on Monday, on channel `web`; the last time on day 63.
SilenceDue weekly(CustomerFeed& customer) {
  for (int n = 0; n < 10; ++n) customer.hear(customer.order(day(7 * n)));
  return silence_due({}, {day_of(day(0)), day(63), 9});
}

ConnectorGap gap(Timestamp from, Timestamp to, std::string connector = "web", std::vector<std::string> channels = {}) {
  return {std::move(connector), from, to, "it answers 500", std::move(channels), false};
}

ConnectorGap caught_up(ConnectorGap gap) {
  gap.caught_up = true;
  return gap;
}

// The signals raised by `until`, in order.
std::vector<SignalChanged> raised(CustomerFeed& customer, Timestamp until) {
  return signals_of(customer.pass_time_to(until), SignalKind::silent);
}

TEST(Blindness, PostponesASilenceByWhatCouldNotBeHeardOfIt) {
  struct Row {
    const char* what;
    std::vector<ConnectorGap> gaps;
    Millis postponed;
  };
  const Row rows[] = {
      {"none", {}, days{0}},
      {"of their channel", {gap(day(64), day(74))}, days{10}},
      {"of another source", {gap(day(64), day(74), "app")}, days{0}},
      {"of a source whose events have their channel", {gap(day(64), day(74), "shop-eu", {"shop", "web"})}, days{10}},
      {"of a source of that name with other channels", {gap(day(64), day(74), "web", {"shop"})}, days{0}},
      {"over before they were heard last", {gap(day(50), day(60))}, days{0}},
      {"begun before they were heard last", {gap(day(50), day(68))}, days{5}},
      {"two apart", {gap(day(64), day(66)), gap(day(67), day(68))}, days{3}},
      {"two that overlap", {gap(day(64), day(70)), gap(day(66), day(74))}, days{10}},
      {"one within another, told in the wrong order", {gap(day(66), day(68)), gap(day(64), day(74))}, days{10}},
      {"the same twice", {gap(day(64), day(74)), gap(day(64), day(74))}, days{10}},
      {"corrected later", {gap(day(64), day(90)), gap(day(64), day(70))}, days{6}},
      {"that lasted and was caught up", {gap(day(64), kNever), caught_up(gap(day(64), day(74)))}, days{0}},
      {"caught up at once", {caught_up(gap(day(64), day(74)))}, days{0}},
      {"after it was noticed", {gap(day(900), day(950))}, days{0}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    CustomerFeed customer;
    const SilenceDue due = weekly(customer);
    for (const ConnectorGap& one : row.gaps) customer.control(one);
    const auto signals = raised(customer, day(500));
    ASSERT_EQ(signals.size(), 2u);
    EXPECT_EQ(signals[0].since, due.watch + row.postponed);
    EXPECT_EQ(signals[1].since, due.act + row.postponed);
    EXPECT_EQ(signals[1].probability_permille, 800) << "what could be heard of the silence makes it so likely";
    const bool says_so = signals[1].reasons.size() > 2 && signals[1].reasons[2].starts_with("not counted: ");
    EXPECT_EQ(says_so, row.postponed > Millis{0});
  }
}

TEST(Blindness, WithoutAnEndNothingIsNoticedUntilItHasOne) {
  CustomerFeed customer;
  const SilenceDue due = weekly(customer);
  customer.pass_time_to(day(65));
  customer.control(gap(day(65), kNever));
  EXPECT_TRUE(raised(customer, day(400)).empty());
  EXPECT_LE(customer.feed().timers().size(), 2u) << "one look at a time, and what was armed before";
  customer.control(gap(day(65), day(395)));
  const Millis lasted = day(395) - day(65);
  EXPECT_TRUE(raised(customer, due.watch + lasted - Millis{60'000}).empty());
  const auto signals = raised(customer, due.watch + lasted + Blindness::kLookAgain);
  ASSERT_FALSE(signals.empty());
  EXPECT_EQ(signals[0].since, due.watch + lasted) << "dated exactly, though it was looked at later";
}

TEST(Blindness, ConcernsTheChannelsOnWhichACustomerIsActiveNotTheOnesOnWhichTheyTalk) {
  CustomerFeed customer;
  auto talk = customer.message(day(60));
  talk.channel = "email";
  const SilenceDue due = weekly(customer);
  customer.hear(talk, day(63));
  customer.control(gap(day(64), day(74), "email"));
  const auto signals = raised(customer, day(500));
  ASSERT_EQ(signals.size(), 2u);
  EXPECT_EQ(signals[1].since, due.act);
}

TEST(Blindness, RemembersABoundedNumberOfGaps) {
  CustomerFeed customer;
  const SilenceDue due = weekly(customer);
  for (int i = 0; i < Blindness::kGapsMax; ++i)
    customer.control(gap(day(64) + Millis{2 * i}, day(64) + Millis{2 * i + 1}));
  customer.control(gap(day(66), day(67)));
  const auto signals = raised(customer, day(500));
  ASSERT_EQ(signals.size(), 2u);
  EXPECT_EQ(signals[0].since, due.watch + days{1} + Millis{Blindness::kGapsMax - 1})
      << "the one that began first is forgotten";
}

TEST(Blindness, OfTheWholeWaitMovesItsEnd) {
  const Timestamp since = day(0);
  const std::vector<BlindSpan> blind{{day(2), day(4)}, {day(6), day(7)}};
  EXPECT_EQ(Blindness::postponed(since, day(2), blind), day(2)) << "it ends as the gap begins";
  EXPECT_EQ(Blindness::postponed(since, day(2) + Millis{1}, blind), day(4) + Millis{1});
  EXPECT_EQ(Blindness::postponed(since, day(4), blind), day(6)) << "and so up to the next gap";
  EXPECT_EQ(Blindness::postponed(since, day(5), blind), day(8));
}

}  // namespace
}  // namespace earshot
