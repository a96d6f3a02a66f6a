// Somebody corrects what the analysis says of a text: an event in the log, what surfaces show from then on, a row to
// train on.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/earshot_process.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

using Json = nlohmann::json;

class Relabel : public ::testing::Test {
 protected:
  void start() {
    service_ = std::make_unique<RunningEarshot>(RunningEarshot::Settings{.data = data()});
    ASSERT_TRUE(service_->runs());
  }
  // Everything that was taken is folded: a 200 says only that it is in the log.
  void settle() {
    ASSERT_EQ(service_->end().exit_code, 0);
    ASSERT_EQ(run_on(data(), {"digest"}).exit_code, 0);
    start();
  }
  std::filesystem::path data() const { return scratch_.path() / "data"; }

  Json get(const std::string& path) { return Json::parse(service_->get(path).body, nullptr, false); }
  HttpAnswer label(const Json& request) {
    return service_->post("/v1/labels", request.dump(), {{"Content-Type", "application/json"}});
  }
  static std::string code_of(const HttpAnswer& answer) {
    return Json::parse(answer.body, nullptr, false).value("code", "");
  }

  // What is shown of an input of this customer.
  Json row_of(const std::string& key, const std::string& id) {
    const Json customer = get("/v1/customers/" + key);
    for (const Json& row : customer.at("timeline")) {
      if (row.value("id", "") == id) return row;
    }
    return {};
  }

  Outcome earshot(std::vector<std::string> words) {
    words.insert(words.end(), {"--url", service_->url()});
    return run_earshot(std::move(words));
  }

  Scratch scratch_;
  std::unique_ptr<RunningEarshot> service_;
};

TEST_F(Relabel, IsShownInPlaceOfTheModelAndExportedAsTrainingRows) {
  start();
  ASSERT_EQ(service_->post("/v1/events", review_json({.id = "r-1", .key = "customer:12"})).status, 200);
  ASSERT_EQ(
      service_
          ->post("/v1/events",
                 review_json({.id = "r-2", .key = "customer:13", .text = "Great quality, arrived early", .stars = 5}))
          .status,
      200);
  settle();
  const Json before = row_of("customer:12", "r-1");
  EXPECT_EQ(before.at("source"), "/acme/shop");
  EXPECT_EQ(before.at("sentiment"), "neg");
  EXPECT_FALSE(before.contains("corrected_by"));
  const std::string one = get("/v1/cases?customer=customer%3A12").at("items").at(0).at("case");

  // Over HTTP, of the case that it opened.
  const Json request = {{"actor", "agent-7"}, {"request", "l-1"},     {"source", "/acme/shop"}, {"id", "r-1"},
                        {"sentiment", "neu"}, {"issues", {"refund"}}, {"urgency", 1},           {"case", one}};
  const HttpAnswer kept = label(request);
  ASSERT_EQ(kept.status, 200) << kept.body;
  EXPECT_EQ(label(request).status, 200) << "said twice is said once";
  settle();
  const Json shown = row_of("customer:12", "r-1");
  EXPECT_EQ(shown.at("sentiment"), "neu");
  EXPECT_EQ(shown.at("issues"), Json({"refund"}));
  EXPECT_EQ(shown.at("urgency"), 1);
  EXPECT_EQ(shown.at("corrected_by"), "agent-7");
  const Json now = get("/v1/cases/" + one).at("now");
  EXPECT_EQ(now.at("issues"), Json({"refund"}));
  EXPECT_EQ(now.at("step"), "noted");
  EXPECT_EQ(now.at("note"), "analysis corrected: neu · refund");

  // From the command line, of a text without a case; the last word counts.
  EXPECT_EQ(
      earshot({"relabel", "/acme/shop", "r-2", "--sentiment", "neg", "--issues", "price,service", "--actor", "agent-1"})
          .out,
      "kept\n");
  const Outcome last =
      earshot({"relabel", "/acme/shop", "r-2", "--sentiment", "pos", "--leaves", "--actor", "agent-2"});
  EXPECT_EQ(last.out, "kept\n") << last.err;
  settle();
  EXPECT_EQ(row_of("customer:13", "r-2").at("sentiment"), "pos");
  EXPECT_EQ(row_of("customer:13", "r-2").at("corrected_by"), "agent-2");

  // What is refused, and says why.
  Json wrong = request;
  wrong["request"] = "l-2";
  wrong["actor"] = "user-1";
  EXPECT_EQ(code_of(label(wrong)), "unknown_actor");
  wrong["request"] = "l-3";
  wrong["actor"] = "agent-7";
  wrong["case"] = std::string(31, '0') + "1";
  EXPECT_EQ(label(wrong).status, 404);
  wrong.erase("case");
  wrong["request"] = "l-4";
  wrong["sentiment"] = "unknown";
  EXPECT_EQ(code_of(label(wrong)), "needs_sentiment");
  const Outcome stranger = earshot({"relabel", "/acme/shop", "r-2", "--sentiment", "pos", "--actor", "user-1"});
  EXPECT_EQ(stranger.exit_code, 1);
  EXPECT_NE(stranger.err.find("user-1"), std::string::npos) << stranger.err;
  EXPECT_EQ(earshot({"relabel", "/acme/shop", "r-2", "--sentiment", "pos", "--issues", "weather", "--actor", "agent-1"})
                .exit_code,
            2);
  EXPECT_EQ(service_->end().exit_code, 0);

  const Outcome rows = run_on(data(), {"export-labels"});
  EXPECT_EQ(rows.out,
            "#label\tlang\tdomain\ttext\tissue\tchurn\turgency\n"
            "neu\ten\tweb\tThe parcel never arrived and nobody answers\trefund\t0\t1\n"
            "pos\ten\tweb\tGreat quality, arrived early\tnone\t1\t0\n");
  EXPECT_NE(rows.err.find("2 labels"), std::string::npos) << rows.err;
  EXPECT_NE(rows.err.find("agrees with 0 of 1"), std::string::npos) << rows.err;

  // Killed or not, the log says the same again.
  EXPECT_EQ(run_on(data(), {"replay", "--check"}).exit_code, 0);
  start();
  EXPECT_EQ(row_of("customer:12", "r-1").at("corrected_by"), "agent-7");
}

}  // namespace
}  // namespace earshot::test
