#include "cli/settings_difference.h"

#include <gtest/gtest.h>

namespace earshot::cli {
namespace {

using Lines = std::vector<std::string>;

Lines between(std::string_view before, std::string_view after) {
  auto lines = settings_difference(before, after);
  EXPECT_TRUE(lines) << lines.error().message;
  return lines ? *lines : Lines{"?"};
}

TEST(SettingsDifference, IsSaidKeyByKey) {
  EXPECT_EQ(between(R"({"a":1,"b":["x"]})", R"({ "b" : [ "x" ], "a" : 1 })"), Lines{});
  EXPECT_EQ(between(R"({"a":1,"b":"x","c":3})", R"({"a":2,"b":"y","c":3})"),
            (Lines{"a: 1, now 2", R"(b: "x", now "y")"}));
  EXPECT_EQ(between(R"({"old":1})", R"({"new":2})"), (Lines{"new: not known there, now 2", "old: 1, not known here"}));
}

TEST(SettingsDifference, OfAListNamesWhatIsGoneAndWhatIsNew) {
  EXPECT_EQ(between(R"({"a":[{"n":1},{"n":2}]})", R"({"a":[{"n":2},{"n":3},{"n":3}]})"),
            (Lines{"a: 1 gone, 2 new", R"(  - {"n":1})", R"(  + {"n":3})", R"(  + {"n":3})"}));
  EXPECT_EQ(between(R"({"a":[1,2]})", R"({"a":[2,1]})"), Lines{"a: the same in another order"});
  EXPECT_EQ(between(R"({"a":[]})", R"({"a":[1,2,3,4,5,6,7]})"),
            (Lines{"a: 0 gone, 7 new", "  + 1", "  + 2", "  + 3", "  + 4", "  + 5", "  + … and 2 more"}));
}

TEST(SettingsDifference, CutsLongEntriesBetweenCharacters) {
  std::string entry;
  for (int i = 0; i < 100; ++i) entry += "蓝";
  const Lines lines = between(R"({"a":[]})", R"({"a":[")" + entry + R"("]})");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1], "  + \"" + entry.substr(0, 159) + "…");
}

}  // namespace
}  // namespace earshot::cli
