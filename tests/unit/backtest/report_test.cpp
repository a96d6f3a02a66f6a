#include "backtest/report.h"

#include <gtest/gtest.h>

#include "past.h"

namespace earshot::backtest {
namespace {

using test::kDayZero;

Past shoppers() {
  std::vector<std::vector<int>> days;
  for (int i = 0; i < 40; ++i) {
    std::vector<int> one;
    for (int at = i % 7; at < 60 + 6 * i; at += 5 + i % 9) one.push_back(at);
    days.push_back(one);
  }
  Past past = test::past_of(days);
  past.customers[0] = "<script>alert(1)</script>\"&";
  return past;
}

TEST(BacktestReport, SaysWhatCameOnlyWhereItCanBeKnown) {
  const Past past = shoppers();
  const auto ranking = rank_at(past.active_days(), kDayZero + 100, 60);
  ASSERT_TRUE(ranking);
  const auto found = report(past, *ranking, kDayZero + 100, 60);
  EXPECT_TRUE(found.can_compare);
  ASSERT_EQ(found.lines.size(), 4u);
  EXPECT_EQ(found.lines[0].customers, found.lines[2].customers + found.lines[3].customers) << "few and many are all";
  EXPECT_FALSE(report(past, *ranking, kDayZero + 100, 600).can_compare);
}

TEST(BacktestReport, QuartersAndFrequenciesAreAllOfIt) {
  const auto found = look_at_alarms(shoppers(), {kDayZero + 50, 60, 800});
  ASSERT_TRUE(found) << found.error().message;
  std::int64_t quarters = 0, frequencies = 0;
  for (const AlarmLine& line : found->lines) {
    if (line.what.find('Q') != std::string::npos) quarters += line.score.gaps;
    if (line.what.starts_with('x')) frequencies += line.score.gaps;
  }
  EXPECT_GT(found->lines[0].score.gaps, 0);
  EXPECT_EQ(quarters, found->lines[0].score.gaps);
  EXPECT_EQ(frequencies, found->lines[0].score.gaps);
  for (std::size_t i = 1; i < found->promises.size(); ++i) {
    EXPECT_LE(found->promises[i].score.alarms, found->promises[i - 1].score.alarms)
        << "who promises more speaks less often";
  }
}

TEST(BacktestReport, ThePageNeedsNothingElseAndTakesNoTextForMarkup) {
  const Past past = shoppers();
  const auto ranking = rank_at(past.active_days(), kDayZero + 100, 60);
  ASSERT_TRUE(ranking);
  const auto alarms = look_at_alarms(past, {kDayZero + 50, 60, 800});
  ASSERT_TRUE(alarms);
  AlarmReport with_first = *alarms;
  with_first.alarms.insert(with_first.alarms.begin(), {0, test::day(70), 812, {"a <b> & c"}});
  const std::string html = page(past, report(past, *ranking, kDayZero + 100, 60), with_first);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;"), std::string::npos);
  EXPECT_NE(html.find("a &lt;b&gt; &amp; c"), std::string::npos);
  EXPECT_EQ(html.find("http"), std::string::npos) << "nothing is fetched";
  EXPECT_NE(html.find("<svg"), std::string::npos);
}

}  // namespace
}  // namespace earshot::backtest
