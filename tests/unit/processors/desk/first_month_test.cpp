// Complaints that new customers have and others do not.
#include "processors/desk/first_month.h"

#include "desk_room.h"

namespace earshot {
namespace {

using namespace testing;  // NOLINT: a test reads better without the prefix
using desk::score_of;

// The two-proportion test, by hand: p = 20/80 = 0.25, deviation = sqrt(0.25 0.75 (1/40 + 1/40)) = 0.09682,
// 0.25/0.09682.
TEST(FirstMonthScore, IsThatOfTwoProportions) {
  EXPECT_NEAR(score_of({15, 40}, {5, 40}), 2.58199, 1e-5);
  EXPECT_NEAR(score_of({5, 40}, {15, 40}), -2.58199, 1e-5);
  EXPECT_EQ(score_of({0, 40}, {0, 40}), 0);
  EXPECT_EQ(score_of({40, 40}, {40, 40}), 0);
  EXPECT_EQ(score_of({0, 0}, {3, 40}), 0);
}

class FirstMonth : public ::testing::Test {
 protected:
  std::vector<AlertRaised> complain(int on, std::int64_t tenure, IssueType issue, Timestamp recorded = {}) {
    CaseRequested request = DeskRoom::complaint(on_day(on, 10), "user-" + std::to_string(++customers_), {issue});
    request.tenure_days = tenure;
    return about_new(room_.give(std::max(request.at, recorded), request));
  }
  static std::vector<AlertRaised> about_new(const std::vector<Emitted>& emitted) {
    auto alerts = Feed::only<AlertRaised>(emitted);
    std::erase_if(alerts, [](const AlertRaised& one) { return one.title.find("new customers") == std::string::npos; });
    return alerts;
  }
  // As many of each; gives the alerts.
  std::vector<AlertRaised> complain(int on, int count, std::int64_t tenure, IssueType issue) {
    std::vector<AlertRaised> all;
    for (int i = 0; i < count; ++i) {
      for (auto& alert : complain(on, tenure, issue)) all.push_back(std::move(alert));
    }
    return all;
  }
  DeskRoom room_;
  int customers_ = 0;
};

TEST_F(FirstMonth, IsAlertedOnceAndIsOverWhenTheSharesAreAlikeAgain) {
  EXPECT_TRUE(complain(0, 30, 200, IssueType::quality).empty());
  EXPECT_TRUE(complain(0, 19, 5, IssueType::account).empty()) << "19 new customers are too few";
  const auto raised = complain(1, 10, 29, IssueType::account);
  ASSERT_EQ(raised.size(), 1u);
  EXPECT_EQ(raised[0].severity, Severity::warning);
  EXPECT_EQ(raised[0].title, "new customers complain of account more than others do");
  EXPECT_EQ(raised[0].reasons.at(0), "20 of 20 (100 %) complaints of customers in their first 30 days name it");
  EXPECT_EQ(raised[0].reasons.at(1), "0 of 30 (0 %) complaints of the others do, over 28 days");
  const auto over = complain(2, 60, 200, IssueType::account);
  EXPECT_TRUE(over.empty()) << "67 in 100 against 100 is still far apart";
  // Four weeks later only new complaints count.
  complain(40, 30, 3, IssueType::account);
  const auto ended = complain(40, 30, 300, IssueType::account);
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].severity, Severity::info);
  EXPECT_EQ(ended[0].title, "new customers complain of account no more than others do");
}

// Of the others 20 of 40 name it, of the new ones n of 10 + n: a z of 2.94 at n = 39, of 3 at 40, of 3.06 at 41. It
// stays until z is below 1.5.
TEST_F(FirstMonth, BeginsAtThreeDeviationsAndEndsAtHalfOfThat) {
  complain(0, 20, 200, IssueType::quality);
  complain(0, 20, 200, IssueType::account);
  complain(1, 10, 5, IssueType::quality);
  EXPECT_TRUE(complain(1, 39, 5, IssueType::account).empty());
  EXPECT_EQ(complain(1, 2, 5, IssueType::account).size(), 1u);
  EXPECT_TRUE(complain(2, 20, 200, IssueType::account).empty()) << "41 of 51 and 40 of 60: z is 1.62";
  const auto over = complain(2, 20, 200, IssueType::account);
  ASSERT_EQ(over.size(), 1u) << "41 of 51 and 60 of 80: z is 0.72";
  EXPECT_EQ(over[0].severity, Severity::info);
}

TEST_F(FirstMonth, EndsAfterThirtyDays) {
  complain(0, 30, 200, IssueType::quality);
  EXPECT_TRUE(complain(1, 60, 30, IssueType::account).empty()) << "from day 30 on they are like the others";
}

TEST_F(FirstMonth, CountsWhatIsOlderThanFourWeeksNoMore) {
  complain(0, 15, 5, IssueType::account);
  complain(28, 30, 200, IssueType::quality);
  EXPECT_TRUE(complain(28, 19, 5, IssueType::account).empty());
  EXPECT_EQ(complain(28, 1, 5, IssueType::account).size(), 1u) << "with the twentieth of these four weeks";
}

// Of an earlier program, of a silent customer, of somebody content: none is a complaint of a new customer.
TEST_F(FirstMonth, CountsComplaintsOnly) {
  complain(0, 30, 200, IssueType::quality);
  complain(0, 19, 5, IssueType::account);
  CaseRequested content = DeskRoom::complaint(on_day(0, 11), "content", {IssueType::account});
  content.tenure_days = 5;
  content.sentiment = Sentiment::neutral;
  CaseRequested old = DeskRoom::complaint(on_day(0, 11), "old", {IssueType::account});
  CaseRequested silent = content;
  silent.customer = customer("silent");
  silent.sentiment = Sentiment::negative;
  silent.proactive = true;
  for (const CaseRequested& one : {content, old, silent}) EXPECT_TRUE(about_new(room_.give(one.at, one)).empty());
  EXPECT_EQ(complain(0, 1, 5, IssueType::account).size(), 1u);
}

TEST_F(FirstMonth, CountsTheSameRequestOnce) {
  complain(0, 30, 200, IssueType::quality);
  complain(0, 18, 5, IssueType::account);
  CaseRequested request = DeskRoom::complaint(on_day(0, 12), "twice", {IssueType::account});
  request.tenure_days = 5;
  room_.give(request.at, request, "one");
  EXPECT_TRUE(about_new(room_.give(request.at, request, "one")).empty());
  EXPECT_EQ(complain(0, 1, 5, IssueType::account).size(), 1u);
}

}  // namespace
}  // namespace earshot
