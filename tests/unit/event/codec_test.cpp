#include "event/codec.h"

#include <set>

#include <gtest/gtest.h>

#include "event/upgrade.h"
#include "event/validate.h"

namespace earshot {
namespace {

constexpr std::size_t kDepthLeft = 61;  // of 64: the event and its data come first, and the parser wants one for itself

constexpr std::string_view kReview =
    R"({"specversion":"1.0","id":"gp:1","source":"/acme/google-play/app","type":"earshot.feedback.review.v1","time":"2026-11-20T08:15:30Z",)"
    R"("tenant":"acme","note":"unknown attribute","data":{"channel":"google_play","person":{"keys":["google_play:1"],"name":"user-12"},)"
    R"("content":{"title":null,"text":"更新之后一直闪退","language":"zh"},"rating":{"value":2.5,"min":1,"max":5},"later":{"a":[1]}}})";

std::string with(std::string_view from, std::string_view to) {
  std::string text(kReview);
  return text.replace(text.find(from), from.size(), to);
}

TEST(Codec, ReadsTheReviewOfTheDesign) {
  EventDecoder decoder;
  const auto event = decoder.decode(kReview);
  ASSERT_TRUE(event) << event.error().detail;
  EXPECT_EQ(event->id, "gp:1");
  EXPECT_EQ(event->time, parse_rfc3339("2026-11-20T08:15:30Z"));
  const auto& input = std::get<Input>(event->body);
  EXPECT_EQ(input.kind, InputKind::review);
  EXPECT_EQ(input.content.text, "更新之后一直闪退");
  EXPECT_EQ(input.rating, (Rating{2500, 1000, 5000}));
  EXPECT_EQ(input.unknown, R"({"later":{"a":[1]}})");
  EXPECT_FALSE(refuse(input));
}

TEST(Codec, ATraceParentIsKeptAndWhatIsNoneCostsNothing) {
  const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const auto changed = [&](std::size_t at, std::size_t count, const std::string& to) {
    return std::string(good).replace(at, count, to);
  };
  const std::pair<const char*, std::string> none[] = {{"too short", good.substr(0, 54)},
                                                      {"too long", good + "0"},
                                                      {"capital letters", changed(3, 1, "A")},
                                                      {"no dash", changed(35, 1, "0")},
                                                      {"version ff", changed(0, 2, "ff")},
                                                      {"trace 0", changed(3, 32, std::string(32, '0'))},
                                                      {"parent 0", changed(36, 16, std::string(16, '0'))},
                                                      {"empty", ""}};
  EventDecoder decoder;
  const auto traced = [&](const std::string& trace) {
    return decoder.decode(with(R"("note":"unknown attribute")", R"("traceparent":")" + trace + '"'));
  };
  const auto kept = traced(good);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->trace_parent, good);
  EXPECT_EQ(decoder.decode(encode(*kept)).value(), *kept);
  for (const auto& [name, trace] : none) {
    SCOPED_TRACE(name);
    const auto event = traced(trace);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->trace_parent, "");
    EXPECT_EQ(encode(*event).find("traceparent"), std::string::npos);
  }
}

// Members in the order in which we write them are read another way than members in any other order.
TEST(Codec, TakesMembersInAnyOrder) {
  EventDecoder decoder;
  const auto expected = decoder.decode(with(R"(,"later":{"a":[1]})", ""));
  ASSERT_TRUE(expected);
  const std::string written = encode(*expected);
  const auto as_written = decoder.decode(written);
  ASSERT_TRUE(as_written) << as_written.error().detail;
  EXPECT_EQ(as_written->body, expected->body);

  const auto moved_to_front = [](const std::string& member, std::string text) {
    text.erase(text.find(member), member.size());
    return text.insert(1, member);
  };
  for (const char* member : {R"("id":"gp:1",)", R"("tenant":"acme",)", R"("source":"/acme/google-play/app",)"}) {
    const auto event = decoder.decode(moved_to_front(member, written));
    ASSERT_TRUE(event) << event.error().detail;
    EXPECT_EQ(encode(*event), written);
  }
  const std::string person = R"("keys":["google_play:1"],"name":"user-12")";
  std::string turned = written;
  ASSERT_NE(turned.find(person), std::string::npos) << written;
  turned.replace(turned.find(person), person.size(), R"("name":"user-12","keys":["google_play:1"])");
  const auto event = decoder.decode(turned);
  ASSERT_TRUE(event) << event.error().detail;
  EXPECT_EQ(encode(*event), written);
  std::string twice = written;
  twice.replace(twice.find(person), person.size(),
                R"("keys":["google_play:1"],"keys":["google_play:2"],"name":"user-12")");
  EXPECT_EQ(decoder.decode(twice).error().reason, DeadLetterReason::not_json);
}

// Attributes of others are passed over wherever they stand; behind our own members without a second reading. A key that
// stands twice is refused either way.
TEST(Codec, PassesOverAttributesOfOthersBehindOurs) {
  EventDecoder decoder;
  const auto expected = decoder.decode(kReview);
  ASSERT_TRUE(expected);
  const std::string written = encode(*expected);
  const auto behind = [&](const std::string& members) {
    return decoder.decode(written.substr(0, written.size() - 1) + members + "}");
  };
  const std::string nine = R"(,"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9)";
  for (const std::string& members :
       {std::string(R"(,"customer":"c-1")"), std::string(R"(,"ts":1,"score":-0.5,"flag":null)"),
        std::string(R"(,"more":{"a":[1]})"), std::string(R"(,"list":["a"])"), nine}) {
    const auto event = behind(members);
    ASSERT_TRUE(event) << members << ": " << event.error().detail;
    EXPECT_EQ(*event, *expected) << members;
  }
  for (const std::string& members :
       {std::string(R"(,"ts":1,"ts":1)"), std::string(R"(,"id":"other")"), std::string(R"(,"data":{})"),
        std::string(R"(,"more":{"a":1,"a":2})"), nine + R"(,"a":1)"}) {
    const auto event = behind(members);
    ASSERT_FALSE(event) << members;
    EXPECT_EQ(event.error().reason, DeadLetterReason::not_json) << members;
  }
  const auto late = behind(R"(,"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")");
  ASSERT_TRUE(late);
  EXPECT_NE(late->trace_parent, "");
}

