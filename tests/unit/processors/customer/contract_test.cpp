// A silence near the end of a contract, or in its first month, counts sooner.
#include "processors/customer/contract.h"

#include "processors/customer/silence_forecast.h"
#include "support/customer_feed.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix
using std::chrono::days;

// An order each week; the last one on day 63.
class Bound : public ::testing::Test {
 protected:
  void sign(Timestamp at, std::optional<Timestamp> renews, SubscriptionStatus status = SubscriptionStatus::active) {
    auto signs = customer_.activity(InputKind::subscription, at);
    signs.subscription = Subscription{"gold", status, renews};
    customer_.hear(signs);
  }
  void order_weekly() {
    for (int n = 0; n < 10; ++n) customer_.hear(customer_.order(day(7 * n)));
  }
  std::vector<SignalChanged> acts(Timestamp until) {
    auto signals = signals_of(customer_.pass_time_to(until), SignalKind::silent);
    std::erase_if(signals, [](const SignalChanged& one) { return one.level != SignalLevel::act; });
    return signals;
  }
  const Rhythm rhythm_{day_of(day(0)), day(63), 9};
  const SilenceDue usual_ = silence_due({}, rhythm_), sooner_ = silence_due({.act_permille = 700}, rhythm_);
  CustomerFeed customer_;
};

TEST_F(Bound, WhoWillSoonRenewIsMissedSooner) {
  order_weekly();
  const Timestamp renews = usual_.act + days{5};
  sign(day(63, 13), renews);
  const auto signals = acts(day(500));
  ASSERT_EQ(signals.size(), 1u);
  EXPECT_EQ(signals[0].since, std::max(sooner_.act, renews - days{30}));
  ASSERT_LT(signals[0].since, usual_.act);
  EXPECT_NE(signals[0].reasons[1].find("passed 0.70"), std::string::npos) << signals[0].reasons[1];
  EXPECT_EQ(signals[0].reasons[2], "contract renews on " + format_rfc3339(renews).substr(0, 10) + ", in " +
                                       std::to_string(std::chrono::ceil<days>(renews - signals[0].since).count()) +
                                       " days");
}

TEST_F(Bound, LongBeforeTheRenewalIsMissedAsUsual) {
  sign(day(0, 1), usual_.act + days{30} + Millis{1});
  order_weekly();
  const auto signals = acts(day(500));
  ASSERT_EQ(signals.size(), 1u);
  EXPECT_EQ(signals[0].since, usual_.act);
  EXPECT_NE(signals[0].reasons[1].find("passed 0.80"), std::string::npos) << signals[0].reasons[1];
}

TEST_F(Bound, TheDaysBeforeTheRenewalBeginInTheMiddleOfASilence) {
  const Timestamp begins = sooner_.act + (usual_.act - sooner_.act) / 2;
  sign(day(0, 1), begins + days{30});
  order_weekly();
  const auto signals = acts(day(500));
  ASSERT_EQ(signals.size(), 1u);
  EXPECT_EQ(signals[0].since, begins);
}

TEST_F(Bound, WithoutAContractNothingIsSooner) {
  sign(day(0, 1), usual_.act + days{5}, SubscriptionStatus::active);
  sign(day(0, 2), usual_.act + days{5}, SubscriptionStatus::cancelled);
  order_weekly();
  customer_.hear(customer_.payment(day(63), PaymentStatus::succeeded));  // what was cancelled is no longer a risk
  const auto signals = acts(day(500));
  ASSERT_EQ(signals.size(), 1u);
  EXPECT_EQ(signals[0].since, usual_.act);
}

// Of a contract that renews by itself nobody knows more than that it was in force.
TEST_F(Bound, WhatRunsByItselfIsNoContact) {
  order_weekly();
  sign(usual_.watch - days{1}, usual_.act + days{300});
  const auto signals = signals_of(customer_.pass_time_to(up_to_hour(usual_.watch)), SignalKind::silent);
  ASSERT_EQ(signals.size(), 1u) << "a renewal does not end a silence";
  CustomerSettings settings;
  settings.activity = {InputKind::order, InputKind::subscription};
  customer_.configure(settings);
  sign(up_to_hour(usual_.watch) + days{1}, std::nullopt);
  EXPECT_EQ(customer_.customer().silence_level(), 0) << "unless the tenant says that it is";
}

TEST(ContractDue, IsTheFirstMomentOfTheDaysThatCountSooner) {
  struct Row {
    const char* what;
    Contract contract;
    Timestamp due;
  };
  const Timestamp sooner = day(100), usual = day(120);
  for (const Row& row : std::vector<Row>{
           {"old, renews long after", {day(0), day(200)}, usual},
           {"old, without a renewal", {day(0), std::nullopt}, usual},
           {"first month over before", {day(70), std::nullopt}, usual},
           {"first month not over", {day(71), std::nullopt}, sooner},
           {"begins in the middle", {day(110), std::nullopt}, day(110)},
           {"renews within", {day(0), day(125)}, sooner},
           {"thirty days before come in the middle", {day(0), day(140)}, day(110)},
           {"thirty days before come at the usual moment", {day(0), day(150)}, usual},
           {"renewed before", {day(0), day(100)}, usual},
           {"renews a moment after", {day(0), day(100) + Millis{1}}, sooner},
       }) {
    SCOPED_TRACE(row.what);
    EXPECT_EQ(due_of(row.contract, 30, sooner, usual), row.due);
  }
}

}  // namespace
}  // namespace earshot
