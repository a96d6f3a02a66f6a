// When silence is noticed, when it is not, and what ends it. The moments come from the closed form, which
// silence_forecast_test.cpp holds against the golden table.
#include "processors/customer/silence_forecast.h"
#include "support/customer_feed.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix
using std::chrono::days;
using std::chrono::weeks;

constexpr Millis kMinute{60'000};

// Every week on Monday; the last time on day 63.
constexpr int kOrders = 10;
SilenceDue weekly(CustomerFeed& customer) {
  for (int n = 0; n < kOrders; ++n) customer.hear(customer.order(day(7 * n)));
  return silence_due({}, {day_of(day(0)), day(7 * (kOrders - 1)), kOrders - 1});
}

TEST(Silence, IsNoticedOnceAsAWatchAndOnceAsACase) {
  CustomerFeed customer;
  const SilenceDue due = weekly(customer);
  ASSERT_LT(due.watch, due.act);
  EXPECT_TRUE(customer.pass_time_to(up_to_hour(due.watch) - kMinute).empty());

  const auto watched = customer.pass_time_to(up_to_hour(due.watch));
  const auto watch = signals_of(watched, SignalKind::silent);
  ASSERT_EQ(watch.size(), 1u);
  EXPECT_TRUE(watch[0].raised);
  EXPECT_EQ(watch[0].level, SignalLevel::watch);
  EXPECT_EQ(watch[0].since, due.watch) << "the exact moment, not that of the timer";
  EXPECT_EQ(watch[0].probability_permille, 600);
  EXPECT_EQ(watch[0].clears_on, "next contact");
  ASSERT_FALSE(watch[0].reasons.empty());
  EXPECT_EQ(watch[0].reasons[0].substr(0, 17), "usual gap 7 days ");
  EXPECT_TRUE(Feed::only<CaseRequested>(watched).empty());
  EXPECT_EQ(Feed::only<CustomerChanged>(watched).at(0).risk, "watch");

  EXPECT_TRUE(customer.pass_time_to(up_to_hour(due.act) - kMinute).empty());
  const auto acted = customer.pass_time_to(up_to_hour(due.act));
  const auto act = signals_of(acted, SignalKind::silent);
  ASSERT_EQ(act.size(), 1u);
  EXPECT_EQ(act[0].level, SignalLevel::act);
  EXPECT_EQ(act[0].signal, watch[0].signal) << "the same silence";
  EXPECT_EQ(act[0].probability_permille, 800);
  const auto requests = Feed::only<CaseRequested>(acted);
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_TRUE(requests[0].proactive);
  EXPECT_EQ(requests[0].origin, CaseOrigin::silence);
  EXPECT_EQ(requests[0].at, due.act);
  EXPECT_EQ(requests[0].reasons, act[0].reasons);
  EXPECT_EQ(Feed::only<CustomerChanged>(acted).at(0).risk, "act");

  EXPECT_TRUE(customer.pass_time_to(day(2000)).empty()) << "nothing more is said about it";
}

TEST(Silence, GoesByTheNewestFitAndNamesIt) {
  const SilenceModel own{0.9, 4, 1.5, 2};
  CustomerFeed customer;
  customer.control(fitted_event({.forecast = own, .version = 3}));
  customer.control(fitted_event({.forecast = {5, 1, 1, 9}, .version = 2}));                    // older: changes nothing
  customer.control(fitted_event({.forecast = {5, 1, 1, 9}, .version = 9, .segment = "app"}));  // they are in none
  weekly(customer);
  const SilenceDue due = silence_due({own}, {day_of(day(0)), day(7 * (kOrders - 1)), kOrders - 1});
  const auto signals = signals_of(customer.pass_time_to(up_to_hour(due.watch)), SignalKind::silent);
  ASSERT_EQ(signals.size(), 1u);
  EXPECT_EQ(signals[0].since, due.watch);
  EXPECT_EQ(signals[0].model_version, 3);
  EXPECT_EQ(signals[0].segment, "");
}

CustomerSettings with_segments() {
  CustomerSettings settings;
  settings.segments = {{.name = "members", .plans = {"gold"}, .contract = true}, {.name = "web", .channels = {"web"}}};
  return settings;
}

TEST(Silence, GoesByTheFitOfTheSegmentTheCustomerIsIn) {
  const SilenceModel of_all{0.9, 4, 1.5, 2}, of_web{0.7, 3, 1.2, 2}, of_members{2, 9, 0.4, 3};
  CustomerFeed customer;
  customer.configure(with_segments());
  customer.control(fitted_event({.forecast = of_all, .version = 3}));
  const Rhythm rhythm{day_of(day(0)), day(7 * (kOrders - 1)), kOrders - 1};
  weekly(customer);

  // No fit of their segment yet: that of everybody. What is fitted later counts when the timer fires, or when they are
  // heard.
  customer.control(fitted_event({.forecast = of_web, .version = 4, .segment = "web"}));
  customer.control(
      fitted_event({.forecast = {5, 1, 1, 9}, .version = 4, .segment = "web"}));  // told twice: the first counts
  customer.control(fitted_event({.forecast = of_members, .version = 4, .segment = "members"}));
  const SilenceDue due = silence_due({of_web}, rhythm);
  ASSERT_GT(due.watch, silence_due({of_all}, rhythm).watch);
  const auto signals = signals_of(customer.pass_time_to(up_to_hour(due.watch)), SignalKind::silent);
  ASSERT_EQ(signals.size(), 1u);
  EXPECT_EQ(signals[0].since, due.watch);
  EXPECT_EQ(signals[0].model_version, 4);
  EXPECT_EQ(signals[0].segment, "web");

  // They sign a contract: another segment, in the same moment.
  auto signs = customer.activity(InputKind::subscription, customer.feed().now() + days{1});
  signs.subscription = Subscription{"gold", SubscriptionStatus::active, std::nullopt};
  customer.hear(signs);
  customer.hear(customer.order(signs.at));
  const SilenceDue later = silence_due({of_members}, {rhythm.first_day, signs.at, rhythm.repeat_days + 1});
  const auto members = signals_of(customer.pass_time_to(up_to_hour(later.watch)), SignalKind::silent);
  ASSERT_EQ(members.size(), 1u);
  EXPECT_EQ(members[0].since, later.watch);
  EXPECT_EQ(members[0].segment, "members");
}

// Customers of one day have no habit. Once the tenant's own curve is known they are forecast by it, and listed; nobody
// is sent after them.
TEST(Silence, OfCustomersOfOneDayIsForecastOnceAModelIsFittedAndOpensNoCase) {
  CustomerFeed unfitted;
  unfitted.hear(unfitted.order(day(0)));
  const auto young = signals_of(unfitted.pass_time_to(day(2000)), SignalKind::silent);
  ASSERT_EQ(young.size(), 1u) << "the rule for the young, and nothing else";
  EXPECT_EQ(young[0].level, SignalLevel::watch);
  EXPECT_EQ(young[0].since, day(0) + weeks{16});

  const SilenceModel own;
  CustomerFeed customer;
  customer.control(fitted_event({.forecast = own, .version = 1}));
  customer.hear(customer.order(day(0)));
  const SilenceDue due = silence_due({own}, {day_of(day(0)), day(0), 0});
  ASSERT_LT(due.act, day(0) + weeks{16});
  const auto emitted = customer.pass_time_to(day(2000));
  const auto signals = signals_of(emitted, SignalKind::silent);
  ASSERT_EQ(signals.size(), 1u);
  EXPECT_EQ(signals[0].level, SignalLevel::act);
  EXPECT_EQ(signals[0].since, due.act);
  EXPECT_EQ(signals[0].reasons.at(0).substr(0, 21), "heard on one day only");
  EXPECT_TRUE(Feed::only<CaseRequested>(emitted).empty());

  // Where many come once and few leave, the forecast is later than week 16: then the rule for the young speaks first.
  const SilenceModel patient{3, 30, 0.2, 4};
  CustomerFeed slow;
  slow.control(fitted_event({.forecast = patient, .version = 1}));
  slow.hear(slow.order(day(0)));
  ASSERT_GT(silence_due({patient}, {day_of(day(0)), day(0), 0}).act, day(0) + weeks{16});
  const auto both = signals_of(slow.pass_time_to(day(2000)), SignalKind::silent);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].level, SignalLevel::watch);
  EXPECT_EQ(both[0].since, day(0) + weeks{16});
  EXPECT_EQ(both[1].level, SignalLevel::act);
}

