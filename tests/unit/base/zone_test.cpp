#include "base/zone.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

Timestamp at(std::string_view text) { return parse_rfc3339(text).value(); }

TEST(Zone, ReadsLocalTimesBySeveralPatterns) {
  const Zone shanghai = Zone::load("Asia/Shanghai").value();
  struct Row {
    const char* text;
    const char* pattern;
    const char* expected;
  };
  for (const Row& row : {Row{"2025-12-31 10:01:59", "%Y-%m-%d %H:%M:%S", "2025-12-31T02:01:59Z"},
                         Row{"2025/12/30 9:05", "%Y/%m/%d %H:%M", "2025-12-30T01:05:00Z"},
                         Row{"31/12/2025 20:01", "%d/%m/%Y %H:%M", "2025-12-31T12:01:00Z"},
                         Row{"Wed Dec 31 00:50:25 +0100 2025", "%a %b %d %H:%M:%S %z %Y", "2025-12-30T23:50:25Z"}}) {
    SCOPED_TRACE(row.text);
    EXPECT_EQ(shanghai.parse(row.text, row.pattern), at(row.expected));
  }
}

TEST(Zone, RefusesDatesThatDoNotExistAndTextThatIsLeftOver) {
  const Zone utc = Zone::load("UTC").value();
  for (const char* text : {"2025-02-30 10:00:00", "2025-01-01 25:00:00", "2025-01-01", "2025-01-01 10:00:00 x", "",
                           "infinite-future", "1969-12-31 23:59:59"}) {
    SCOPED_TRACE(text);
    EXPECT_EQ(utc.parse(text, "%Y-%m-%d %H:%M:%S"), std::nullopt);
  }
}

TEST(Zone, SkippedAndRepeatedTimesUseTheOffsetBeforeTheChange) {
  const Zone berlin = Zone::load("Europe/Berlin").value();
  EXPECT_EQ(berlin.utc({2025, 3, 30, 2, 30, 0}), at("2025-03-30T01:30:00Z"));   // skipped
  EXPECT_EQ(berlin.utc({2025, 10, 26, 2, 30, 0}), at("2025-10-26T00:30:00Z"));  // twice
  EXPECT_EQ(berlin.local(at("2025-10-26T01:30:00Z")), (LocalTime{2025, 10, 26, 2, 30, 0}));
}

TEST(Zone, AnUnknownNameIsAnError) {
  for (const char* name : {"", "Mars/Olympus", "/etc/localtime"}) EXPECT_FALSE(Zone::load(name).has_value()) << name;
}

}  // namespace
}  // namespace earshot
