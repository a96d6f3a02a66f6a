// Anger: one signal a spell, a case for whoever needs somebody, and messages to the case they belong to.
#include "support/customer_feed.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix

bool is_unhappy(const ActivityRecorded& activity) { return read_activity(activity, {}).unhappy; }
bool is_happy(const ActivityRecorded& activity) { return read_activity(activity, {}).happy; }

TEST(Reading, TakesScoresAtTheirEdges) {
  const CustomerFeed customer;
  struct Row {
    const char* name;
    ActivityRecorded activity;
    bool unhappy;
    bool happy;
  };
  using enum SurveyFamily;
  const Row rows[] = {{"2 stars", customer.review(day(0), 2), true, false},
                      {"3 stars", customer.review(day(0), 3), false, false},
                      {"4 stars", customer.review(day(0), 4), false, true},
                      {"NPS 6", customer.score(day(0), nps, 6), true, false},
                      {"NPS 7", customer.score(day(0), nps, 7), false, false},
                      {"NPS 8", customer.score(day(0), nps, 8), false, false},
                      {"NPS 9", customer.score(day(0), nps, 9), false, true},
                      {"CSAT 2", customer.score(day(0), csat, 2), true, false},
                      {"CSAT 3", customer.score(day(0), csat, 3), false, false},
                      {"CSAT 4", customer.score(day(0), csat, 4), false, true},
                      {"CES 3", customer.score(day(0), ces, 3), true, false},
                      {"CES 4", customer.score(day(0), ces, 4), false, false}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(is_unhappy(row.activity), row.unhappy);
    EXPECT_EQ(is_happy(row.activity), row.happy);
  }
}

TEST(Reading, LetsWordsOverruleStarsOnlyWithoutDoubt) {
  const CustomerFeed customer;
  ActivityRecorded five = customer.review(day(0), 5);
  five.analysis.sentiment = Sentiment::negative;
  five.analysis.negative_permille = 899;
  EXPECT_FALSE(is_unhappy(five));
  EXPECT_TRUE(is_happy(five));
  five.analysis.negative_permille = 900;
  EXPECT_TRUE(is_unhappy(five));
  EXPECT_FALSE(is_happy(five));
}

TEST(Reading, HearsAProblemInWordsWithoutAScore) {
  const CustomerFeed customer;
  ActivityRecorded message = customer.message(day(0), Sentiment::negative);
  message.analysis.negative_permille = 599;
  EXPECT_FALSE(is_unhappy(message));
  message.analysis.negative_permille = 600;
  EXPECT_TRUE(is_unhappy(message));
  message = customer.message(day(0), Sentiment::neutral);
  message.analysis.complaint = true;
  EXPECT_TRUE(is_unhappy(message)) << "a problem is told, whatever the tone";
  message.message->direction = Direction::outbound;
  EXPECT_FALSE(is_unhappy(message)) << "our own words say nothing about them";
}

TEST(Unhappiness, IsOneSignalASpellAndClearedByHappyFeedback) {
  CustomerFeed customer;
  const auto first = customer.hear(customer.review(day(0), 1));
  const auto raised = signals_of(first, SignalKind::negative);
  ASSERT_EQ(raised.size(), 1u);
  EXPECT_TRUE(raised[0].raised);
  EXPECT_EQ(raised[0].since, day(0));
  EXPECT_EQ(raised[0].reasons[0], "review with 1 of 5 on web");
  EXPECT_EQ(Feed::only<CustomerChanged>(first).at(0).risk, "unhappy");
  EXPECT_TRUE(signals_of(customer.hear(customer.review(day(1), 2)), SignalKind::negative).empty()) << "the same spell";
  EXPECT_TRUE(signals_of(customer.hear(customer.review(day(2), 3)), SignalKind::negative).empty()) << "neither";
  const auto last = customer.hear(customer.review(day(3), 5));
  const auto cleared = signals_of(last, SignalKind::negative);
  ASSERT_EQ(cleared.size(), 1u);
  EXPECT_FALSE(cleared[0].raised);
  EXPECT_EQ(cleared[0].signal, raised[0].signal);
  EXPECT_EQ(signals_of(last, SignalKind::recovered).size(), 1u);
  EXPECT_EQ(Feed::only<CustomerChanged>(last).at(0).risk, "ok");
  EXPECT_TRUE(signals_of(customer.hear(customer.review(day(4), 5)), SignalKind::recovered).empty());
  const auto next = signals_of(customer.hear(customer.review(day(5), 1)), SignalKind::negative);
  ASSERT_EQ(next.size(), 1u);
  EXPECT_NE(next[0].signal, raised[0].signal) << "another spell";
}