TEST(Silence, IsClearedByContactAndNoticedAnew) {
  CustomerFeed customer;
  const SilenceDue due = weekly(customer);
  const auto first = signals_of(customer.pass_time_to(up_to_hour(due.act)), SignalKind::silent);
  const Timestamp back = up_to_hour(due.act) + days{3};
  const auto emitted = customer.hear(customer.message(back));
  const auto cleared = signals_of(emitted, SignalKind::silent);
  ASSERT_EQ(cleared.size(), 1u);
  EXPECT_FALSE(cleared[0].raised);
  EXPECT_EQ(cleared[0].signal, first[0].signal);
  EXPECT_TRUE(signals_of(customer.hear(customer.message(back + days{1})), SignalKind::silent).empty()) << "once";
  const auto again = signals_of(customer.pass_time_to(back + days{400}), SignalKind::silent);
  ASSERT_EQ(again.size(), 2u);
  EXPECT_NE(again[0].signal, first[0].signal) << "another silence has another name";
}

TEST(Silence, WaitsLongerForEachSignOfLife) {
  CustomerFeed customer;
  const SilenceDue due = weekly(customer);
  customer.hear(customer.message(due.watch - kMinute));
  EXPECT_TRUE(customer.pass_time_to(due.watch + days{1}).empty());
}

