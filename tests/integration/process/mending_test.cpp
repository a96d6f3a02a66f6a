// Dead letters that are mended: once, with who and when, and with no effect twice, also when two people do it at once
// or the process is killed behind it.
#include <algorithm>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/earshot_process.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

constexpr const char* kForeign =
    R"({"specversion":"1.0","id":"o-1","source":"/shop","type":"com.example.order","time":"2026-11-20T08:00:00Z","data":{"who":"12","what":"o-77"}})";
constexpr const char* kMapping =
    "connectors:\n"
    "  - name: cloudevents\n"
    "    types:\n"
    "      - type: com.example.order\n"
    "        map:\n"
    "          kind: order\n"
    "          channel: shop\n"
    "          time: {value: '{time}'}\n"
    "          keys: [{kind: customer, value: '{/who}', verified: true}]\n"
    "          order: {id: '{/what}', amount: '0', currency: EUR}\n";

class Mending : public ::testing::Test {
 protected:
  void start(const std::string& config = "") {
    std::ofstream(scratch_.path() / "earshot.yaml") << config;
    service_ = std::make_unique<RunningEarshot>(
        RunningEarshot::Settings{.data = data(), .words = {"--config", (scratch_.path() / "earshot.yaml").string()}});
    ASSERT_TRUE(service_->runs());
  }
  std::filesystem::path data() const { return scratch_.path() / "data"; }

  nlohmann::json get(const std::string& path) {
    return nlohmann::json::parse(service_->get(path).body, nullptr, false);
  }
  std::vector<nlohmann::json> letters(const std::string& query = "") {
    return get("/v1/dead-letters" + query).at("items").get<std::vector<nlohmann::json>>();
  }
  HttpAnswer mend(const std::string& letter, const nlohmann::json& request) {
    return service_->post("/v1/dead-letters/" + letter + "/mend", request.dump());
  }
  static std::string code_of(const HttpAnswer& answer) {
    return nlohmann::json::parse(answer.body, nullptr, false).value("code", "");
  }

  // How many inputs of this customer there are, whatever their ids.
  std::size_t inputs_of(const std::string& key) {
    const auto customer = get("/v1/customers/" + key);
    if (!customer.contains("timeline")) return 0;
    const auto& timeline = customer.at("timeline");
    return static_cast<std::size_t>(std::count_if(timeline.begin(), timeline.end(), [](const auto& row) {
      return !row.at("what").template get<std::string>().starts_with("case_");
    }));
  }

  Outcome earshot(std::vector<std::string> words) {
    words.insert(words.end(), {"--url", service_->url()});
    return run_earshot(std::move(words));
  }

  void expect_that_a_replay_agrees() {
    const std::string live = run_on(data(), {"digest"}).last_word();
    EXPECT_EQ(live.size(), 64u);
    EXPECT_EQ(run_on(data(), {"replay", "--check"}).exit_code, 0);
  }

  Scratch scratch_;
  std::unique_ptr<RunningEarshot> service_;
};

TEST_F(Mending, OfAWholeReasonFollowsANewMapping) {
  start();
  ASSERT_EQ(service_->post("/v1/events", kForeign).status, 400);
  const Outcome early = earshot({"dead-letters", "retry", "--reason", "unknown_type", "--actor", "agent-7"});
  EXPECT_EQ(early.exit_code, 1);
  EXPECT_EQ(early.out, "mended 0\nleft 1\n");
  EXPECT_NE(early.err.find("no mapping of the configuration takes it"), std::string::npos) << early.err;
  ASSERT_EQ(letters().size(), 1u) << "a try that fails leaves nothing behind";
  service_->end();

  start(kMapping);
  const Outcome late = earshot({"dead-letters", "retry", "--reason", "unknown_type", "--actor", "agent-7"});
  EXPECT_EQ(late.out, "mended 1\nleft 0\n") << late.err;
  EXPECT_EQ(inputs_of("customer:12"), 1u);
  const auto letter = letters().at(0);
  EXPECT_EQ(letter.at("mended").at("by"), "agent-7");
  EXPECT_FALSE(letter.at("mended").contains("edited"));
  EXPECT_TRUE(letters("?open=true").empty());

  EXPECT_EQ(earshot({"dead-letters", "retry", "--actor", "agent-8"}).out, "mended 0\nleft 0\n");
  const auto again = mend(letter.at("id"), {{"actor", "agent-8"}});
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(code_of(again), "already_mended");
  EXPECT_NE(again.body.find("agent-7"), std::string::npos) << again.body;
  EXPECT_EQ(inputs_of("customer:12"), 1u);
  EXPECT_EQ(service_->end().exit_code, 0);
  expect_that_a_replay_agrees();
}

