// The bots of chats against receivers that answer as theirs do: errors within HTTP 200, limits, gone.
#include <algorithm>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sinks/alert_text.h"
#include "sinks/dingtalk.h"
#include "sinks/feishu.h"
#include "sinks/sink_kinds.h"
#include "support/manual_clock.h"
#include "support/receiver.h"

namespace earshot {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr const char* kHostile =
    "<!channel> <@U1> @all <at user_id=\"all\">x</at> [click](https://evil.example/a?b=c&d) "
    "http:\u200b//evil.example\r\n#fake \u202eline";

Event alert(const std::string& id, Severity severity = Severity::critical,
            const std::string& reason = "review with 1 of 5") {
  Event event;
  event.id = id;
  event.tenant = "acme";
  event.time = event.recorded = from_millis(1'780'000'000'000);
  AlertRaised raised;
  raised.severity = severity;
  raised.title = "a case was opened: support, urgent, agent-7";
  raised.case_id = CaseId{0, 1};
  raised.customer = CustomerId{0, 2};
  raised.department = "support";
  raised.owner = "agent-7";
  raised.due = from_millis(1'780'003'600'000);
  raised.reasons = {reason};
  event.body = raised;
  return event;
}

class BotTest : public ::testing::TestWithParam<const char*> {
 protected:
  bool is(std::string_view kind) const { return kind == GetParam(); }
  std::string yes() const {
    return is("slack")    ? "ok"
           : is("feishu") ? R"({"code":0,"msg":"success","data":{}})"
                          : R"({"errcode":0,"errmsg":"ok"})";
  }
  std::vector<std::string> secrets() const {
    return is("feishu") || is("dingtalk") ? std::vector<std::string>{"a-secret"} : std::vector<std::string>{};
  }

  DeliveryResult deliver(const Notice& notice) {
    auto sink =
        make_sink(*find_sink_kind(GetParam()),
                  {.url = receiver_.url() + "?key=abc", .secrets = secrets(), .allow_private_addresses = true}, clock_);
    EXPECT_TRUE(sink) << (sink ? "" : sink.error().message);
    return (*sink)->deliver(notice);
  }
  DeliveryResult answered(int status, const std::string& body,
                          std::vector<std::pair<std::string, std::string>> headers = {}) {
    receiver_.answers(status, body, std::move(headers));
    return deliver({"a", {alert("a")}});
  }
  // All text of the message that came last, whatever the kind calls it.
  std::string text() const {
    const Json body = Json::parse(receiver_.requests().back().body);
    if (is("slack")) return body.at("text");
    if (!is("feishu")) return body.at("text").at("content");
    const Json& post = body.at("content").at("post").at("zh_cn");
    std::string all = post.at("title");
    for (const Json& line : post.at("content")) all += "\n" + line.at(0).at("text").get<std::string>();
    return all;
  }

