// An Earshot that has lived a little, with two tenants, and a Prometheus that saw it: customers said something on two
// channels, and on a live source, answered surveys, had cases that people took, answered and resolved; something could
// not be read, and an alert not delivered.
#pragma once

#include <chrono>
#include <fstream>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "integration/dashboards/prometheus.h"
#include "support/earshot_process.h"
#include "support/fake_server.h"
#include "support/free_port.h"
#include "support/scratch.h"

namespace earshot::test {

class Lived {
 public:
  Lived() {
    import_history();
    const auto config = scratch_.path() / "earshot.yaml";
    std::ofstream(config) << "tenant: acme\ntokens:\n  - {secret_env: ACME_TOKEN, role: admin}\n  - {secret_env: "
                             "BETA_TOKEN, tenant: beta, role: act}\n"
                          << "sinks:\n  - {name: chat, url: 'http://127.0.0.1:" << free_port()
                          << "/', secret_env: [CHAT_SECRET], allow_private_addresses: true}\n"
                          << "connectors:\n  - {name: social, connector: bluesky, url: '"
                          << jetstream_.url("ws", "/subscribe")
                          << "', keywords: [acme], allow_private_addresses: true}\n";
    earshot_ = std::make_unique<RunningEarshot>(
        RunningEarshot::Settings{.data = data(),
                                 .words = {"--config", config.string()},
                                 .environment = {{"ACME_TOKEN", kTokens[0]},
                                                 {"BETA_TOKEN", kTokens[1]},
                                                 {"CHAT_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}});
    if (!earshot_->runs()) return;
    prometheus_ = std::make_unique<Prometheus>(Prometheus::Settings{
        earshot_->port(), kTokens[0], std::string(EARSHOT_SOURCE_DIR) + "/dashboards/alerts.yaml"});
    if (!wait_for_a_scrape()) return;
    // The first wave makes the series whose names nobody could know, the second one moves them.
    for (const char* wave : {"first", "second"}) {
      for (const std::string& token : kTokens) live(token, wave);
      wait_for_a_failed_delivery();
      is_complete_ = wait_for_a_scrape();
    }
  }

  bool is_complete() const { return is_complete_; }
  Prometheus& prometheus() { return *prometheus_; }
  std::string metrics() { return metrics_for(kTokens[0]); }
  std::string metrics_of_beta() { return metrics_for(kTokens[1]); }

 private:
  inline static const std::string kTokens[] = {"token-of-acme-12", "token-of-beta-12"};

  std::string metrics_for(const std::string& token) {
    return earshot_->get("/metrics", {{"Authorization", "Bearer " + token}}).body;
  }
  std::filesystem::path data() const { return scratch_.path() / "data"; }

  // An angry customer of long ago whose case is still open.
  void import_history() {
    const auto file = scratch_.path() / "history.ndjson";
    std::ofstream out(file);
    for (const char* tenant : {"acme", "beta"}) {
      for (const ReviewText& text :
           {ReviewText{.id = "1", .key = "customer:M", .time = "2026-01-05T10:00:00Z"},
            ReviewText{
                .id = "2", .key = "customer:N", .text = "all fine", .stars = 5, .time = "2026-01-07T10:00:00Z"}}) {
        auto review = nlohmann::json::parse(review_json(text));
        review["tenant"] = tenant;
        out << review.dump() << "\n";
      }
    }
    out.close();
    EXPECT_EQ(run_on(data(), {"import", file.string()}).exit_code, 0);
  }

  nlohmann::json ask(const std::string& token, const std::string& path, const nlohmann::json& body, int status = 200) {
    const auto answer = body.is_null() ? earshot_->get(path, {{"Authorization", "Bearer " + token}})
                                       : earshot_->post(path, body.dump(), {{"Authorization", "Bearer " + token}});
    EXPECT_EQ(answer.status, status) << path << ": " << answer.body;
    return nlohmann::json::parse(answer.body, nullptr, false);
  }

  void say(const std::string& token, const std::string& id, const std::string& type, nlohmann::json data) {
    const nlohmann::json event{{"specversion", "1.0"},
                               {"id", id},
                               {"source", "/shop"},
                               {"type", "earshot." + type + ".v1"},
                               {"data", std::move(data)}};
    ask(token, "/v1/events", event);
  }

  void live(const std::string& token, const std::string& wave) {
    const auto person = [&](const std::string& name) { return nlohmann::json{{"keys", {"customer:" + wave + name}}}; };
    for (const std::string channel : {"web", "email"}) {
      for (const auto& [stars, text] :
           {std::pair{1, "The parcel never arrived, I want a refund"}, std::pair{5, "Lovely, thanks a lot"}}) {
        say(token, wave + channel + std::to_string(stars), "feedback.review",
            {{"channel", channel},
             {"person", person(channel + std::to_string(stars))},
             {"content", {{"text", text}}},
             {"rating", {{"value", stars}, {"min", 1}, {"max", 5}}}});
      }
    }
    for (int score = 1; score <= 5; ++score) {
      const std::string id = wave + std::to_string(score);
      say(token, "csat" + id, "feedback.survey_answered",
          {{"channel", "survey"},
           {"person", person("c" + id)},
           {"survey", {{"id", "c" + id}, {"family", "csat"}, {"score", score}, {"min", 1}, {"max", 5}}}});
      say(token, "nps" + id, "feedback.survey_answered",
          {{"channel", "survey"},
           {"person", person("n" + id)},
           {"survey", {{"id", "n" + id}, {"family", "nps"}, {"score", 2 * score}, {"min", 0}, {"max", 10}}}});
    }
    say(token, wave + "fire", "feedback.message",
        {{"channel", "email"},
         {"person", person("fire")},
         {"content", {{"text", "Your charger caught fire and burned my hand!"}}},
         {"thread", wave},
         {"message", {{"direction", "inbound"}, {"by", "customer"}, {"visibility", "public"}}}});
    ask(token, "/v1/events",
        {{"specversion", "1.0"}, {"id", "odd" + wave}, {"source", "/shop"}, {"type", "com.example.unknown"}}, 400);
    const auto cases = ask(token, "/v1/cases", nullptr);
    for (const auto& one : cases.at("items")) {
      if (one.at("step") == "resolved" || !one.contains("owner") || one.value("channel", "") != "web") continue;
      const std::string path = "/v1/cases/" + one.at("case").get<std::string>() + "/actions";
      const std::string owner = one.at("owner");
      if (owner.starts_with("agent-")) {
        ask(token, path, {{"action", "take"}, {"actor", owner}});
        ask(token, path, {{"action", "reply"}, {"actor", owner}, {"text", "It is on its way."}});
        ask(token, path,
            {{"action", "resolve"},
             {"actor", owner},
             {"resolution", "sent again"},
             {"cause", "lost"},
             {"text", "It arrived."}});
      }
    }
  }

  double sample(const std::string& name) {
    const std::string text = "\n" + metrics();
    const std::size_t at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  }

  void wait_for_a_failed_delivery() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (sample(R"(earshot_deliveries_total{outcome="failed",stage="chat"})") < 1) {
      if (std::chrono::steady_clock::now() > deadline) return ADD_FAILURE() << "no delivery was tried: " << metrics();
    }
  }

  // Requests for /metrics are counted too, so a scrape that shows our last one came after it.
  bool wait_for_a_scrape() {
    const std::string name = R"(earshot_http_requests_total{outcome="ok",route="/metrics"})";
    return prometheus_->wait_for(name, sample(name) + 1);
  }

  Scratch scratch_;
  FakeServer jetstream_{[](FakePeer& peer) {
    peer.open_websocket();
    peer.frame("{broken");
    peer.wait_until_gone();
  }};
  std::unique_ptr<RunningEarshot> earshot_;
  std::unique_ptr<Prometheus> prometheus_;
  bool is_complete_ = false;
};

}  // namespace earshot::test
