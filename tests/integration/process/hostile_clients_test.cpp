// Clients that send too much, too slowly, or nothing at all: others are served as if they were not there.
#include <gtest/gtest.h>

#include "hostile.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

constexpr std::size_t kBodyMax = std::size_t{8} << 20;

class HostileClients : public ::testing::Test {
 protected:
  void start(RunningEarshot::Settings settings = {}) {
    settings.data = scratch_.path() / "data";
    service_ = std::make_unique<RunningEarshot>(settings);
    ASSERT_TRUE(service_->runs()) << service_->process().err();
  }

  void expect_goes_on(const std::string& id) {
    const HttpAnswer answer = service_->post("/v1/events", review_json({.id = id, .key = "customer:GOOD"}));
    EXPECT_EQ(answer.status, 200) << answer.body;
  }
  void expect_little_memory() { EXPECT_LT(service_->process().peak_kibibytes(), kPeakKibibytesMax); }

  // Sends `head` and then up to `bytes` of a body; what the server answers.
  HttpAnswer send_much(const std::string& head, std::size_t bytes) {
    HttpClient client(service_->port());
    const std::string piece(64 * 1024, 'x');
    bool goes_on = client.send(head);
    for (std::size_t sent = 0; goes_on && sent < bytes; sent += piece.size()) goes_on = client.send(piece);
    return client.read_answer();
  }

  Scratch scratch_;
  std::unique_ptr<RunningEarshot> service_;
};

std::string head(const std::string& more) {
  return "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + more + "\r\n";
}

TEST_F(HostileClients, ABodyOfAHundredMegabytesIsRefusedUnread) {
  start();
  const std::size_t much = 100'000'000;
  EXPECT_EQ(send_much(head("Content-Length: 100000000\r\n"), 0).status, 413);
  EXPECT_EQ(send_much(head("Content-Length: 100000000\r\n"), much).status, 413);
  EXPECT_EQ(send_much(head("Content-Length: " + std::to_string(kBodyMax + 1) + "\r\n"), 0).status, 413);
  EXPECT_EQ(send_much(head("Content-Length: 18446744073709551615\r\n"), 0).status / 100, 4);
  EXPECT_EQ(send_much(head("Content-Length: 99999999999999999999999\r\n"), 0).status / 100, 4);
  EXPECT_EQ(send_much(head("Content-Length: -1\r\n"), 0).status / 100, 4);
  expect_goes_on("1");
  expect_little_memory();
}

TEST_F(HostileClients, AHundredMegabytesInChunksAreRefused) {
  start();
  HttpClient client(service_->port());
  ASSERT_TRUE(client.send(head("Transfer-Encoding: chunked\r\n")));
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  bool goes_on = true;
  for (std::size_t sent = 0; goes_on && sent < 100'000'000; sent += chunk.size()) goes_on = client.send(chunk);
  EXPECT_EQ(client.read_answer().status, 413);
  EXPECT_EQ(send_much(head("Transfer-Encoding: chunked\r\n") + "FFFFFFFFFFFFFFFF\r\n", 0).status / 100, 4);
  EXPECT_EQ(send_much(head("Transfer-Encoding: chunked\r\n") + "5F5E100\r\n", 100'000'000).status, 413);
  expect_goes_on("1");
  expect_little_memory();
}

TEST_F(HostileClients, ALengthThatIsALieCostsOnlyItsSender) {
  start();
  const std::string good = review_json({.id = "lie", .key = "customer:LIE"});
  HttpClient more(service_->port());  // announces more than it sends
  ASSERT_TRUE(more.send(head("Content-Length: " + std::to_string(good.size() + 100) + "\r\n") + good));
  HttpClient less(service_->port());  // sends more than it announces: the rest is no request
  ASSERT_TRUE(less.send(head("Content-Length: 10\r\n") + good));
  EXPECT_EQ(less.read_answer().status, 400);
  EXPECT_EQ(less.read_answer().status, 400);
  EXPECT_TRUE(less.is_hung_up());
  const HttpAnswer both = send_much(head("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n", 0);
  EXPECT_EQ(both.status / 100, 4) << "two lengths could be read in two ways";
  EXPECT_EQ(send_much(head("Content-Length: 5\r\nContent-Length: 6\r\n"), 0).status / 100, 4);
  expect_goes_on("1");
  EXPECT_EQ(service_->get("/v1/customers/customer:LIE").status, 404);
}

TEST_F(HostileClients, HalfOpenRequestsHoldNobodyUp) {
  start();
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 800; ++i) {
    clients.push_back(std::make_unique<HttpClient>(service_->port()));
    ASSERT_TRUE(clients.back()->is_open()) << i;
    if (i % 4 == 1) clients.back()->send("POST /v1/ev");
    if (i % 4 == 2) clients.back()->send(head("Content-Length: 100\r\n") + "{");
    if (i % 4 == 3) clients.back()->send("GET /v1/alerts/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
    if (i % 100 == 0) expect_goes_on(std::to_string(i));
  }
  expect_goes_on("last");
  expect_little_memory();
}

// Each is within its limits; together they would take a gigabyte.
TEST_F(HostileClients, ManyLargeBodiesAtOnceTakeABoundedRoom) {
  start();
  std::vector<std::unique_ptr<HttpClient>> clients;
  const std::string most(kBodyMax - 1000, ' ');
  int taken = 0;
  for (int i = 0; i < 128; ++i) {
    clients.push_back(std::make_unique<HttpClient>(service_->port()));
    HttpClient& client = *clients.back();
    if (client.send(head("Content-Length: " + std::to_string(kBodyMax) + "\r\n") + most)) ++taken;
    if (i % 16 == 0) expect_goes_on(std::to_string(i));
  }
  expect_goes_on("last");
  expect_little_memory();
  EXPECT_GT(taken, 0);
  EXPECT_EQ(clients.back()->read_answer().status, 503);
  // Once those have gone there is room again.
  clients.clear();
  EXPECT_EQ(service_->post("/v1/events", "[" + std::string(kBodyMax - 10, ' ') + "]").status, 200);
}

// The stores need descriptors too: without any, the log could write nothing more.
TEST_F(HostileClients, ConnectionsLeaveDescriptorsForTheStores) {
  start({.before = {"/bin/sh", "-c", R"(ulimit -n 1024; exec "$0" "$@")"}});
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 1100; ++i) clients.push_back(std::make_unique<HttpClient>(service_->port()));
  EXPECT_EQ(HttpClient(service_->port()).get("/healthz").status, 503);
  clients.resize(100);
  expect_goes_on("1");
  const Outcome outcome = service_->end();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

}  // namespace
}  // namespace earshot::test