// What we say, what others say about them, and what merely happens to them.
TEST(Silence, IsNotEndedByWhatTheCustomerDoesNotDo) {
  CustomerFeed customer;
  const SilenceDue due = weekly(customer);
  const Timestamp before = due.watch - kMinute;
  auto bot = customer.answer(before, "");
  bot.message->by = Author::bot;
  auto note = customer.answer(before);
  note.message->visibility = Visibility::internal;
  auto cancelled = customer.activity(InputKind::subscription, before);
  cancelled.subscription = Subscription{"plus", SubscriptionStatus::cancelled, std::nullopt};
  auto out_of_office = customer.message(before);  // their mailbox says it
  out_of_office.message->by = Author::bot;
  const ActivityRecorded none[] = {customer.answer(before),
                                   bot,
                                   note,
                                   out_of_office,
                                   cancelled,
                                   customer.activity(InputKind::survey_invited, before),
                                   customer.payment(before, PaymentStatus::failed),
                                   customer.activity(InputKind::deleted, before)};
  for (const ActivityRecorded& activity : none)
    EXPECT_TRUE(signals_of(customer.hear(activity), SignalKind::silent).empty());
  EXPECT_EQ(signals_of(customer.pass_time_to(up_to_hour(due.watch)), SignalKind::silent).size(), 1u);
  EXPECT_TRUE(signals_of(customer.hear(customer.answer(up_to_hour(due.watch))), SignalKind::silent).empty())
      << "nor is it over by our answer";
}

TEST(Silence, OfALateEventIsNoNewerThanTheEvent) {
  CustomerFeed customer;
  const SilenceDue due = weekly(customer);
  customer.pass_time_to(due.watch - kMinute);
  customer.hear(customer.review(day(2), 4), due.watch - kMinute);  // an old review that is heard of only now
  EXPECT_EQ(customer.facet().last_heard_ms(), to_millis(day(7 * (kOrders - 1))));
  const auto watch = signals_of(customer.pass_time_to(up_to_hour(due.watch)), SignalKind::silent);
  ASSERT_EQ(watch.size(), 1u);
  EXPECT_EQ(watch[0].since, due.watch);
}

TEST(Silence, IsTakenBackWhenLateNewsShowThatItWasNone) {
  CustomerFeed customer;
  const SilenceDue due = weekly(customer);
  const auto watch = signals_of(customer.pass_time_to(up_to_hour(due.watch)), SignalKind::silent);
  ASSERT_EQ(watch.size(), 1u);
  const Timestamp heard = up_to_hour(due.watch) + days{1};
  EXPECT_TRUE(signals_of(customer.hear(customer.review(day(2), 4), heard), SignalKind::silent).empty())
      << "it was silent all the same";
  const auto cleared = signals_of(customer.hear(customer.order(due.watch - days{2}), heard), SignalKind::silent);
  ASSERT_EQ(cleared.size(), 1u) << "they ordered two days before: the order came with tonight's file";
  EXPECT_FALSE(cleared[0].raised);
  EXPECT_EQ(cleared[0].signal, watch[0].signal);
  EXPECT_EQ(cleared[0].reasons[0].substr(0, 13), "heard of late");
  EXPECT_TRUE(customer.pass_time_to(heard + days{3}).empty());
  EXPECT_EQ(signals_of(customer.pass_time_to(heard + days{300}), SignalKind::silent).size(), 2u)
      << "but the next silence counts";
}