TEST(Unhappiness, IsNotClearedByWhatIsOlder) {
  CustomerFeed customer;
  customer.hear(customer.review(day(10), 1));
  EXPECT_TRUE(signals_of(customer.hear(customer.review(day(9), 5), day(11)), SignalKind::negative).empty())
      << "praise from before";
  EXPECT_EQ(signals_of(customer.hear(customer.review(day(10), 5), day(12)), SignalKind::negative).size(), 1u);
}

TEST(Unhappiness, AsksToActWhenItIsUrgentOrTheyWillLeave) {
  struct Row {
    const char* name;
    std::uint8_t urgency;
    std::uint16_t leave;
    SignalLevel level;
  };
  for (const Row& row : {Row{"neither", 1, 699, SignalLevel::watch}, Row{"urgent", 2, 0, SignalLevel::act},
                         Row{"leaving", 0, 700, SignalLevel::act}}) {
    SCOPED_TRACE(row.name);
    CustomerFeed customer;
    ActivityRecorded activity = customer.review(day(0), 1);
    activity.analysis.urgency = row.urgency;
    activity.analysis.leave_permille = row.leave;
    EXPECT_EQ(signals_of(customer.hear(activity), SignalKind::negative).at(0).level, row.level);
  }
}

TEST(Unhappiness, OfAPaymentIsARiskUntilOneSucceeds) {
  CustomerFeed customer;
  const auto raised = signals_of(customer.hear(customer.payment(day(5), PaymentStatus::failed)), SignalKind::at_risk);
  ASSERT_EQ(raised.size(), 1u);
  EXPECT_EQ(raised[0].reasons, (std::vector<std::string>{"payment failed"}));
  EXPECT_TRUE(signals_of(customer.hear(customer.payment(day(6), PaymentStatus::failed)), SignalKind::at_risk).empty());
  EXPECT_TRUE(signals_of(customer.hear(customer.payment(day(4), PaymentStatus::succeeded), day(6)), SignalKind::at_risk)
                  .empty())
      << "one from before proves nothing";
  const auto cleared =
      signals_of(customer.hear(customer.payment(day(7), PaymentStatus::succeeded)), SignalKind::at_risk);
  ASSERT_EQ(cleared.size(), 1u);
  EXPECT_FALSE(cleared[0].raised);
  EXPECT_EQ(cleared[0].signal, raised[0].signal);
}

TEST(Requests, AskForACaseWhenSomebodyIsUnhappyOrWritesToUs) {
  CustomerFeed customer;
  ActivityRecorded thanks = customer.message(day(0), Sentiment::positive);
  thanks.analysis.courtesy = true;
  struct Row {
    const char* name;
    ActivityRecorded activity;
    std::size_t requests;
    CaseOrigin origin = CaseOrigin::message;
  };
  const Row rows[] = {{"an angry review", customer.review(day(0), 1), 1, CaseOrigin::review},
                      {"a calm one", customer.review(day(0), 3), 0},
                      {"a detractor", customer.score(day(0), SurveyFamily::nps, 2), 1, CaseOrigin::survey},
                      {"a question", customer.message(day(0)), 1},
                      {"thanks", thanks, 0},
                      {"our own message", customer.answer(day(0)), 0},
                      {"an order", customer.order(day(0)), 0}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    CustomerFeed fresh;
    const auto emitted = fresh.hear(row.activity);
    const auto requests = Feed::only<CaseRequested>(emitted);
    ASSERT_EQ(requests.size(), row.requests);
    EXPECT_TRUE(Feed::only<MessageForwarded>(emitted).empty());
    if (requests.empty()) continue;
    EXPECT_EQ(requests[0].origin, row.origin);
    EXPECT_EQ(requests[0].customer, fresh.id());
    EXPECT_EQ(requests[0].facet, fresh.facet_hash());
    EXPECT_EQ(requests[0].at, day(0));
    EXPECT_EQ(requests[0].place, 7) << "where the text can be opened";
    EXPECT_FALSE(requests[0].proactive);
  }
}