TEST(Codec, StripsAByteOrderMark) {
  EventDecoder decoder;
  EXPECT_TRUE(decoder.decode("\xef\xbb\xbf" + std::string(kReview)));
}

// A rating was a bare number once, then had a name of its own, then its scale beside it.
TEST(Codec, ReadsAnOldVersionAsItsNewest) {
  static constexpr EventUpgrade kUpgrades[] = {
      {"earshot.feedback.opinion.v1", "earshot.feedback.opinion.v2",
       [](simdjson::dom::object old) {
         return R"({"channel":"mail","person":{"keys":["email:a@example.org"]},"stars":)" +
                simdjson::minify(old["value"]) + "}";
       }},
      {"earshot.feedback.opinion.v2", "earshot.feedback.review.v1", [](simdjson::dom::object old) {
         return R"({"channel":"mail","person":)" + simdjson::minify(old["person"]) +
                R"(,"rating":{"min":1,"max":5,"value":)" + simdjson::minify(old["stars"]) + "}}";
       }}};
  const std::string old =
      R"({"specversion":"1.0","id":"7","source":"/acme/mail","type":"earshot.feedback.opinion.v1","time":"2020-01-02T03:04:05Z","data":{"value":2}})";
  EventDecoder decoder(kUpgrades);
  for (int round = 0; round < 2; ++round) {  // buffers are used again
    const auto event = decoder.decode(old);
    ASSERT_TRUE(event) << event.error().detail;
    EXPECT_EQ(event->id, "7");
    const auto& input = std::get<Input>(event->body);
    EXPECT_EQ(input.kind, InputKind::review);
    EXPECT_EQ(input.rating, (Rating{2000, 1000, 5000}));
    EXPECT_EQ(input.person.keys, std::vector<std::string>{"email:a@example.org"});
  }
  EXPECT_EQ(EventDecoder{}.decode(old).error().reason, DeadLetterReason::unknown_type);
}

