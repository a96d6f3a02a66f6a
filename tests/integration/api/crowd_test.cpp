// Many at once on the one thread of the server: streams that nobody says anything to, clients that send a byte at a
// time, and among them those who work. And each limit by its name.
#include <sys/resource.h>

#include <atomic>
#include <fstream>
#include <memory>

#include <gtest/gtest.h>

#include "integration/api/running_api.h"
#include "support/http_client.h"

namespace earshot::api {
namespace {

using test::HttpAnswer;
using test::HttpClient;

constexpr int kStreams = 1000;
constexpr int kSlow = 200;
constexpr std::size_t kEventsInDelivery = 20;

std::int64_t line_of_status(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    std::int64_t value = 0;
    if (word == name && status >> value) return value;
  }
  return -1;
}

std::string delivery(const std::string& name) {
  std::string all = "[";
  for (std::size_t i = 0; i < kEventsInDelivery; ++i)
    all += (i > 0 ? "," : "") + review(name + "-" + std::to_string(i));
  return all + "]";
}

HttpAnswer deliver(std::uint16_t port, const std::string& body) {
  return HttpClient(port).post("/v1/events", body, {{"Content-Type", "application/cloudevents-batch+json"}});
}

std::string slow_request(const std::string& id) {
  const std::string body = review(id);
  return "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
         "application/cloudevents+json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Both ends of every connection are in this process.
bool has_room_for_all() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur > 2 * (kStreams + kSlow) + 200;
}

TEST(Crowd, OfIdleStreamsAndSlowClientsDoesNotKeepIntakeFromWorking) {
  if (!has_room_for_all()) GTEST_SKIP() << "this machine allows too few descriptors";
  Api::Settings settings;
  settings.server.request_max = std::chrono::hours{1};  // how long they take is not what is asked here
  settings.server.stall_max = std::chrono::hours{1};
  RunningApi running(settings);
  ASSERT_EQ(deliver(running.port(), delivery("before")).status, 200);
  const std::int64_t threads = line_of_status("Threads:");
  const std::int64_t peak = line_of_status("VmHWM:");

  std::vector<std::unique_ptr<HttpClient>> streams;
  for (int i = 0; i < kStreams; ++i) {
    streams.push_back(std::make_unique<HttpClient>(running.port()));
    ASSERT_TRUE(streams.back()->send("GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")) << i;
  }
  for (const auto& stream : streams) ASSERT_FALSE(stream->read_until(": listening\n\n").empty());
  std::vector<std::unique_ptr<HttpClient>> slow;
  std::vector<std::string> requests;
  std::size_t longest = 0;
  for (int i = 0; i < kSlow; ++i) {
    slow.push_back(std::make_unique<HttpClient>(running.port()));
    requests.push_back(slow_request("slow-" + std::to_string(i)));
    longest = std::max(longest, requests.back().size());
  }

  // A byte from each of the slow, then a delivery that must be answered before the next byte.
  for (std::size_t byte = 0; byte < longest; ++byte) {
    for (std::size_t i = 0; i < slow.size(); ++i) {
      ASSERT_TRUE(slow[i]->send(std::string_view(requests[i]).substr(std::min(byte, requests[i].size()), 1))) << i;
    }
    const HttpAnswer answer = deliver(running.port(), delivery(std::to_string(byte)));
    ASSERT_EQ(answer.status, 200) << answer.body;
    ASSERT_EQ(answer.body, R"({"accepted":20,"duplicate":0,"rejected":[]})");
  }
  for (const auto& client : slow)
    EXPECT_EQ(client->read_answer().body, R"({"accepted":1,"duplicate":0,"rejected":[]})") << "slow is not refused";
  running.publish(Topic::alerts, 0, some_alert("after all of it"));
  for (const auto& stream : streams)
    ASSERT_FALSE(stream->read_until("after all of it").empty()) << "every stream still hears";
  EXPECT_EQ(line_of_status("Threads:"), threads) << "no thread for any of them";
  EXPECT_LT(line_of_status("VmHWM:") - peak, 256 * 1024) << "kibibytes";
}

TEST(Limits, ATokenThatAsksTooOftenIsToldSoAndOthersAreNot) {
  Api::Settings settings;
  settings.access.tokens = {{"hasty-0123456789", "acme", Role::read, 1}, {"calm-0123456789ab", "acme", Role::read}};
  RunningApi running(settings);
  const std::map<std::string, std::string> hasty = {{"Authorization", "Bearer hasty-0123456789"}};
  HttpAnswer refused;
  HttpClient client(running.port());
  for (int i = 0; i < 1000 && refused.status != 429; ++i)
    refused = client.get("/v1/alerts", hasty);  // a second each would pass
  ASSERT_EQ(refused.status, 429);
  EXPECT_NE(refused.body.find("too_many_requests"), std::string::npos);
  EXPECT_EQ(refused.headers["retry-after"], "1");
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(HttpClient(running.port()).get("/v1/alerts", {{"Authorization", "Bearer calm-0123456789ab"}}).status,
              200);
  EXPECT_EQ(HttpClient(running.port()).get("/healthz", hasty).status, 200) << "what needs no token is not counted";
  EXPECT_EQ(HttpClient(running.port()).get("/v1/alerts", {{"Authorization", "Bearer wrong-0123456789"}}).status, 401);
}

TEST(Limits, WebHooksAndWrongTokensAreHeardSoOften) {
  Api::Settings settings;
  auto now = std::make_shared<std::atomic<std::int64_t>>(1'000'000'000'000);  // shared with the server's thread
  settings.steady = [now] { return RateLimit::Time(std::chrono::nanoseconds(now->load())); };
  settings.access.tokens = {{"reader-0123456789", "acme", Role::read}};
  settings.gate.hooks = {{"hook_of_test", 2}};
  RunningApi running(settings);
  HttpClient client(running.port());
  const auto hook = [&](const std::string& id) {
    return client.post("/hooks/hook_of_test/acme", review(id), {{"X-Signature", "secret"}});
  };
  EXPECT_EQ(hook("a").status, 200);
  EXPECT_EQ(client.post("/hooks/hook_of_test/acme", review("b"), {{"X-Signature", "wrong"}}).status, 403)
      << "this counts too";
  HttpAnswer refused = hook("c");
  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.body.find("\"too_many_requests\""), std::string::npos) << refused.body;
  EXPECT_EQ(refused.headers["retry-after"], "1");
  EXPECT_EQ(running.events().size(), 1u) << "nothing of it was taken";
  *now += 1'000'000'000;
  EXPECT_EQ(hook("c").status, 200);

