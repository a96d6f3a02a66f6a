#include "cli/table.h"

#include <gtest/gtest.h>

namespace earshot::cli {
namespace {

TEST(Table, LinesUpThoughAChineseCharacterIsTwoColumnsWide) {
  Table table({{"name"}, {"count", true}, {"said"}});
  table.add({"user-12", "7", "late"});
  table.add({"送餐太慢", "1200", "差评！"});
  EXPECT_EQ(table.text(),
            "name      count  said\n"
            "user-12       7  late\n"
            "送餐太慢   1200  差评！\n");
}

TEST(Table, LeavesOutColumnsWithoutAnything) {
  Table table({{"a"}, {"b"}, {"c"}});
  table.add({"1", "", "3"});
  table.add({"4", "", ""});
  EXPECT_EQ(table.text(), "a  c\n1  3\n4\n");
  EXPECT_EQ(Table({{"a"}}).text(), "") << "nothing is shown of nothing";
}

TEST(Table, NeverLetsATextMoveTheCursor) {
  Table table({{"said"}, {"more"}});
  table.add({"a\nb\x1b[2Jc", "\u202Eabc\u0007"});
  EXPECT_EQ(table.text(), "said      more\na b [2Jc  abc\n");
}

TEST(Table, CutsWhatIsTooWideButNotTheLastColumn) {
  Table table({{"a", false, 4}, {"b", false, 4}});
  table.add({"abcde", "abcde"});
  table.add({"一二三", "abcd"});
  table.add({"abcd", ""});
  EXPECT_EQ(table.text(), "a     b\nabc…  abcde\n一…   abcd\nabcd\n");
}

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width(""), 0u);
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("é"), 1u);
  EXPECT_EQ(display_width("e\u0301"), 1u) << "an accent of its own takes no column";
  EXPECT_EQ(display_width("客服"), 4u);
  EXPECT_EQ(display_width("！"), 2u);
  EXPECT_EQ(display_width("😡"), 2u);
  EXPECT_EQ(display_width("\xff"), 1u) << "what is no UTF-8 is shown as one sign";
}

TEST(ShowTime, IsAMinuteInUtc) { EXPECT_EQ(show_time(from_millis(1'323'435'659'999)), "2011-12-09 13:00"); }

TEST(ShowSpan, NamesTheTwoUnitsThatMatter) {
  struct Row {
    Millis span;
    std::string shown;
  };
  using namespace std::chrono_literals;
  for (const Row& row : std::vector<Row>{{0ms, "0 ms"},
                                         {999ms, "999 ms"},
                                         {1s, "1 s"},
                                         {59'999ms, "59 s"},
                                         {60s, "1 min"},
                                         {61s, "1 min 1 s"},
                                         {2h + 5min + 9s, "2 h 5 min"},
                                         {24h, "1 d"},
                                         {24h + 59min, "1 d"},
                                         {76h, "3 d 4 h"},
                                         {-76h, "-3 d 4 h"}}) {
    EXPECT_EQ(show_span(row.span), row.shown);
  }
}

}  // namespace
}  // namespace earshot::cli