TEST(Codec, RefusesWithATypedReason) {
  struct Row {
    const char* name;
    std::string bytes;
    DeadLetterReason reason;
  };
  const Row rows[] = {
      {"empty", "", DeadLetterReason::not_json},
      {"invalid UTF-8", with("user-12", "user-\xff"), DeadLetterReason::not_json},
      {"lone surrogate", with("user-12", "\\ud800"), DeadLetterReason::not_json},
      {"duplicate key", with(R"("name":"user-12")", R"("name":"user-12","name":"x")"), DeadLetterReason::not_json},
      {"duplicate key in what we do not know", with(R"({"a":[1]})", R"([{"b":1,"b":1}])"), DeadLetterReason::not_json},
      {"trailing garbage", std::string(kReview) + "x", DeadLetterReason::not_json},
      {"too deep", with(R"({"a":[1]})", std::string(70, '[') + std::string(70, ']')), DeadLetterReason::not_json},
      {"a list", "[]", DeadLetterReason::invalid_event},
      {"no id", with(R"("id":"gp:1",)", ""), DeadLetterReason::invalid_event},
      {"other specversion", with(R"("1.0")", R"("0.3")"), DeadLetterReason::invalid_event},
      {"unknown type", with("feedback.review.v1", "feedback.rumour.v1"), DeadLetterReason::unknown_type},
      {"newer version", with("feedback.review.v1", "feedback.review.v2"), DeadLetterReason::unknown_type},
      {"no data", with(R"("data":{)", R"("data":null,"x":{)"), DeadLetterReason::invalid_event},
      {"wrong type", with(R"("channel":"google_play")", R"("channel":7)"), DeadLetterReason::invalid_event},
      {"no channel", with(R"("channel":"google_play",)", ""), DeadLetterReason::invalid_event},
      {"absurd time", with("2026-11-20T", "2026-13-20T"), DeadLetterReason::invalid_event},
      {"number out of range", with(R"("later":{"a":[1]})", R"("reach":9223372036854775808)"),
       DeadLetterReason::invalid_event},
      {"number far out of range", with(R"("later":{"a":[1]})", R"("reach":99999999999999999999)"),
       DeadLetterReason::not_json},
  };
  EventDecoder decoder;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto event = decoder.decode(row.bytes);
    ASSERT_FALSE(event);
    EXPECT_EQ(event.error().reason, row.reason) << event.error().detail;
    EXPECT_FALSE(event.error().detail.empty());
  }
}

TEST(Codec, TakesDepthUpToItsLimit) {
  EventDecoder decoder;
  const auto nested = [](std::size_t depth) {
    return with(R"({"a":[1]})", std::string(depth, '[') + "1" + std::string(depth, ']'));
  };
  EXPECT_TRUE(decoder.decode(nested(kDepthLeft)));
  EXPECT_FALSE(decoder.decode(nested(kDepthLeft + 1)));
}

TEST(Validate, WantsTheBlockOfTheKind) {
  Input input{.kind = InputKind::order, .channel = "shop"};
  EXPECT_EQ(refuse(input)->reason, DeadLetterReason::no_identity);
  input.person.keys = {"customer:1"};
  EXPECT_EQ(refuse(input)->reason, DeadLetterReason::missing_block);
  input.order = Order{"o1", 100, "EUR"};
  EXPECT_FALSE(refuse(input));
  input.order->currency = "euro";
  EXPECT_EQ(refuse(input)->reason, DeadLetterReason::invalid_event);
}

TEST(Validate, RefusesKeysThatAreNotKindAndValue) {
  Input input{.kind = InputKind::contact, .channel = "shop"};
  for (const char* key : {"", ":", "customer:", ":1", "customer"}) {
    input.person.keys = {key};
    EXPECT_TRUE(refuse(input)) << key;
  }
  input.person.keys = std::vector<std::string>(kKeysMax, "customer:1");
  EXPECT_FALSE(refuse(input));
  input.person.keys.push_back("customer:1");
  EXPECT_TRUE(refuse(input));
}

TEST(Validate, NeverClampsAScoreThatIsOffItsScale) {
  Input input{.kind = InputKind::survey_answered, .channel = "email", .person = {{"customer:1"}, {}, ""}};
  input.survey = Survey{.id = "s1", .score = 10};
  EXPECT_FALSE(refuse(input));
  input.survey->score = 11;
  EXPECT_EQ(refuse(input)->reason, DeadLetterReason::invalid_event);
}

TEST(EventTypes, AreAllDifferent) {
  const auto types = event_types();
  EXPECT_EQ(std::set<std::string>(types.begin(), types.end()).size(), types.size());
}

}  // namespace
}  // namespace earshot
