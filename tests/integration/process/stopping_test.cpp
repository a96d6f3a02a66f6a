// Ctrl-C and SIGTERM end the service cleanly, whatever its clients are doing, and the next start goes on.
#include <atomic>
#include <csignal>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "support/earshot_process.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

class Stopping : public ::testing::TestWithParam<int> {};

TEST_P(Stopping, CommitsEverythingAndTheNextStartGoesOn) {
  Scratch scratch;
  const auto data = scratch.path() / "data";
  std::atomic<int> acknowledged{0};
  {
    RunningEarshot service({.data = data});
    ASSERT_TRUE(service.runs());
    // Those who only listen, idle, or never finish what they began.
    HttpClient stream(service.port());
    stream.send("GET /v1/alerts/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
    HttpClient idle(service.port());
    EXPECT_EQ(idle.get("/healthz").status, 200);
    HttpClient half(service.port());
    half.send("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{");
    std::atomic<bool> is_warm{false};
    std::thread sending([&] {
      HttpClient client(service.port());
      for (int i = 0;; ++i) {
        const HttpAnswer answer =
            client.post("/v1/events", review_json({.id = std::to_string(i), .key = "customer:S"}));
        if (answer.status != 200) break;
        is_warm = ++acknowledged > 20;
        is_warm.notify_all();
      }
      is_warm = true;
      is_warm.notify_all();
    });
    is_warm.wait(false);
    const Outcome outcome = service.end(GetParam());
    sending.join();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_NE(outcome.err.find("stopping"), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.err.find("ERROR"), std::string::npos) << outcome.err;
  }
  const Outcome digest = run_on(data, {"digest"});
  EXPECT_EQ(digest.err, "") << "the state was not behind its log";
  EXPECT_EQ(run_on(data, {"replay", "--check"}).exit_code, 0);

  RunningEarshot again({.data = data});
  ASSERT_TRUE(again.runs());
  EXPECT_EQ(again.process().err().find("catching up"), std::string::npos) << again.process().err();
  EXPECT_EQ(again.post("/v1/events", review_json({.id = "0", .key = "customer:S"})).body.find(R"("accepted":1)"),
            std::string::npos)
      << "it is known";
  EXPECT_EQ(again.post("/v1/events", review_json({.id = "new", .key = "customer:S"})).status, 200);
  const std::string customer = again.get("/v1/customers/customer:S").body;
  const auto counts = [&](int events) {
    return customer.find("\"feedback_count\":" + std::to_string(events)) != std::string::npos;
  };
  // One more may have been taken whose answer the client has not seen.
  EXPECT_TRUE(counts(acknowledged + 1) || counts(acknowledged + 2)) << acknowledged << " " << customer.substr(0, 300);
  EXPECT_EQ(again.end(GetParam()).exit_code, 0);
}

INSTANTIATE_TEST_SUITE_P(BySignal, Stopping, ::testing::Values(SIGINT, SIGTERM),
                         [](const auto& which) { return which.param == SIGINT ? "Interrupt" : "Terminate"; });

}  // namespace
}  // namespace earshot::test
