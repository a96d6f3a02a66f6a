// schemas/asyncapi.json and the code say the same, both ways: which topics there are, and which events.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "earshot/topics.h"
#include "event/codec.h"
#include "support/program.h"
#include "support/schema.h"

namespace earshot::test {
namespace {

nlohmann::json document() {
  return nlohmann::json::parse(read_whole(std::string(EARSHOT_SOURCE_DIR) + "/schemas/asyncapi.json"));
}

TEST(AsyncApi, HasAChannelForEveryTopicAndForNothingElse) {
  const auto doc = document();
  EXPECT_EQ(doc["asyncapi"], "3.0.0");
  std::set<std::string> told;
  for (const auto& [name, channel] : doc["channels"].items()) {
    EXPECT_EQ(channel["address"], "earshot." + name);
    told.insert(channel["address"]);
  }
  std::set<std::string> there;
  for (const TopicName& topic : kTopics) there.emplace(topic.name);
  EXPECT_EQ(told, there);
}

TEST(AsyncApi, SaysWhichTopicsArePublished) {
  const auto doc = document();
  std::set<std::string> told;
  for (const auto& [_, operation] : doc["operations"].items()) {
    if (operation["action"] == "send")
      told.insert("earshot." +
                  operation["channel"]["$ref"].get<std::string>().substr(std::string("#/channels/").size()));
  }
  std::set<std::string> published;
  for (const TopicName& topic : kTopics) {
    if (topic.published) published.emplace(topic.name);
  }
  EXPECT_EQ(told, published);
}

TEST(AsyncApi, HasAMessageForEveryEventWithItsSchema) {
  const auto doc = document();
  std::set<std::string> told;
  for (const auto& [type, message] : doc["components"]["messages"].items()) {
    EXPECT_EQ(message["name"], type);
    EXPECT_EQ(message["payload"]["schema"]["$ref"], "events/" + type + ".schema.json");
    told.insert(type);
  }
  const auto types = event_types();
  EXPECT_EQ(told, std::set<std::string>(types.begin(), types.end()));

  std::set<std::string> used;
  for (const auto& [_, channel] : doc["channels"].items()) {
    for (const auto& [type, message] : channel["messages"].items()) {
      EXPECT_EQ(message["$ref"], "#/components/messages/" + type);
      used.insert(type);
    }
  }
  EXPECT_EQ(used, told);
}

}  // namespace
}  // namespace earshot::test