  test::ManualClock clock_;
  test::Receiver receiver_;
};

TEST_P(BotTest, TellsWhatAPersonNeedsInFewLines) {
  receiver_.answers(200, yes());
  EXPECT_EQ(deliver({"a", {alert("a")}}).outcome, Delivery::done);
  const std::string all = text();
  const std::string case_id = CaseId{0, 1}.hex();
  const std::string customer = CustomerId{0, 2}.hex();
  for (const std::string& word :
       {std::string("critical"), std::string("a case was opened"), case_id, customer, std::string("review with 1 of 5"),
        std::string("agent-7"), std::string("2026-05-28 21:26 UTC")})
    EXPECT_NE(all.find(word), std::string::npos) << word << " is missing in\n" << all;
  EXPECT_LE(std::count(all.begin(), all.end(), '\n'), 5);
}

TEST_P(BotTest, NamesTheCustomerByAKeyWhereOneIsGiven) {
  receiver_.answers(200, yes());
  deliver({"a", {alert("a")}, {"email:user-12@shop.example"}});
  EXPECT_NE(text().find("customer email:user-12＠shop[.]example"), std::string::npos) << text();
  EXPECT_EQ(text().find(CustomerId{0, 2}.hex()), std::string::npos);
}

TEST_P(BotTest, TakesNoErrorWithinA200ForAYes) {
  EXPECT_EQ(answered(200, yes()).outcome, Delivery::done);
  for (
      const char* body :
      {R"({"errcode":310000,"errmsg":"sign not match","code":19021,"msg":"sign match fail","ok":false,"error":"invalid_token"})",
       R"({"errcode":45009,"code":9499,"success":false})", "<html>please log in</html>", "invalid_payload", "[1",
       "{\"errcode\":\"0\",\"code\":\"0\",\"ok\":\"true\"}"}) {
    const DeliveryResult result = answered(200, body);
    EXPECT_EQ(result.outcome, Delivery::try_again) << body;
    EXPECT_NE(result.detail.find("200"), std::string::npos) << result.detail;
  }
  if (!is("slack")) {
    EXPECT_EQ(answered(200, "").outcome, Delivery::try_again) << "no code is no yes";
    EXPECT_EQ(answered(200, "{}").outcome, Delivery::try_again);
  }
}

TEST_P(BotTest, WaitsAsLongAsItsLimitAsks) {
  EXPECT_EQ(answered(429, "", {{"Retry-After", "30"}}).retry_after, 30s);
  if (is("feishu")) {
    EXPECT_EQ(answered(200, R"({"code":11232,"msg":"frequency limited"})").retry_after, 1min);
  } else if (is("dingtalk")) {
    EXPECT_EQ(answered(200, R"({"errcode":130101,"errmsg":"send too fast"})").retry_after, 10min);
  } else if (is("wecom")) {
    EXPECT_EQ(answered(200, R"({"errcode":45009,"errmsg":"api freq out of limit"})").retry_after, 1min);
  }
  EXPECT_EQ(answered(500, "").outcome, Delivery::try_again);
  EXPECT_EQ(answered(404, "no_service").outcome, Delivery::try_again);
  EXPECT_EQ(answered(410, "channel_is_archived").outcome, Delivery::never);
}

TEST_P(BotTest, MentionsNobodyAndLinksNowhereWhateverCustomersWrite) {
  receiver_.answers(200, yes());
  deliver({"a", {alert("a", Severity::warning, kHostile)}});
  const std::string all = text();
  for (const char* bad : {"@", "<", "://", "evil.example", "](", "\r", "\u202e", "\u200b"})
    EXPECT_EQ(all.find(bad), std::string::npos) << bad << " stands in\n" << all;
  EXPECT_EQ(all.find("\n#fake"), std::string::npos) << "no line is made up";
  EXPECT_NE(all.find("evil[.]example"), std::string::npos) << "but a person can still read it\n" << all;
  const Json body = Json::parse(receiver_.requests().back().body);
  if (is("dingtalk")) {
    EXPECT_EQ(body.at("at").at("isAtAll"), false);
  }
  if (is("wecom")) {
    EXPECT_TRUE(body.at("text").at("mentioned_list").empty());
  }
}

TEST_P(BotTest, TellsOfManyAtOnceWithTheWorstFirst) {
  receiver_.answers(200, yes());
  Notice digest{"digest-1", {}};
  for (int i = 0; i < 1000; ++i)
    digest.alerts.push_back(
        alert(std::to_string(i), i == 999 ? Severity::critical : Severity::warning, std::string(500, 'x')));
  EXPECT_EQ(deliver(digest).outcome, Delivery::done);
  const std::string all = text();
  EXPECT_NE(all.find("1000 alerts at once: 1 critical, 999 warning"), std::string::npos) << all;
  EXPECT_LT(all.find("[critical]"), all.find("[warning]"));
  EXPECT_NE(all.find("and 990 more"), std::string::npos);
  EXPECT_LE(all.size(), 2048u) << "of bytes, as the smallest of them takes";
}

TEST_P(BotTest, SignsAsItsChatVerifies) {
  receiver_.answers(200, yes());
  clock_.go_to(from_millis(1'767'225'600'000));
  deliver({"a", {alert("a")}});
  const api::Request request = receiver_.requests().back();
  if (is("feishu")) {
    const Json body = Json::parse(request.body);
    EXPECT_EQ(body.at("timestamp"), "1767225600");
    EXPECT_EQ(body.at("sign"), sign_feishu("a-secret", 1'767'225'600));
  } else if (is("dingtalk")) {
    EXPECT_EQ(request.query.at("key"), "abc");
    EXPECT_EQ(request.query.at("timestamp"), "1767225600000");
    EXPECT_EQ(request.query.at("sign"), sign_dingtalk("a-secret", 1'767'225'600'000)) << "after it was decoded";
  } else {
    EXPECT_FALSE(request.query.contains("sign"));
  }
}

TEST_P(BotTest, RefusesSecretsThatItCannotUse) {
  const SinkKind& kind = *find_sink_kind(GetParam());
  const auto make = [&](std::vector<std::string> given) {
    return make_sink(kind, {.url = "https://example.com/x", .secrets = std::move(given)}, clock_).has_value();
  };
  EXPECT_TRUE(make({}));
  EXPECT_EQ(make({"one"}), is("feishu") || is("dingtalk"));
  EXPECT_FALSE(make({"one", "two"}));
  EXPECT_FALSE(make({""}));
}

INSTANTIATE_TEST_SUITE_P(Kinds, BotTest, ::testing::Values("slack", "feishu", "dingtalk", "wecom"),
                         [](const auto& one) { return std::string(one.param); });

// Computed elsewhere.
TEST(BotSignatures, FitKnownVectors) {
  EXPECT_EQ(sign_feishu("feishu-secret", 1'767'225'600), "hm9QDKjC+ecxOxpTkx3o/E8TJDhB/Fq5pPz6i8mf5Lw=");
  EXPECT_EQ(sign_dingtalk("SEC000000000000000000000000000000000000000000000000000000000000dead", 1'767'225'600'000),
            "2TC8jOf44ZfwTKKwsH84BhJHl66LzH8iiH11bJDN/00=");
}

TEST(BotSignatures, AreEncodedForAQuery) {
  test::ManualClock clock(from_millis(1'767'225'600'000));
  const SinkKind& kind = *find_sink_kind("dingtalk");
  const SinkSettings settings{.url = "https://example.com/send?access_token=x",
                              .secrets = {"SEC000000000000000000000000000000000000000000000000000000000000dead"}};
  EXPECT_EQ(kind.render(settings, {"a", {alert("a")}}, clock.now())->url,
            "https://example.com/"
            "send?access_token=x&timestamp=1767225600000&sign=2TC8jOf44ZfwTKKwsH84BhJHl66LzH8iiH11bJDN%2F00%3D");
}

TEST(AlertText, KeepsNumbersAndSentencesAsTheyAre) {
  EXPECT_EQ(plain("1.5 of 5. Late again: 3 days, 服务很差。"), "1.5 of 5. Late again: 3 days, 服务很差。");
  EXPECT_EQ(plain("see shop.example or a@b.example"), "see shop[.]example or a＠b[.]example");
  EXPECT_EQ(plain("a\u200b.\u200bexample"), "a[.]example");
  EXPECT_EQ(plain("https:/\u202e\u200b/a.example"), "https[:]//a[.]example") << "found by sink_fuzz";
  EXPECT_EQ(plain(std::string(300, 'x'), 5), "xxxxx…");
  EXPECT_EQ(plain("\xff"), "?");
  EXPECT_EQ(plain("a\nb\x1b[31mc\u2028d"), "a b ［31mc d");
}

TEST(AlertText, IsCutBetweenCharacters) { EXPECT_EQ(text_of({"你好", "世界"}, 8), "你好\n"); }

}  // namespace
}  // namespace earshot
