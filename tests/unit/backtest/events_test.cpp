#include "backtest/events.h"

#include <fstream>

#include <gtest/gtest.h>

#include "support/scratch.h"

namespace earshot::backtest {
namespace {

class EventsTest : public ::testing::Test {
 protected:
  Result<Past> read(const std::string& text, std::set<std::string> activity = {},
                    std::vector<std::pair<std::string, std::string>> where = {}) {
    const auto path = scratch_.path() / "events.csv";
    std::ofstream(path, std::ios::binary) << text;
    return read_events({path, std::move(activity), std::move(where)});
  }
  earshot::test::Scratch scratch_;
};

TEST_F(EventsTest, AreReadByTheNamesOfTheColumnsAndComeByTime) {
  const auto past = read(
      "\xef\xbb\xbf"
      "type,customer_id,amount,ts\r\n"
      "purchase,b,1,2026-01-02T10:00:00Z\r\n"
      "return,c,9,2026-01-01\r\n"
      "purchase,\"a\",2,2026-01-01\r\n"
      "purchase,b,3,2026-01-02T23:59:59+00:00\r\n",
      {"purchase"});
  ASSERT_TRUE(past) << past.error().message;
  EXPECT_EQ(past->customers, (std::vector<std::string>{"b", "a"}));
  ASSERT_EQ(past->events.size(), 3u);
  EXPECT_EQ(past->events[0].customer, 1u);
  EXPECT_EQ(format_rfc3339(past->events[0].at), "2026-01-01T00:00:00Z");
  const auto days = past->active_days();
  EXPECT_EQ(days[0].size(), 1u) << "several events of a day are one";
  EXPECT_EQ(days[1].size(), 1u);
}

TEST_F(EventsTest, OtherRowsArePassedOverAndBadOnesCounted) {
  const auto past =
      read("customer_id,ts,part\na,2026-01-01,1\nb,2026-01-01,0\nc,yesterday,1\nd\n,2026-01-01,1\ne,2026-01-02,1\n", {},
           {{"part", "1"}});
  ASSERT_TRUE(past) << past.error().message;
  EXPECT_EQ(past->customers, (std::vector<std::string>{"a", "e"}));
  EXPECT_EQ(past->refused, 3);
  EXPECT_EQ(past->first_refusal, "line 4: 'yesterday' is no time; write 2026-11-20T08:15:30Z or 2026-11-20");
}

TEST_F(EventsTest, SayWhatIsMissing) {
  struct Row {
    const char* text;
    const char* message;
  };
  for (const Row& row : {Row{"", "is empty"}, Row{"ts,type\n", "column customer_id is missing"},
                         Row{"customer_id,when\n", "column ts is missing"},
                         Row{"customer_id,ts\n", "column type is missing, and --activity asks for it"}}) {
    const auto past = read(row.text, {"purchase"});
    ASSERT_FALSE(past);
    EXPECT_NE(past.error().message.find(row.message), std::string::npos) << past.error().message;
  }
  const auto nowhere = read_events({scratch_.path() / "absent.csv", {}, {}});
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().kind, ErrorKind::NotFound);
}

}  // namespace
}  // namespace earshot::backtest