// Until desk has answered a request, and as long as there is a case, messages go to desk as messages of the
// conversation.
TEST(Requests, ForwardMessagesWhileACaseIsAskedForOrThere) {
  CustomerFeed customer;
  const auto forwarded = [&](const ActivityRecorded& activity) {
    const auto emitted = customer.hear(activity);
    EXPECT_EQ(Feed::only<CaseRequested>(emitted).size() + Feed::only<MessageForwarded>(emitted).size(), 1u);
    return Feed::only<MessageForwarded>(emitted).size() == 1;
  };
  EXPECT_FALSE(forwarded(customer.message(day(0))));
  EXPECT_TRUE(forwarded(customer.message(day(0, 13)))) << "desk has not answered";
  customer.tell(customer.change(CaseStep::opened, CaseState::fresh), day(0, 14));
  EXPECT_TRUE(forwarded(customer.message(day(1))));
  EXPECT_TRUE(forwarded(customer.answer(day(1, 13)))) << "so that desk knows who answered when";
  EXPECT_FALSE(forwarded(customer.review(day(2), 1))) << "a review is a matter of its own: desk decides";
  customer.tell(customer.change(CaseStep::resolved, CaseState::resolved), day(3));
  EXPECT_TRUE(forwarded(customer.message(day(4)))) << "it may open the case again";
  customer.tell(customer.change(CaseStep::closed, CaseState::closed), day(20));
  EXPECT_FALSE(forwarded(customer.message(day(21)))) << "a closed case never reopens";
}

// What is urgent must reach the priority of the case; a message of a conversation does not.
TEST(Requests, AskAlsoWithACaseWhenAMessageIsUrgent) {
  CustomerFeed customer;
  customer.hear(customer.message(day(0)));
  customer.tell(customer.change(CaseStep::opened, CaseState::fresh), day(0));
  ActivityRecorded message = customer.message(day(1), Sentiment::negative);
  message.thread = "T-1";
  message.analysis.urgency = 2;
  message.analysis.urgency_cause = UrgencyCause::safety;
  const auto emitted = customer.hear(message);
  EXPECT_TRUE(Feed::only<MessageForwarded>(emitted).empty());
  const auto requests = Feed::only<CaseRequested>(emitted);
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].urgency_cause, UrgencyCause::safety);
  EXPECT_EQ(requests[0].thread, "T-1") << "desk joins it to the conversation by its thread";
}

TEST(Requests, CountTheCasesThatAreOpen) {
  CustomerFeed customer;
  customer.hear(customer.review(day(0), 1));
  const auto open_after = [&](const CaseChanged& change) {
    return Feed::only<CustomerChanged>(customer.tell(change, day(1)));
  };
  EXPECT_EQ(open_after(customer.change(CaseStep::opened, CaseState::fresh)).at(0).open_cases, 1);
  EXPECT_EQ(open_after(customer.change(CaseStep::opened, CaseState::fresh, {0, 2})).at(0).open_cases, 2);
  EXPECT_TRUE(open_after(customer.change(CaseStep::noted, CaseState::fresh, {0, 2})).empty()) << "nothing changed";
  EXPECT_EQ(open_after(customer.change(CaseStep::resolved, CaseState::resolved, {0, 2})).at(0).open_cases, 1);
  EXPECT_EQ(open_after(customer.change(CaseStep::merged, CaseState::merged)).at(0).open_cases, 0);
  EXPECT_EQ(customer.customer().cases_size(), 1) << "the resolved one may still be opened again";
}

}  // namespace
}  // namespace earshot