// The clock of a source runs ten years ahead.
TEST(Silence, IsNotedOfWhoWasHeardInTheFuture) {
  CustomerFeed customer;
  weekly(customer);
  const Timestamp last = day(7 * kOrders);
  customer.hear(customer.order(last + days{3650}), last);
  EXPECT_EQ(customer.facet().last_heard_ms(), to_millis(last));
  EXPECT_EQ(signals_of(customer.pass_time_to(last + days{182}), SignalKind::silent).size(), 2u);
}

TEST(Silence, OfTheYoungIsAWatchInWeek16AndNoCase) {
  CustomerFeed customer;
  customer.hear(customer.order(day(0)));
  const Timestamp due = day(0) + weeks{16};
  EXPECT_TRUE(customer.pass_time_to(due - kMinute).empty());
  const auto emitted = customer.pass_time_to(due);
  const auto watch = signals_of(emitted, SignalKind::silent);
  ASSERT_EQ(watch.size(), 1u);
  EXPECT_EQ(watch[0].level, SignalLevel::watch);
  EXPECT_EQ(watch[0].since, due);
  EXPECT_NE(watch[0].reasons[0].find("not again by week 16"), std::string::npos) << watch[0].reasons[0];
  EXPECT_TRUE(Feed::only<CaseRequested>(emitted).empty());
  EXPECT_EQ(Feed::only<CustomerChanged>(emitted).at(0).risk, "watch");
  EXPECT_TRUE(customer.pass_time_to(day(3000)).empty()) << "a habit of one day is none to break: nobody has to act";
}

TEST(Silence, OfTheYoungFollowsTheSettings) {
  CustomerFeed customer;
  CustomerSettings settings;
  settings.young_weeks = 4;
  customer.configure(settings);
  customer.hear(customer.order(day(0)));
  customer.hear(customer.order(day(0, 13)));  // the same day is one day
  EXPECT_TRUE(customer.pass_time_to(day(0, 13) + weeks{4} - kMinute).empty());
  EXPECT_EQ(signals_of(customer.pass_time_to(day(0, 13) + weeks{4}), SignalKind::silent).size(), 1u);
}

TEST(Silence, IsNotExpectedOfWhoNeverBoughtOrUsedAnything) {
  CustomerFeed customer;
  customer.hear(customer.review(day(0), 3));
  EXPECT_TRUE(customer.feed().timers().empty());
  CustomerSettings settings;
  settings.activity = {InputKind::review};
  customer.configure(settings);
  customer.hear(customer.review(day(1), 3));
  EXPECT_EQ(customer.feed().timers().size(), 1u) << "which kinds count is a setting";
}

// A timer is set only when the moment is earlier than the one that is set, because the habit has become a closer one.
TEST(Silence, NeedsFewTimersHoweverOftenTheCustomerComes) {
  CustomerFeed customer;
  for (int n = 0; n < 400; ++n) customer.hear(customer.order(day(n / 8, 6 + n % 8)));
  EXPECT_LE(customer.feed().timers().size(), 12u);
  EXPECT_EQ(signals_of(customer.pass_time_to(day(400)), SignalKind::silent).size(), 2u)
      << "and those that came too late say nothing";
}

