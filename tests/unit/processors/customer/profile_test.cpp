// Who a customer is by what was heard: kept per key, combined when read, the newest 200 things in a ring.
#include "support/customer_feed.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix

TEST(Profile, KeepsFirstAndLastActiveDaysAndWhatWasSpent) {
  CustomerFeed customer;
  customer.hear(customer.order(day(3)));
  customer.hear(customer.order(day(3, 15)));
  customer.hear(customer.order(day(1)), day(3, 16));  // heard of late
  customer.hear(customer.review(day(4), 2));
  auto returned = customer.order(day(5));
  returned.kind = InputKind::returned;
  customer.hear(returned);
  auto dollars = customer.order(day(6));
  dollars.order->currency = "USD";
  customer.hear(dollars);
  const state::Facet facet = customer.facet();
  EXPECT_EQ(facet.first_ms(), to_millis(day(1)));
  EXPECT_EQ(facet.last_heard_ms(), to_millis(day(6)));
  EXPECT_EQ(facet.day_count(), 3) << "a review or a return makes no day active";
  EXPECT_EQ(DaySet::parse(facet.days())->days(),
            (std::vector<DayNumber>{day_of(day(1)), day_of(day(3)), day_of(day(6))}));
  EXPECT_EQ(facet.spent_minor(), 2000) << "three orders less a return; another currency is not added";
  EXPECT_EQ(facet.feedback(), 1);
  EXPECT_EQ(facet.negative(), 1);
  EXPECT_EQ(facet.last_negative_ms(), to_millis(day(4)));
}

TEST(Profile, DoesNotDependOnTheOrderInWhichDaysAreHeardOf) {
  const std::vector<int> days{4, 1, 9, 4, 2, 7, 1};
  CustomerFeed forwards;
  CustomerFeed backwards;
  for (std::size_t i = 0; i < days.size(); ++i) {
    forwards.hear(forwards.order(day(days[i])), day(20));
    backwards.hear(backwards.order(day(days[days.size() - 1 - i])), day(20));
  }
  EXPECT_EQ(forwards.facet().days(), backwards.facet().days());
  EXPECT_EQ(forwards.facet().first_ms(), backwards.facet().first_ms());
  EXPECT_EQ(forwards.facet().last_heard_ms(), backwards.facet().last_heard_ms());
  EXPECT_EQ(forwards.facet().last_day(), day_of(day(9)));
}

TEST(Profile, FeelsMostlyAsInTheNewestFeedback) {
  CustomerFeed customer;
  customer.hear(customer.review(day(0), 5));
  EXPECT_EQ(customer.facet().sentiment_permille(), 1000);
  customer.hear(customer.review(day(1), 1));
  EXPECT_EQ(customer.facet().sentiment_permille(), -1000 / 15) << "7 times the older and 8 times the newer one";
  for (int n = 2; n < 8; ++n) customer.hear(customer.review(day(n), 1));
  EXPECT_EQ(customer.facet().sentiment_permille(), (1000 - 35 * 1000) / 36) << "eight items are remembered";
  customer.hear(customer.review(day(8), 1));
  EXPECT_EQ(customer.facet().sentiment_permille(), -1000) << "of nine the newest eight";
}

TEST(Profile, FeelsTheSameInWhateverOrderFeedbackIsHeard) {
  CustomerFeed forwards, backwards;
  for (int n = 0; n < 12; ++n) {
    forwards.hear(forwards.review(day(n), 1 + n % 5), day(20));
    backwards.hear(backwards.review(day(11 - n), 1 + (11 - n) % 5), day(20));
  }
  EXPECT_EQ(forwards.facet().SerializeAsString(), backwards.facet().SerializeAsString());
}

TEST(Profile, IsTheUnionOfAllKeysWhenItIsTold) {
  CustomerFeed customer;
  customer.hear(customer.order(day(0)));
  auto other = customer.review(day(-1), 1);
  other.facet = hash_key("", "email:user-1@example.com");
  const auto told = Feed::only<CustomerChanged>(customer.hear(other, day(1)));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].facets, (std::vector<KeyHash>{customer.facet_hash(), other.facet}));
  EXPECT_EQ(told[0].first_seen, day(-1));
  EXPECT_EQ(told[0].last_heard, day(0));
  EXPECT_EQ(told[0].activity_days, 1);
  EXPECT_EQ(told[0].negative_count, 1);
  EXPECT_EQ(told[0].sentiment_permille, -1000);
}

