// The real program listens to a Jetstream on loopback and is killed again and again: nothing of what the server has is
// lost, nothing counts twice.
#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "earshot/time.h"
#include "support/earshot_process.h"
#include "support/fake_server.h"
#include "support/random_test.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

using Json = nlohmann::json;

constexpr int kPosts = 2000;

std::int64_t millis_now() {
  return std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch()).count();
}

class LiveSource : public ::testing::Test {
 protected:
  // Each post by an author of its own; a tenth of a second between them, up to now.
  std::string post(int n) const {
    const Json record{{"text", "acme did not answer " + std::to_string(n)},
                      {"createdAt", format_rfc3339(from_millis(time_of(n)))}};
    const Json commit{{"rev", "r"},  {"operation", "create"}, {"collection", "app.bsky.feed.post"},
                      {"rkey", "p"}, {"record", record},      {"cid", "c"}};
    return Json{{"did", "did:plc:author" + std::to_string(n)},
                {"time_us", time_of(n) * 1000},
                {"kind", "commit"},
                {"commit", commit}}
        .dump();
  }
  std::int64_t time_of(int n) const { return begin_ + 100 * n; }

  void serve(FakePeer& peer) const {
    const std::string cursor = peer.parameter("cursor");
    const std::int64_t from = cursor.empty() ? 0 : std::stoll(cursor) / 1000;
    peer.open_websocket();
    for (int n = 0; n < kPosts; ++n) {
      if (time_of(n) >= from && !peer.frame(post(n))) return;
    }
    peer.wait_until_gone();
  }

  void start(const FakeServer& server) {
    const auto file = scratch_.path() / "earshot.yaml";
    std::ofstream(file) << "connectors:\n  - name: social\n    connector: bluesky\n    url: "
                        << server.url("ws", "/subscribe")
                        << "\n    keywords: [acme]\n    allow_private_addresses: true\n";
    service_ = std::make_unique<RunningEarshot>(
        RunningEarshot::Settings{.data = scratch_.path() / "data", .words = {"--config", file.string()}});
    ASSERT_TRUE(service_->runs());
  }
  Json get(const std::string& path) const { return Json::parse(service_->get(path).body, nullptr, false); }

  // The feedback that each customer gave.
  std::map<std::string, int> heard() const {
    std::map<std::string, int> counts;
    std::string cursor;
    do {
      const Json page = get("/v1/customers?limit=1000" + (cursor.empty() ? "" : "&cursor=" + cursor));
      for (const Json& row : page.at("items")) counts[row.at("customer")] = row.value("feedback_count", 0);
      cursor = page.value("next", "");
    } while (!cursor.empty());
    return counts;
  }

  const std::int64_t begin_ = millis_now() - 100 * kPosts;
  Scratch scratch_;
  std::unique_ptr<RunningEarshot> service_;
};

TEST_F(LiveSource, IsKilledAtAnyMomentAndLosesAndDoublesNothing) {
  FakeServer server([this](FakePeer& peer) { serve(peer); });
  Random random(seed_of_test(20261129));
  for (int kills = 0; kills < 4; ++kills) {
    start(server);
    const std::size_t enough = std::min<std::size_t>(heard().size() + random.below(kPosts / 4), kPosts - 100);
    while (heard().size() < enough) std::this_thread::yield();
    service_->end(SIGKILL);
  }
  start(server);
  while (heard().size() < kPosts) std::this_thread::yield();
  ASSERT_EQ(service_->end().exit_code, 0);
  start(server);
  const auto counts = heard();
  EXPECT_EQ(counts.size(), static_cast<std::size_t>(kPosts));
  for (const auto& [customer, count] : counts) EXPECT_EQ(count, 1) << customer;
  EXPECT_EQ(get("/v1/gaps").at("items").size(), 0u) << "all that was said came after all";
  ASSERT_EQ(service_->end().exit_code, 0);
  const Outcome checked = run_on(scratch_.path() / "data", {"replay", "--check"});
  EXPECT_EQ(checked.exit_code, 0) << checked.out << checked.err;
}

TEST_F(LiveSource, ThatNoLongerHasWhatWasMissedIsAGapOnTheApi) {
  std::atomic<int> first{0};
  FakeServer server([&](FakePeer& peer) {
    peer.open_websocket();
    for (int n = first; n < first + 10; ++n) peer.frame(post(n));
    peer.wait_until_gone();
  });
  start(server);
  while (heard().size() < 10) std::this_thread::yield();
  service_->end();
  first = 1000;
  start(server);
  while (heard().size() < 20 || get("/v1/gaps").at("items").empty()) std::this_thread::yield();
  const Json gaps = get("/v1/gaps").at("items");
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].at("connector"), "social");
  EXPECT_EQ(gaps[0].at("channels"), Json({"bluesky"}));
  EXPECT_TRUE(gaps[0].contains("to"));
  const auto shows = [&](const std::string& line) {
    return service_->get("/metrics").body.find(line) != std::string::npos;
  };
  while (!shows("earshot_source_gaps_total{outcome=\"missed\",source=\"social\"} 1\n")) std::this_thread::yield();
  EXPECT_TRUE(shows("earshot_source_connected{source=\"social\"} 1\n"));
  EXPECT_TRUE(shows("earshot_source_frames_total{outcome=\"passed_over\",source=\"social\"} 0\n"));
}

}  // namespace
}  // namespace earshot::test