TEST(Silence, OverInImportedHistoryOpensNoCase) {
  CustomerFeed customer;
  const SilenceDue due = weekly(customer);
  const Timestamp until = up_to_hour(due.act) + days{7};
  struct Row {
    const char* name;
    Timestamp until;
    std::size_t requests;
  };
  // `until` − 7 days is the bound: what is due then or later opens a case.
  for (const Row& row : {Row{"due more than 7 days before the end", until + kMinute, 0},
                         Row{"due just 7 days before", due.act + days{7}, 1}}) {
    SCOPED_TRACE(row.name);
    CustomerFeed imported;
    imported.control(ImportBegan{row.until});
    weekly(imported);
    const auto emitted = imported.pass_time_to(row.until);
    EXPECT_EQ(signals_of(emitted, SignalKind::silent).size(), 2u) << "it is known all the same";
    EXPECT_EQ(Feed::only<CaseRequested>(emitted).size(), row.requests);
  }
}

std::vector<std::string> outcomes_of(const std::vector<Emitted>& emitted) {
  std::vector<std::string> outcomes;
  for (const MeasureTaken& measure : Feed::only<MeasureTaken>(emitted)) outcomes.push_back(measure.outcome);
  return outcomes;
}

// One in five gets no case, whoever it is, for good; nobody else is treated otherwise.
TEST(Silence, OfAShareIsKeptUntouchedToSeeWhatReachingOutChanges) {
  CustomerSettings settings;
  settings.untouched_permille = 200;
  int untouched = 0;
  for (int i = 0; i < 300; ++i) {
    SCOPED_TRACE(i);
    CustomerFeed customer("customer:user-" + std::to_string(i));
    customer.configure(settings);
    const SilenceDue due = weekly(customer);
    customer.pass_time_to(up_to_hour(due.watch));
    const auto acted = customer.pass_time_to(up_to_hour(due.act));
    const bool has_case = !Feed::only<CaseRequested>(acted).empty();
    untouched += has_case ? 0 : 1;
    const std::string side = has_case ? "reached" : "untouched";
    EXPECT_EQ(outcomes_of(acted),
              has_case ? std::vector<std::string>{"raised"} : (std::vector<std::string>{"untouched", "raised"}));
    ASSERT_EQ(signals_of(acted, SignalKind::silent).size(), 1u) << "the signal is listed for all";
    EXPECT_EQ(signals_of(acted, SignalKind::silent)[0].reasons.back().starts_with("kept untouched"), !has_case);

    if (has_case) {
      const auto opened = customer.tell(customer.change(CaseStep::opened, CaseState::fresh), up_to_hour(due.act));
      EXPECT_EQ(outcomes_of(opened), std::vector<std::string>{"reached"});
      EXPECT_TRUE(outcomes_of(customer.tell(customer.change(CaseStep::attached, CaseState::fresh), up_to_hour(due.act)))
                      .empty())
          << "once";
    }

    // Back in time; and the share may change, but not the side on which somebody stands.
    settings.untouched_permille = has_case ? 500 : 0;
    customer.configure(settings);
    settings.untouched_permille = 200;
    const bool is_in_time = i % 2 == 0;
    const auto returned = customer.hear(customer.order(due.act + days{28} + Millis{is_in_time ? 0 : 1}));
    EXPECT_EQ(outcomes_of(returned), is_in_time ? (std::vector<std::string>{"cleared", side + "_returned"})
                                                : std::vector<std::string>{"cleared"});
    const auto again = customer.pass_time_to(day(3000));
    EXPECT_EQ(Feed::only<CaseRequested>(again).empty(), !has_case);
  }
  EXPECT_GT(untouched, 300 * 0.12);
  EXPECT_LT(untouched, 300 * 0.28);
}