  const auto guess = [&] { return client.get("/v1/alerts", {{"Authorization", "Bearer wrong-0123456789"}}); };
  for (int i = 0; i < Gate::kGuesses; ++i) EXPECT_EQ(guess().status, 401);
  refused = guess();
  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.body.find("\"too_many_requests\""), std::string::npos) << refused.body;
  EXPECT_EQ(refused.headers["retry-after"], "3");
  EXPECT_EQ(client.get("/v1/alerts", {{"Authorization", "Bearer reader-0123456789"}}).status, 429);
  EXPECT_EQ(client.get("/healthz").status, 200);
  *now += 3'000'000'000;
  EXPECT_EQ(client.get("/v1/alerts", {{"Authorization", "Bearer reader-0123456789"}}).status, 200);
}

TEST(Limits, HaveNames) {
  Api::Settings settings;
  settings.server.limits = {.header_bytes_max = 1024, .body_bytes_max = 2048};
  settings.server.connections_max = 2;
  RunningApi running(settings);
  const auto code_of = [](const HttpAnswer& answer) {
    return answer.body.substr(
        answer.body.find("\"code\":\"") + 8,
        answer.body.find('"', answer.body.find("\"code\":\"") + 8) - answer.body.find("\"code\":\"") - 8);
  };
  {
    const HttpAnswer answer = HttpClient(running.port()).get("/healthz", {{"X-Long", std::string(2000, 'x')}});
    EXPECT_EQ(answer.status, 431);
    EXPECT_EQ(code_of(answer), "header_too_large");
  }
  {
    const HttpAnswer answer = HttpClient(running.port()).post("/v1/events", std::string(2049, ' '));
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(code_of(answer), "body_too_large");
  }
  HttpClient first(running.port());
  EXPECT_EQ(first.get("/healthz").status, 200);
  auto second = std::make_unique<HttpClient>(running.port());
  while (second->get("/healthz").status == 503)
    second = std::make_unique<HttpClient>(running.port());  // until those before have gone
  const HttpAnswer third = HttpClient(running.port()).get("/healthz");
  EXPECT_EQ(third.status, 503);
  EXPECT_EQ(code_of(third), "too_many_connections");
}

}  // namespace
}  // namespace earshot::api
