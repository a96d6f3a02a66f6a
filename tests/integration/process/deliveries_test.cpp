// Deliveries that fail after their last try, seen and made again, though the process is killed in between.
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/small_file.h"
#include "support/earshot_process.h"
#include "support/receiver.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

class Deliveries : public ::testing::Test {
 protected:
  void start() {
    std::ofstream(scratch_.path() / "earshot.yaml") << "sinks:\n"
                                                       "  - name: chat\n"
                                                       "    url: " +
                                                           receiver_.url() +
                                                           "\n"
                                                           "    secret_env: [CHAT_SECRET]\n"
                                                           "    allow_private_addresses: true\n";
    service_ = std::make_unique<RunningEarshot>(RunningEarshot::Settings{
        .data = data(),
        .words = {"--config", (scratch_.path() / "earshot.yaml").string()},
        .environment = {{"CHAT_SECRET", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}}});
    ASSERT_TRUE(service_->runs());
  }
  std::filesystem::path data() const { return scratch_.path() / "data"; }
  std::filesystem::path file() const { return data() / "sinks" / "chat.json"; }

  void alert() {
    ASSERT_EQ(service_
                  ->post("/v1/events",
                         review_json(
                             {.id = "r-1", .key = "customer:9", .text = "The charger caught fire and burned my hand"}))
                  .status,
              200);
  }
  std::string id_of_request(std::size_t n) { return receiver_.requests_when(n).at(n - 1).header("webhook-id"); }

  // As if all tries but the last had been made.
  void go_to_the_last_try() {
    auto state = nlohmann::json::parse(*read_small_file(file()));
    state.at("pending").at(0)["tries"] = 9;
    state.at("pending").at(0)["due"] = "2026-01-01T00:00:00Z";
    ASSERT_TRUE(replace_small_file(file(), state.dump()));
  }

  Outcome list(std::vector<std::string> words) {
    words.insert(words.begin(), {"deliveries", "list"});
    return run_earshot(std::move(words));
  }

  Scratch scratch_;
  Receiver receiver_;
  std::unique_ptr<RunningEarshot> service_;
};

TEST_F(Deliveries, AreParkedSeenAndMadeAgainWithTheSameIdThoughTheProcessIsKilled) {
  receiver_.answers(503);
  start();
  alert();
  const std::string id = id_of_request(1);
  service_->end(SIGKILL);
  go_to_the_last_try();

  start();
  EXPECT_EQ(id_of_request(2), id);
  EXPECT_NE(service_->process().wait_for("deliveries were parked"), "");
  service_->end(SIGKILL);

  const Outcome of_directory = list({"--state", "parked", "--data", data().string()});
  EXPECT_NE(of_directory.out.find(id), std::string::npos) << of_directory.out << of_directory.err;
  EXPECT_NE(of_directory.out.find("HTTP 503"), std::string::npos) << of_directory.out;

  start();
  const Outcome of_service = list({"--json", "--url", service_->url()});
  const auto row = nlohmann::json::parse(of_service.out, nullptr, false);
  ASSERT_TRUE(row.is_object()) << of_service.out << of_service.err;
  EXPECT_EQ(row.at("sink"), "chat");
  EXPECT_EQ(row.at("id"), id);
  EXPECT_EQ(row.at("state"), "parked");
  EXPECT_EQ(row.at("tries"), 10);
  EXPECT_EQ(row.at("severity"), "critical");
  const Outcome shown = run_earshot({"deliveries", "show", id, "--url", service_->url()});
  EXPECT_NE(shown.out.find("a case was opened"), std::string::npos) << shown.out << shown.err;

  receiver_.answers(204);
  EXPECT_EQ(run_earshot({"deliveries", "resend", "0123", "--actor", "agent-7", "--url", service_->url()}).exit_code, 1);
  const Outcome resent =
      run_earshot({"deliveries", "resend", "--sink", "chat", "--actor", "agent-7", "--url", service_->url()});
  EXPECT_NE(resent.out.find("made again: 1"), std::string::npos) << resent.out << resent.err;
  EXPECT_EQ(id_of_request(3), id);
  EXPECT_EQ(service_->end().exit_code, 0);
  EXPECT_EQ(list({"--json", "--data", data().string()}).out, "");
}

TEST_F(Deliveries, GoOnAfterAReceiverThatWasGoneForGoodIsBack) {
  receiver_.answers(410);
  start();
  alert();
  const std::string id = id_of_request(1);
  EXPECT_NE(service_->process().wait_for("no longer delivered"), "");
  service_->end(SIGKILL);
  start();
  const Outcome listed = list({"--state", "stopped", "--url", service_->url()});
  EXPECT_NE(listed.out.find(id), std::string::npos) << listed.out << listed.err;
  receiver_.answers(204);
  const Outcome resent =
      run_earshot({"deliveries", "resend", "--sink", "chat", "--actor", "agent-7", "--url", service_->url()});
  EXPECT_NE(resent.out.find("made again: 1"), std::string::npos) << resent.out << resent.err;
  EXPECT_EQ(id_of_request(2), id);
  EXPECT_EQ(service_->end().exit_code, 0);
}

TEST_F(Deliveries, OfABotNameTheCustomerAndAreQuietAboutWhatWasTold) {
  receiver_.answers(200, "ok");
  std::ofstream(scratch_.path() / "earshot.yaml") << "sinks:\n"
                                                     "  - name: chat\n"
                                                     "    kind: slack\n"
                                                     "    url_env: CHAT_URL\n"
                                                     "    severity: critical\n"
                                                     "    show_keys: true\n"
                                                     "    allow_private_addresses: true\n";
  service_ = std::make_unique<RunningEarshot>(
      RunningEarshot::Settings{.data = data(),
                               .words = {"--config", (scratch_.path() / "earshot.yaml").string()},
                               .environment = {{"CHAT_URL", receiver_.url()}}});
  ASSERT_TRUE(service_->runs());
  alert();
  const auto body = nlohmann::json::parse(receiver_.requests_when(1).at(0).body);
  const std::string text = body.at("text");
  EXPECT_NE(text.find("customer customer:9"), std::string::npos) << text;
  EXPECT_NE(text.find("[critical] a case was opened"), std::string::npos) << text;
  EXPECT_EQ(service_->end().exit_code, 0);
  const Outcome shown = run_earshot({"config", "show", "--config", (scratch_.path() / "earshot.yaml").string()},
                                    {{"CHAT_URL", receiver_.url()}});
  EXPECT_EQ(shown.out.find(receiver_.url()), std::string::npos) << "an address that is a secret stays out\n"
                                                                << shown.out;
}

TEST_F(Deliveries, OfADirectoryNeedAnEarshotThatRuns) {
  start();
  service_->end();
  const Outcome refused = run_on(data(), {"deliveries", "resend", "--sink", "chat", "--actor", "agent-7"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("--url"), std::string::npos) << refused.err;
  const Outcome nothing = run_on(data(), {"deliveries", "resend", "--actor", "agent-7"});
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_NE(nothing.err.find("--sink"), std::string::npos) << nothing.err;
}

}  // namespace
}  // namespace earshot::test