// Unhappy feedback, or a case that nobody has resolved, leaves less room; what resolves it gives the room back.
TEST(Silence, OfTheUnhappyOpensACaseEarlier) {
  const SilenceDue usual = [] {
    CustomerFeed customer;
    return weekly(customer);
  }();
  const SilenceDue early = silence_due({{}, 182, 600, 700}, {day_of(day(0)), day(7 * (kOrders - 1)), kOrders - 1});
  ASSERT_LT(early.act, usual.act);
  struct Row {
    const char* what;
    void (*happens)(CustomerFeed&);
    bool is_early;
  };
  const Row rows[] = {
      {"nothing", [](CustomerFeed&) {}, false},
      {"a bad review on the last day", [](CustomerFeed& c) { c.hear(c.review(day(7 * (kOrders - 1)), 1)); }, true},
      {"and then a good one",
       [](CustomerFeed& c) {
         c.hear(c.review(day(7 * (kOrders - 1)), 1));
         c.hear(c.review(day(7 * (kOrders - 1)), 5));
       },
       false},
      {"a case", [](CustomerFeed& c) { c.tell(c.change(CaseStep::opened, CaseState::fresh), day(65)); }, true},
      {"a case that was resolved",
       [](CustomerFeed& c) {
         c.tell(c.change(CaseStep::opened, CaseState::fresh), day(65));
         c.tell(c.change(CaseStep::resolved, CaseState::resolved), day(66));
       },
       false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    CustomerFeed customer;
    weekly(customer);
    row.happens(customer);
    const auto signals = signals_of(customer.pass_time_to(day(2000)), SignalKind::silent);
    ASSERT_EQ(signals.size(), 2u);
    EXPECT_EQ(signals[1].level, SignalLevel::act);
    EXPECT_EQ(signals[1].since, row.is_early ? early.act : usual.act);
  }
}

// Desk had no room for a case of it yet.
TEST(Silence, ThatEndsBeforeItHasACaseWithdrawsWhatWasAskedFor) {
  for (const bool has_case : {false, true}) {
    SCOPED_TRACE(has_case);
    CustomerFeed customer;
    const SilenceDue due = weekly(customer);
    const auto acted = customer.pass_time_to(up_to_hour(due.act));
    const auto asked = Feed::only<CaseRequested>(acted);
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_FALSE(asked[0].withdrawn);
    EXPECT_EQ(asked[0].value_minor, kOrders * 1000);
    EXPECT_EQ(asked[0].probability_permille, 800);
    if (has_case) customer.tell(customer.change(CaseStep::opened, CaseState::fresh), up_to_hour(due.act));
    const auto back = customer.hear(customer.order(due.act + days{2}));
    EXPECT_EQ(outcomes_of(back), has_case ? (std::vector<std::string>{"cleared", "reached_returned"})
                                          : std::vector<std::string>{"cleared"})
        << "nobody reached out to who waited";
    const auto unwanted = Feed::only<CaseRequested>(back);
    ASSERT_EQ(unwanted.size(), has_case ? 0u : 1u);
    if (has_case) continue;
    EXPECT_TRUE(unwanted[0].withdrawn);
    EXPECT_EQ(unwanted[0].signal, asked[0].signal);
    EXPECT_FALSE(customer.customer().case_pending());
  }
}

TEST(Silence, NoticedMoreThanSevenDaysLateOpensNoCase) {
  for (const bool is_too_late : {false, true}) {
    SCOPED_TRACE(is_too_late);
    CustomerFeed customer;
    const SilenceDue due = weekly(customer);
    customer.pass_time_to(up_to_hour(due.act) - kMinute);
    // The process was down: the next thing that happens comes before the tick.
    const Timestamp back = due.act + days{7} + (is_too_late ? Millis{1} : Millis{0});
    customer.hear(customer.answer(back));
    const auto emitted = customer.pass_time_to(up_to_hour(back) + kMinute);
    EXPECT_EQ(signals_of(emitted, SignalKind::silent).size(), 1u);
    EXPECT_EQ(Feed::only<CaseRequested>(emitted).size(), is_too_late ? 0u : 1u);
  }
}

TEST(Silence, OfACustomerWithTwoKeysIsThatOfBoth) {
  CustomerFeed customer;
  auto other = customer.order(day(0));
  other.facet = hash_key("", "email:user-1@example.com");
  for (int n = 0; n < kOrders; ++n) {
    ActivityRecorded activity = n % 2 == 0 ? customer.order(day(7 * n)) : other;
    activity.at = day(7 * n);
    customer.hear(activity);
  }
  const SilenceDue due = silence_due({}, {day_of(day(0)), day(7 * (kOrders - 1)), kOrders - 1});
  EXPECT_TRUE(signals_of(customer.pass_time_to(up_to_hour(due.watch) - kMinute), SignalKind::silent).empty());
  const auto watch = signals_of(customer.pass_time_to(up_to_hour(due.watch)), SignalKind::silent);
  ASSERT_EQ(watch.size(), 1u);
  EXPECT_EQ(watch[0].since, due.watch);
}

}  // namespace
}  // namespace earshot
