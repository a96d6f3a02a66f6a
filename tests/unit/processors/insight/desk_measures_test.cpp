// What the desk measures, as insight reads it: the two must agree on what a measure means.
#include <gtest/gtest.h>

#include "support/insight_feed.h"
#include "unit/processors/desk/desk_room.h"

namespace earshot::testing {
namespace {

// A desk whose measures reach insight.
class Office {
 public:
  DeskRoom& desk() { return desk_; }

  InsightFeed& insight_at(Timestamp now) {
    desk_.pass_time_to(now);
    for (MeasureTaken& measure : desk_.measures())
      insight_.give(std::max(measure.at, insight_.feed().now()), std::move(measure));
    insight_.pass_time_to(now);
    return insight_;
  }

  // A KPI of the day, of all together; `now` ones are those that are shown of this moment.
  std::int64_t count(const std::string& kpi, const std::string& dimension = "") {
    KpiQuery query;
    query.kpi = kpi;
    query.dimension = dimension;
    const auto rows = insight_.read(query);
    return rows.empty() ? 0 : rows.back().count;
  }

 private:
  DeskRoom desk_;
  InsightFeed insight_;
};

TEST(DeskMeasures, TellTheWholeLifeOfACase) {
  Office office;
  const CaseId id = office.desk().open(monday(10));
  office.insight_at(monday(10, 30));
  EXPECT_EQ(office.count("active"), 1);
  EXPECT_EQ(office.count("active", "state=new,department=billing"), 1);
  EXPECT_EQ(office.count("unanswered"), 1);
  EXPECT_EQ(office.count("opened"), 1);
  EXPECT_EQ(office.count("cases", "issue_type=refund"), 1);

  ASSERT_EQ(office.desk().reply(monday(11), "agent-3", id), "");
  ASSERT_EQ(office.desk().resolve(monday(15), "agent-3", id), "");
  office.insight_at(monday(16));
  EXPECT_EQ(office.count("active"), 0);
  EXPECT_EQ(office.count("unanswered"), 0);
  EXPECT_EQ(office.count("resolved"), 1);
  EXPECT_EQ(office.count("first_response"), 1);
  EXPECT_EQ(office.count("resolution", "department=billing"), 1);
  EXPECT_EQ(office.count("sla_first_reply"), 1);
  EXPECT_EQ(office.count("sla_full_resolution"), 1);

  office.desk().writes(monday(16, 30), "user-1");
  office.insight_at(monday(18));
  EXPECT_EQ(office.count("reopened"), 1);
  EXPECT_EQ(office.count("active"), 1);
  EXPECT_EQ(office.count("resolved"), 0);
}

TEST(DeskMeasures, LetNobodyWaitInACaseThatWeBeganUntilTheyWrite) {
  Office office;
  CaseRequested silent = DeskRoom::complaint(monday(10), "user-1");
  silent.proactive = true;
  silent.origin = CaseOrigin::silence;
  office.desk().open(silent);
  office.insight_at(monday(11));
  EXPECT_EQ(office.count("active"), 1);
  EXPECT_EQ(office.count("unanswered"), 0);
  office.desk().writes(monday(12), "user-1");
  office.insight_at(monday(14));
  EXPECT_EQ(office.count("unanswered"), 1);
  EXPECT_EQ(office.count("active"), 1);
}

}  // namespace
}  // namespace earshot::testing
