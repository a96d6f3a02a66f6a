// Every type of event has a schema that says what the code does; what the code writes follows it, and what the code
// refuses does not. EARSHOT_UPDATE_GOLDEN=1 rewrites the schemas.
#include <algorithm>
#include <cstdlib>
#include <set>

#include <gtest/gtest.h>

#include "event/validate.h"
#include "support/connector_samples.h"
#include "support/event_descriptions.h"
#include "support/random_event.h"
#include "support/random_test.h"
#include "support/schema.h"

namespace earshot::test {
namespace {

TEST(EventSchemas, AreWhatTheCodeSays) {
  const bool update = std::getenv("EARSHOT_UPDATE_GOLDEN") != nullptr;
  for (const EventBody& body : event_bodies()) {
    const std::string path = schema_path(type_of(body));
    if (update) std::ofstream(path, std::ios::binary) << schema_of(body);
    EXPECT_EQ(read_file(path), schema_of(body)) << path;
    EXPECT_FALSE(describe(type_of(body)).empty()) << type_of(body);
  }
}

TEST(EventSchemas, StandForEveryTypeAndForNothingElse) {
  auto types = event_types();
  std::sort(types.begin(), types.end());
  EXPECT_EQ(EventSchemas().types(), types);
}

// Inputs have rules that random contents do not keep; the samples below do.
TEST(EventSchemas, AcceptWhateverIsWritten) {
  Random random(seed_of_test(20261122));
  const EventSchemas schemas;
  for (int round = 0; round < scaled(20); ++round) {
    for (const EventBody& body : event_bodies()) {
      if (std::holds_alternative<Input>(body)) continue;
      Event event = testing::random_event(random, body);
      event.id = event.source = "x";
      const std::string bytes = encode(event);
      EXPECT_EQ(schemas.refuse(bytes), std::nullopt) << bytes;
    }
  }
}

TEST(EventSchemas, AcceptEveryEventOfEverySample) {
  const EventSchemas schemas;
  std::set<std::string> seen;
  for (const Sample& sample : all_samples()) {
    SCOPED_TRACE(sample.title());
    const auto connector = make_connector(sample.connector, sample.settings);
    ASSERT_TRUE(connector.has_value());
    for (const Event& event : play(**connector, sample, sample.body).events) {
      EXPECT_EQ(schemas.refuse(encode(event)), std::nullopt) << encode(event);
      seen.insert(type_of(event.body));
    }
  }
  EXPECT_GE(seen.size(), 10u);
}

std::string event_with(std::string_view type, std::string_view data) {
  return "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"earshot." + std::string(type) +
         ".v1\",\"time\":\"2026-11-20T08:15:30Z\",\"data\":" + std::string(data) + "}";
}

// One acceptable event of each kind of input, and variants that are wrong in one thing. Schema and code judge alike.
TEST(EventSchemas, JudgeInputsAsTheCodeDoes) {
  const EventSchemas schemas;
  EventDecoder decoder;
  const std::string who = R"("channel":"c","person":{"keys":["customer:1"]})";
  const std::string survey = R"("survey":{"id":"s","family":"nps","score":7,"min":0,"max":10})";
  const std::string message = R"("message":{"direction":"inbound","by":"customer"})";
  struct Row {
    const char* type;
    std::string data;
    bool good;
  };
  const std::vector<Row> rows{
      {"feedback.review", "{" + who + R"(,"rating":{"value":2.5,"min":1,"max":5}})", true},
      {"feedback.review", "{" + who + R"(,"content":{"text":"slow"}})", true},
      {"feedback.review", "{" + who + R"(,"content":{"text":"slow"},"rating":null,"unheard_of":1})", true},
      {"feedback.review", "{" + who + R"(,"content":{"text":""}})", false},
      {"feedback.review", "{" + who + "}", false},
      {"feedback.review", R"({"channel":"c","person":{"keys":[]},"content":{"text":"t"}})", false},
      {"feedback.review", R"({"channel":"c","person":{"keys":["nocolon"]},"content":{"text":"t"}})", false},
      {"feedback.review", R"({"channel":"","person":{"keys":["a:b"]},"content":{"text":"t"}})", false},
      {"feedback.review", R"({"person":{"keys":["a:b"]},"content":{"text":"t"}})", false},
      {"feedback.review", "{" + who + R"(,"rating":{"value":"five","min":1,"max":5}})", false},
      {"feedback.survey_invited", "{" + who + "," + survey + "}", true},
      {"feedback.survey_answered", "{" + who + "," + survey + "}", true},
      {"feedback.survey_answered", "{" + who + "}", false},
      {"feedback.survey_answered", "{" + who + R"(,"survey":null})", false},
      {"feedback.survey_answered", "{" + who + R"(,"survey":{"id":"s","family":"esat","min":0,"max":10}})", false},
      {"feedback.mention", "{" + who + R"(,"content":{"text":"t"}})", true},
      {"feedback.mention", "{" + who + "}", false},
      {"feedback.message", "{" + who + "," + message + "}", true},
      {"feedback.message", "{" + who + R"(,"message":{"direction":"sideways","by":"customer"}})", false},
      {"feedback.call", "{" + who + "," + message + "}", true},
      {"feedback.call", "{" + who + "}", false},
      {"feedback.edited", "{" + who + R"(,"target":{"source":"/s","id":"1"}})", true},
      {"feedback.deleted", "{" + who + R"(,"target":{"source":"/s","id":"1"}})", true},
      {"feedback.deleted", "{" + who + R"(,"target":{"source":"/s"}})", false},
      {"activity.order", "{" + who + R"(,"order":{"id":"o","amount":-5,"currency":"CNY"}})", true},
      {"activity.order", "{" + who + R"(,"order":{"id":"o","amount":5,"currency":"yuan"}})", false},
      {"activity.order", "{" + who + R"(,"order":{"id":"o","amount":5.5,"currency":"CNY"}})", false},
      {"activity.return", "{" + who + R"(,"order":{"id":"o","amount":5,"currency":"CNY"}})", true},
      {"activity.return", "{" + who + "}", false},
      {"activity.usage", "{" + who + R"(,"usage":{"what":"login","count":1}})", true},
      {"activity.usage", "{" + who + R"(,"usage":{"what":"login","count":-1}})", false},
      {"activity.payment", "{" + who + R"(,"payment":{"id":"p","amount":5,"currency":"CNY","status":"failed"}})", true},
      {"activity.payment", "{" + who + R"(,"payment":{"id":"p","amount":5,"currency":"CNY"}})", false},
      {"activity.contact", "{" + who + "}", true},
      {"activity.contact", "{" + who + R"(,"reach":-1})", false},
      {"activity.subscription",
       "{" + who + R"(,"subscription":{"plan":"p","status":"active","renews_at":"2026-12-20T08:15:30Z"}})", true},
      {"activity.subscription", "{" + who + R"(,"subscription":{"plan":"p","status":"active","renews_at":"soon"}})",
       false},
      {"identity.linked", R"({"channel":"c","person":{"keys":["customer:1","email:a@b"]}})", true},
      {"identity.linked", "{" + who + "}", false},
      {"identity.unlinked", R"({"channel":"c","person":{"keys":["customer:1","email:a@b"]}})", true},
  };
  std::set<std::string> judged;
  for (const Row& row : rows) {
    const std::string bytes = event_with(row.type, row.data);
    SCOPED_TRACE(bytes);
    const auto decoded = decoder.decode(bytes);
    EXPECT_EQ(decoded && !refuse(std::get<Input>(decoded->body)), row.good);
    EXPECT_EQ(!schemas.refuse(bytes), row.good);
    if (row.good) judged.insert(row.type);
  }
  EXPECT_EQ(judged.size(), static_cast<std::size_t>(kInputKinds));
}

TEST(EventSchemas, AskForEveryRequiredMember) {
  Random random(seed_of_test(20261122));
  const EventSchemas schemas;
  EventDecoder decoder;
  for (const EventBody& body : event_bodies()) {
    Event event = testing::random_event(random, body);
    event.id = event.source = "x";
    const std::string bytes = encode(event);
    const std::size_t data = bytes.find("\"data\":");
    const std::string without = bytes.substr(0, data) + "\"data\":{}}";
    const auto decoded = decoder.decode(without);
    const bool good = decoded && (!std::holds_alternative<Input>(body) || !refuse(std::get<Input>(decoded->body)));
    EXPECT_EQ(!schemas.refuse(without), good) << without;
    EXPECT_TRUE(schemas.refuse(bytes.substr(0, data - 1) + "}")) << "without data: " << type_of(body);
  }
}

TEST(EventSchemas, SayWhatIsWrong) {
  const EventSchemas schemas;
  EXPECT_EQ(schemas.refuse("[]"), "not a JSON object");
  EXPECT_EQ(schemas.refuse("{}"), "type is missing");
  EXPECT_EQ(schemas.refuse(R"({"type":"t"})"), "there is no schema for t");
  EXPECT_NE(schemas.refuse(event_with("activity.contact", "{}")).value_or("").find("channel"), std::string::npos);
}

}  // namespace
}  // namespace earshot::test