TEST_F(Mending, WithAnEditedPayloadHappensOnceThoughTwoDoItAtOnceAndTheProcessIsKilled) {
  start();
  std::string bad = review_json({.id = "r-1", .key = "customer:9"});
  bad.replace(bad.find("\"value\":1"), 9, "\"value\":9");
  ASSERT_EQ(service_->post("/v1/events", bad).status, 400);
  const std::string letter = letters().at(0).at("id");
  EXPECT_EQ(code_of(mend(letter, {{"actor", "agent-7"}})), "nothing_accepted");
  EXPECT_EQ(code_of(mend(letter, {{"actor", ""}})), "bad_request");
  EXPECT_EQ(mend("0123", {{"actor", "agent-7"}}).status, 404);

  // Each gives the event an id of its own, so that the ids do not keep them apart.
  std::vector<int> statuses(8);
  std::vector<std::thread> people;
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    people.emplace_back([&, i] {
      const std::string own = review_json({.id = "r-" + std::to_string(10 + i), .key = "customer:9"});
      statuses[i] = mend(letter, {{"actor", "agent-" + std::to_string(i)}, {"payload", own}}).status;
    });
  }
  for (std::thread& person : people) person.join();
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 200), 1);
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 409), 7);
  const auto winner = "agent-" + std::to_string(std::find(statuses.begin(), statuses.end(), 200) - statuses.begin());
  service_->end(SIGKILL);

  start();
  EXPECT_EQ(letters().at(0).at("mended").at("by"), winner);
  EXPECT_EQ(letters().at(0).at("mended").at("edited"), true);
  EXPECT_EQ(inputs_of("customer:9"), 1u);
  EXPECT_EQ(
      code_of(mend(letter, {{"actor", "agent-7"}, {"payload", review_json({.id = "r-99", .key = "customer:9"})}})),
      "already_mended");
  EXPECT_EQ(inputs_of("customer:9"), 1u);
  EXPECT_EQ(service_->end().exit_code, 0);
  const Outcome shown = run_on(data(), {"dead-letters", "show", letter});
  EXPECT_NE(shown.out.find(" by " + winner + ", edited"), std::string::npos) << shown.out;
  expect_that_a_replay_agrees();
}

TEST_F(Mending, OfWhatIsKnownAlreadyChangesNothingAndIsNotSaidToBeDone) {
  start();
  const std::string good = review_json({.id = "r-1", .key = "customer:9"});
  ASSERT_EQ(service_->post("/v1/events", good).status, 200);
  ASSERT_EQ(service_->post("/v1/events", "not JSON").status, 400);
  const std::string letter = letters().at(0).at("id");
  EXPECT_EQ(code_of(mend(letter, {{"actor", "agent-7"}, {"payload", good}})), "nothing_new");
  EXPECT_EQ(letters("?open=true").size(), 1u);
  EXPECT_EQ(inputs_of("customer:9"), 1u);
}

TEST_F(Mending, OfALetterThatWasCutNeedsTheWholePayload) {
  start();
  auto large = nlohmann::json::parse(review_json({.id = "r-1", .key = "customer:9"}));
  large["data"]["rating"]["value"] = 9;
  large["data"]["content"]["text"] = std::string(40'000, 'x');
  ASSERT_EQ(service_->post("/v1/events", large.dump()).status, 400);
  const std::string letter = letters().at(0).at("id");
  EXPECT_EQ(code_of(mend(letter, {{"actor", "agent-7"}})), "cut_short");
  large["data"]["rating"]["value"] = 1;
  const auto file = scratch_.path() / "fixed.json";
  std::ofstream(file) << large.dump(2);  // on many lines
  const Outcome fixed = earshot({"dead-letters", "fix", letter, "--payload", file.string(), "--actor", "agent-7"});
  EXPECT_EQ(fixed.out, "accepted 1, duplicate 0\n") << fixed.err;
  EXPECT_EQ(inputs_of("customer:9"), 1u);
}

TEST_F(Mending, OfADirectoryNeedsAnEarshotThatRuns) {
  start();
  ASSERT_EQ(service_->post("/v1/events", "not JSON").status, 400);
  const std::string letter = letters().at(0).at("id");
  service_->end();
  const Outcome refused = run_on(data(), {"dead-letters", "retry", letter, "--actor", "agent-7"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("--url"), std::string::npos) << refused.err;
}

}  // namespace
}  // namespace earshot::test
