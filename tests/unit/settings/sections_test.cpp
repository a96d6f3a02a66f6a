#include "settings/sections.h"

#include <gtest/gtest.h>

#include "event/json_reader.h"
#include "processors/control.h"
#include "processors/customer/customer.h"
#include "processors/customer/settings.h"
#include "processors/desk/desk.h"
#include "state/common.pb.h"
#include "state/desk.pb.h"
#include "support/feed.h"

namespace earshot {
namespace {

using testing::Feed;

TEST(Sections, AreCompletedAndOnceCompleteStayAsTheyAre) {
  for (const SettingsSection& section : kSettingsSections) {
    SCOPED_TRACE(section.name);
    const auto settings = complete_settings(section.name, "{}");
    ASSERT_TRUE(settings) << settings.error().message;
    EXPECT_GT(settings->size(), 2u);
    EXPECT_EQ(*complete_settings(section.name, *settings), *settings);
  }
  const auto silence = complete_settings("silence", R"({"late_days":0})");
  ASSERT_TRUE(silence);
  EXPECT_EQ(read_json<CustomerSettings>(*silence)->late_days, 0);
  EXPECT_EQ(read_json<CustomerSettings>(*silence)->horizon_days, 182);
}

TEST(Sections, SayWhatIsWrongAndWhatIsNear) {
  const std::string long_phrase(201, 'a');
  for (const auto& [section, json, complaint] : std::vector<std::array<std::string, 3>>{
           {"silense", "{}", "section silense is none of desk, insight, silence or text; did you mean silence?"},
           {"sinks", "{}", "section sinks is none of desk, insight, silence or text"},
           {"silence", R"({"horizon_day":90})", "silence.horizon_day is not a known key; did you mean horizon_days?"},
           {"silence", R"({"horizon_days":"90"})", "silence.horizon_days is not a whole number"},
           {"silence", R"({"horizon_days":6})", "silence.horizon_days is not within 7 and 3650"},
           {"insight", R"({"lateness_days":91})",
            "insight.lateness_days is out of range: 91; the nearest within it is 90"},
           {"text", R"({"words":[{"phrases":["x200"]}]})", "text.words has an entry that says nothing"},
           {"text", R"({"words":[{"phrases":["x200"],"issues":["weather"]}]})",
            "text.words.issues is none of none, delivery, order_error, quality, "},
           {"text", R"({"ignore":[")" + long_phrase + R"("]})", "text.ignore holds a phrase of more than 200 bytes"},
           {"desk", R"({"close_days":0})", "desk: close_days is not within 1 and 3650"},
           {"desk", R"({"departments":[{"name":"a","liason":"b"}]})", "desk: departments.liason is not a known key"},
           {"desk", "[]", "desk"},
           {"text", "{", "text"}}) {
    SCOPED_TRACE(section + " " + json.substr(0, 60));
    const auto settings = complete_settings(section, json);
    ASSERT_FALSE(settings);
    EXPECT_EQ(settings.error().kind, ErrorKind::Invalid);
    EXPECT_NE(settings.error().message.find(complaint), std::string::npos) << settings.error().message;
  }
}

TEST(Sections, AreOfBoundedLength) {
  std::string json = R"({"calibration":[)";
  while (json.size() <= kSettingsBytesMax) json += R"({"channel":")" + std::string(1000, 'c') + R"("},)";
  json.back() = ']';
  const auto settings = complete_settings("text", json + "}");
  ASSERT_FALSE(settings);
  EXPECT_NE(settings.error().message.find("more than 524288 bytes"), std::string::npos) << settings.error().message;
}

TEST(Versions, AreAboveWhatIsKeptAndNotBelowTheTime) {
  const Timestamp at = from_millis(1'000);
  EXPECT_EQ(next_version(std::nullopt, kEarliest), 1);
  EXPECT_EQ(next_version(std::nullopt, at), 1'000) << "nothing is known here: the time orders";
  EXPECT_EQ(next_version(KeptConfig{3, "{}"}, at), 1'000);
  EXPECT_EQ(next_version(KeptConfig{1'000, "{}"}, at), 1'001);
  EXPECT_EQ(next_version(KeptConfig{5'000, "{}"}, at), 5'001) << "another process's clock is ahead";
}

// What a processor keeps after two settings, in either order.
std::string kept(Processor& processor, const ConfigChanged& first, const ConfigChanged& second,
                 const std::string& name) {
  Feed feed(processor);
  feed.give(from_millis(1'000), "acme", first);
  feed.give(from_millis(1'000), "acme", second);
  const std::string& bytes = feed.values().at({"acme", name});
  if (name == "settings") {
    state::DeskConfig config;
    config.ParseFromString(bytes);
    return std::to_string(config.version()) + " " + config.settings();
  }
  state::ConfigState config;
  config.ParseFromString(bytes);
  return std::to_string(config.version()) + " " + config.settings();
}

// Two processes that do not know of each other's may give one version; partitions may hear of them in either order.
TEST(Versions, ThatAreTheSameLeaveEveryProcessorWithTheSameSettings) {
  struct Row {
    std::string section, less, greater, name;
    std::unique_ptr<Processor> (*make)();
  };
  for (const Row& row :
       {Row{"silence", R"({"horizon_days":100})", R"({"horizon_days":90})", "config/silence", &make_customer},
        Row{"desk", R"({"close_days":10})", R"({"close_days":9})", "settings", &make_desk}}) {
    SCOPED_TRACE(row.section);
    ASSERT_LT(row.less, row.greater);
    const auto processor = row.make();
    const auto of = [&](std::int64_t version, const std::string& text) {
      return ConfigChanged{row.section, version, text};
    };
    const std::string both = kept(*processor, of(7, row.less), of(7, row.greater), row.name);
    EXPECT_EQ(both, "7 " + row.greater);
    EXPECT_EQ(kept(*processor, of(7, row.greater), of(7, row.less), row.name), both);
    EXPECT_EQ(kept(*processor, of(8, row.less), of(7, row.greater), row.name), "8 " + row.less);
    EXPECT_EQ(kept(*processor, of(7, row.greater), of(8, row.less), row.name), "8 " + row.less);
  }
}

}  // namespace
}  // namespace earshot
