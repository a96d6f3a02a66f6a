#include "processors/desk/settings.h"

#include <gtest/gtest.h>

#include "event/json_writer.h"
#include "processors/desk/calendars.h"

namespace earshot::desk {
namespace {

TEST(DeskSettings, WorkWhenNothingIsConfigured) {
  const auto settings = read_desk_settings("{}");
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  EXPECT_EQ(*settings, default_desk_settings());
  EXPECT_EQ(settings->departments.size(), 4u);
  EXPECT_TRUE(validate(default_desk_settings()).has_value());
}

TEST(DeskSettings, AreReadBackAsTheyWereWritten) {
  const DeskSettings settings = default_desk_settings();
  const auto again = read_desk_settings(write_json(settings));
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(*again, settings);
}

TEST(DeskSettings, RouteByTheIssuesOfTheDepartmentsWhenNoRulesAreGiven) {
  const auto settings = read_desk_settings(
      R"({"departments":[{"name":"front","liaison":"a-1","deputy":"a-2","supervisor":"a-3"},
                         {"name":"money","liaison":"b-1","deputy":"b-2","supervisor":"b-3","issues":["refund"]}]})");
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  ASSERT_EQ(settings->rules.size(), 2u);
  EXPECT_EQ(settings->rules[0].department, "money");
  EXPECT_EQ(settings->rules[1].department, "front");
  EXPECT_TRUE(settings->agents.empty()) << "the agents of other departments do not fit";
}

TEST(DeskSettings, SayWhatIsWrongAndWhere) {
  struct Row {
    const char* name;
    void (*spoil)(DeskSettings&);
    const char* message;
  };
  const Row rows[] = {
      {"no liaison", [](DeskSettings& s) { s.departments[1].liaison = ""; }, "department logistics has no liaison"},
      {"no deputy", [](DeskSettings& s) { s.departments[0].deputy = ""; }, "department support has no deputy"},
      {"no supervisor", [](DeskSettings& s) { s.departments[0].supervisor = ""; },
       "department support has no supervisor"},
      {"one person for both", [](DeskSettings& s) { s.departments[0].deputy = s.departments[0].liaison; },
       "another person than the liaison"},
      {"two of a name", [](DeskSettings& s) { s.departments[1].name = "support"; }, "department support stands twice"},
      {"unknown calendar", [](DeskSettings& s) { s.departments[0].calendar = "moon"; }, "there is no calendar moon"},
      {"agent of nowhere", [](DeskSettings& s) { s.agents[0].departments = {"sales"}; },
       "agent agent-1: there is no department sales"},
      {"agent without room", [](DeskSettings& s) { s.agents[0].capacity = 0; }, "capacity is not within 1 and 1000"},
      {"rule to nowhere", [](DeskSettings& s) { s.rules[0].department = "sales"; }, "there is no department sales"},
      {"last rule with a condition", [](DeskSettings& s) { s.rules.back().channels = {"email"}; },
       "the last rule must take everything"},
      {"catch-all in the middle", [](DeskSettings& s) { s.rules[0].issues.clear(); },
       "the rules after it are never reached"},
      {"no rules", [](DeskSettings& s) { s.rules.clear(); }, "there is no routing rule"},
      {"two targets", [](DeskSettings& s) { s.policies[0].targets.push_back(s.policies[0].targets[0]); },
       "two targets for urgent"},
      {"negative target", [](DeskSettings& s) { s.policies[0].targets[0].first_reply_minutes = -1; },
       "a target is not within"},
      {"bad week", [](DeskSettings& s) { s.calendars[0].week = {"someday 09:00-17:00"}; },
       "\"someday 09:00-17:00\" is not like"},
      {"bad date", [](DeskSettings& s) { s.calendars[0].closed = {"2026-02-30"}; }, "\"2026-02-30\" is not like"},
      {"bad zone", [](DeskSettings& s) { s.calendars[0].zone = "Atlantis/Poseidonis"; }, "calendar always"},
      {"never open", [](DeskSettings& s) { s.calendars[1].week.clear(); }, "would never open"},
      {"no time to take", [](DeskSettings& s) { s.take_business_minutes = 0; },
       "take_business_minutes is not within 1 and"},
      {"too many bits", [](DeskSettings& s) { s.similar_bits = 65; }, "similar_bits is not within 1 and 64"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    DeskSettings settings = default_desk_settings();
    row.spoil(settings);
    const auto checked = validate(settings);
    ASSERT_FALSE(checked.has_value());
    EXPECT_NE(checked.error().message.find(row.message), std::string::npos) << checked.error().message;
  }
}

TEST(DeskSettings, NameTheNearestKeyOfAMistypedOne) {
  const auto settings = read_desk_settings(R"({"departmens":[]})");
  ASSERT_FALSE(settings.has_value());
  EXPECT_NE(settings.error().message.find("departments"), std::string::npos) << settings.error().message;
}

TEST(DeskSettings, TakeNoMoreThanTheirLimits) {
  struct Row {
    const char* name;
    std::size_t size;
    bool valid;
  };
  for (const Row& row : {Row{"at the limit", kAgentsMax, true}, Row{"above it", kAgentsMax + 1, false}}) {
    SCOPED_TRACE(row.name);
    DeskSettings settings = default_desk_settings();
    settings.agents.clear();
    for (std::size_t i = 0; i < row.size; ++i) {
      settings.agents.emplace_back().handle = "agent-" + std::to_string(i);
      settings.agents.back().departments = {"support"};
    }
    EXPECT_EQ(validate(settings).has_value(), row.valid);
  }
}

TEST(DeskCalendars, ReadWeeksDatesAndZones) {
  const auto calendar = make_calendar({"shanghai",
                                       "Asia/Shanghai",
                                       {"mon-fri 13:00-17:00", "mon-fri 09:00-12:00"},
                                       {"2026-10-07"},
                                       {"2026-10-10 09:00-17:00"}});
  ASSERT_TRUE(calendar.has_value()) << calendar.error().message;
  const auto open_hours = [&](const char* from, const char* to) {
    return std::chrono::duration_cast<std::chrono::hours>(
               calendar->business_time({*parse_rfc3339(from), *parse_rfc3339(to)}))
        .count();
  };
  EXPECT_EQ(open_hours("2026-10-06T00:00:00+08:00", "2026-10-07T00:00:00+08:00"), 7);
  EXPECT_EQ(open_hours("2026-10-07T00:00:00+08:00", "2026-10-08T00:00:00+08:00"), 0);
  EXPECT_EQ(open_hours("2026-10-10T00:00:00+08:00", "2026-10-11T00:00:00+08:00"), 8)
      << "a Saturday that was made a working day";
}

}  // namespace
}  // namespace earshot::desk
