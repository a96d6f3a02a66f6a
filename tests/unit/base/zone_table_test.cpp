#include "base/zone_table.h"

#include <string>

#include <gtest/gtest.h>

#include "base/zone.h"

namespace earshot {
namespace {

using namespace std::chrono_literals;

WallTime clocks_show(int year, unsigned month, unsigned day, std::chrono::minutes time) {
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  return WallTime{std::chrono::local_days{date}.time_since_epoch() + time};
}

std::string first(const ZoneTable& zone, WallTime local) { return format_rfc3339(zone.first_instant(local)); }
std::string last(const ZoneTable& zone, WallTime local) { return format_rfc3339(zone.last_instant(local)); }

TEST(ZoneTable, IsUtcAtFirst) {
  const ZoneTable utc;
  EXPECT_EQ(first(utc, clocks_show(2026, 10, 25, 2h + 30min)), "2026-10-25T02:30:00Z");
  EXPECT_EQ(Zone::load("UTC").value().table().stretches(), utc.stretches());
}

TEST(ZoneTable, KnowsSkippedAndRepeatedTimes) {
  const ZoneTable berlin = Zone::load("Europe/Berlin").value().table();
  EXPECT_EQ(first(berlin, clocks_show(2026, 7, 1, 9h)), "2026-07-01T07:00:00Z");
  // Forward at 02:00 to 03:00.
  EXPECT_EQ(first(berlin, clocks_show(2026, 3, 29, 1h + 59min)), "2026-03-29T00:59:00Z");
  EXPECT_EQ(first(berlin, clocks_show(2026, 3, 29, 2h + 30min)), "2026-03-29T01:00:00Z");
  EXPECT_EQ(last(berlin, clocks_show(2026, 3, 29, 2h + 30min)), "2026-03-29T01:00:00Z");
  EXPECT_EQ(first(berlin, clocks_show(2026, 3, 29, 3h)), "2026-03-29T01:00:00Z");
  // Back at 03:00 to 02:00.
  EXPECT_EQ(first(berlin, clocks_show(2026, 10, 25, 2h)), "2026-10-25T00:00:00Z");
  EXPECT_EQ(last(berlin, clocks_show(2026, 10, 25, 2h)), "2026-10-25T01:00:00Z");
  EXPECT_EQ(first(berlin, clocks_show(2026, 10, 25, 2h + 59min)), "2026-10-25T00:59:00Z");
  EXPECT_EQ(last(berlin, clocks_show(2026, 10, 25, 2h + 59min)), "2026-10-25T01:59:00Z");
  EXPECT_EQ(first(berlin, clocks_show(2026, 10, 25, 3h)), "2026-10-25T02:00:00Z");
  EXPECT_EQ(last(berlin, clocks_show(2026, 10, 25, 3h)), "2026-10-25T02:00:00Z");
}

TEST(ZoneTable, SkipsTheDayThatSamoaLeftOut) {
  const ZoneTable apia = Zone::load("Pacific/Apia").value().table();
  EXPECT_EQ(first(apia, clocks_show(2011, 12, 30, 12h)), "2011-12-30T10:00:00Z");
  EXPECT_EQ(first(apia, clocks_show(2011, 12, 31, 0h)), "2011-12-30T10:00:00Z");
}

TEST(ZoneTable, WallTimeIsUndoneByTheInstant) {
  for (const char* name :
       {"Europe/Berlin", "America/Havana", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe"}) {
    const ZoneTable zone = Zone::load(name).value().table();
    EXPECT_GT(zone.stretches().size(), 1u) << name;
    for (Timestamp at = kEarliest; at < kZoneTableEnd; at += 5h + 7min) {
      const WallTime local = zone.local(at);
      ASSERT_TRUE(zone.first_instant(local) == at || zone.last_instant(local) == at)
          << name << ' ' << format_rfc3339(at);
      ASSERT_LE(zone.first_instant(local), zone.last_instant(local));
    }
  }
}

TEST(ZoneTable, StaysWithTheLastOffsetAfterItsEnd) {
  const ZoneTable berlin = Zone::load("Europe/Berlin").value().table();
  EXPECT_EQ(first(berlin, clocks_show(2099, 7, 1, 12h)), "2099-07-01T10:00:00Z");
  EXPECT_EQ(first(berlin, clocks_show(2100, 7, 1, 12h)), "2100-07-01T11:00:00Z");
  EXPECT_EQ(first(berlin, clocks_show(9999, 7, 1, 12h)), "9999-07-01T11:00:00Z");
}

TEST(Zone, RefusesNamesThatDependOnTheMachine) {
  for (const char* name :
       {"", "Europe/Atlantis", "../../etc/passwd", "/etc/localtime", "localtime", "libc:UTC", "Europe/Berlin\n"}) {
    SCOPED_TRACE(name);
    const auto zone = Zone::load(name);
    ASSERT_FALSE(zone.has_value());
    EXPECT_EQ(zone.error().kind, ErrorKind::NotFound);
  }
}

TEST(ZoneTable, RefusesATableThatDoesNotAscend) {
  using Table = std::vector<ZoneTable::Stretch>;
  EXPECT_FALSE(ZoneTable::make({}).has_value());
  EXPECT_FALSE(ZoneTable::make(Table{{kEarliest, 27h}}).has_value());
  EXPECT_FALSE(ZoneTable::make(Table{{kEarliest, 1h}, {kEarliest, 2h}}).has_value());
  EXPECT_FALSE(ZoneTable::make(Table{{kEarliest, 1h}, {kEarliest + 1h, 3h}, {kEarliest + 2h, 1h}, {kEarliest + 3h, 0h}})
                   .has_value());
  EXPECT_TRUE(ZoneTable::make(Table{{kEarliest, 1h}, {kEarliest + 9h, 3h}, {kEarliest + 29h, 1h}}).has_value());
}

}  // namespace
}  // namespace earshot