TEST(Profile, IsToldWhenSomethingThatMattersChanges) {
  CustomerFeed customer;
  EXPECT_EQ(Feed::only<CustomerChanged>(customer.hear(customer.order(day(0)))).size(), 1u) << "new";
  EXPECT_TRUE(Feed::only<CustomerChanged>(customer.hear(customer.order(day(1)))).empty());
  EXPECT_EQ(Feed::only<CustomerChanged>(customer.hear(customer.review(day(2), 1))).size(), 1u) << "unhappy";
}

// An agent opens a case for customer U-1, of whom only the e-mail address was heard so far; later the number itself is
// heard.
TEST(Profile, KnowsAKeyThatACaseNamedBeforeItWasHeard) {
  CustomerFeed customer;
  auto mail = customer.order(day(0));
  mail.facet = hash_key("", "email:user-1@example.com");
  customer.hear(mail);
  customer.tell(customer.change(CaseStep::opened, CaseState::fresh), day(1));
  const auto told = Feed::only<CustomerChanged>(customer.hear(customer.order(day(2))));
  ASSERT_EQ(told.size(), 1u) << "a new key";
  EXPECT_EQ(told[0].facets, (std::vector<KeyHash>{customer.facet_hash(), mail.facet}))
      << "ascending, whichever came first";
  EXPECT_EQ(told[0].activity_days, 2);
  const auto entry = customer.value<state::TimelineEntry>(Timeline::name(mail.facet, 1));
  EXPECT_EQ(entry.what(), kCaseEntry + static_cast<int>(CaseStep::opened))
      << "the case stands with the key that was known";
}

TEST(Profile, KeepsNothingOfACaseOfSomebodyNeverHeardOf) {
  CustomerFeed customer;
  EXPECT_TRUE(customer.tell(customer.change(CaseStep::opened, CaseState::fresh), day(1)).empty());
  EXPECT_TRUE(customer.feed().values().empty());
}

TEST(Timeline, KeepsTheNewestTwoHundred) {
  CustomerFeed customer;
  for (int n = 0; n < 203; ++n) {
    auto activity = customer.order(day(n));
    activity.place = n;
    customer.hear(activity);
  }
  EXPECT_EQ(customer.facet().entries(), 203);
  int entries = 0;
  for (const auto& [name, value] : customer.feed().values()) entries += name.second.starts_with("timeline/") ? 1 : 0;
  EXPECT_EQ(entries, kTimelineMax);
  EXPECT_EQ(customer.value<state::TimelineEntry>(Timeline::name(customer.facet_hash(), 2)).place(), 202)
      << "the newest";
  EXPECT_EQ(customer.value<state::TimelineEntry>(Timeline::name(customer.facet_hash(), 3)).place(), 3)
      << "the oldest that is left";
}

TEST(Timeline, SaysWhatHappenedWithoutItsText) {
  CustomerFeed customer;
  auto message = customer.message(day(0), Sentiment::negative);
  message.analysis.issues = {{IssueType::refund, 900}};
  customer.hear(message);
  customer.tell(customer.change(CaseStep::opened, CaseState::fresh, {0, 9}), day(0, 13));
  customer.hear(customer.score(day(1), SurveyFamily::nps, 0));
  const auto said = customer.value<state::TimelineEntry>(Timeline::name(customer.facet_hash(), 0));
  EXPECT_EQ(said.at_ms(), to_millis(day(0)));
  EXPECT_EQ(said.what(), static_cast<int>(InputKind::message));
  EXPECT_EQ(said.place(), 7);
  EXPECT_TRUE(said.has_text());
  EXPECT_FALSE(said.outbound());
  EXPECT_EQ(said.issues(0), static_cast<int>(IssueType::refund));
  const auto opened = customer.value<state::TimelineEntry>(Timeline::name(customer.facet_hash(), 1));
  EXPECT_EQ(opened.case_id(), (CaseId{0, 9}).hex());
  EXPECT_EQ(opened.place(), -1);
  const auto score = customer.value<state::TimelineEntry>(Timeline::name(customer.facet_hash(), 2));
  EXPECT_EQ(score.score_permille(), 1) << "a score of 0 is not the same as none";
}

}  // namespace
}  // namespace earshot
