#include "api/server.h"

#include <atomic>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "support/http_client.h"

namespace earshot::api {
namespace {

using std::chrono::milliseconds;
using test::HttpAnswer;
using test::HttpClient;

Response text(std::string body) { return {200, "text/plain", std::move(body), {}}; }

std::unique_ptr<Server> serve(Server::Settings settings, Server::Handler handler) {
  settings.port = 0;
  auto server = Server::listen(std::move(settings));
  EXPECT_TRUE(server) << (server ? "" : server.error().message);
  (*server)->run(std::move(handler));
  return std::move(*server);
}

std::unique_ptr<Server> serve_echo(Server::Settings settings = {}) {
  return serve(std::move(settings), [](Request request, Reply reply) {
    reply.send(text(request.method + " " + request.path + " " + request.body));
  });
}

// Peak resident memory of this process.
std::int64_t peak_kibibytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    std::int64_t size = 0;
    if (word == "VmHWM:" && status >> size) return size;
  }
  return 0;
}

TEST(Server, AnswersOneRequestAfterTheOtherOnOneConnection) {
  const auto server = serve_echo();
  HttpClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    const HttpAnswer answer = client.post("/" + std::to_string(i), "body");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "POST /" + std::to_string(i) + " body");
  }
}

TEST(Server, SaysWhoCalls) {
  for (const char* address : {"127.0.0.1", "::"}) {
    Server::Settings settings;
    settings.address = address;
    const auto server = serve(settings, [](Request request, Reply reply) { reply.send(text(request.caller)); });
    EXPECT_EQ(HttpClient(server->port()).get("/").body, "127.0.0.1") << "also when it comes over IPv6";
  }
}

TEST(Server, AnswersRequestsThatWereSentAheadInTheirOrder) {
  const auto server = serve_echo();
  HttpClient client(server->port());
  std::string ahead;
  for (int i = 0; i < 200; ++i) ahead += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  ASSERT_TRUE(client.send(ahead));
  for (int i = 0; i < 200; ++i) EXPECT_EQ(client.read_answer().body, "GET /" + std::to_string(i) + " ");
}

TEST(Server, SaysOnlyTheHeadToHead) {
  const auto server = serve_echo();
  HttpClient client(server->port());
  const HttpAnswer head = client.ask("HEAD", "/a", "");
  EXPECT_EQ(head.headers.at("content-length"), "8");
  EXPECT_EQ(client.get("/b").body, "GET /b ");
}

TEST(Server, TakesAnAnswerFromAnotherThreadAndServesOthersMeanwhile) {
  std::promise<Reply> owed;
  const auto server = serve({}, [&owed](Request request, Reply reply) {
    if (request.path == "/later") return owed.set_value(reply);
    reply.send(text("now"));
  });
  HttpClient waiting(server->port());
  ASSERT_TRUE(waiting.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n"));
  const Reply reply = owed.get_future().get();
  EXPECT_EQ(HttpClient(server->port()).get("/").body, "now");
  std::thread([&reply] { reply.send(text("then")); }).join();
  EXPECT_EQ(waiting.read_answer().body, "then");
}

TEST(Server, ARequestThatIsDroppedGetsA500) {
  const auto server = serve({}, [](Request, Reply) {});
  EXPECT_EQ(HttpClient(server->port()).get("/").status, 500);
}

TEST(Server, AnswersThatComeAfterItsEndReachNobody) {
  std::promise<Reply> owed;
  auto server = serve({.stop_max = milliseconds(1)}, [&owed](Request, Reply reply) { owed.set_value(reply); });
  HttpClient client(server->port());
  ASSERT_TRUE(client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  const Reply late = owed.get_future().get();
  server.reset();
  late.send(text("late"));
  EXPECT_EQ(client.read_answer().status, 0);
}

TEST(Server, LetsAnswersThatAreUnderWayLeaveWhenItStops) {
  std::promise<Reply> owed;
  const auto server = serve({}, [&owed](Request, Reply reply) { owed.set_value(reply); });
  HttpClient client(server->port());
  HttpClient idle(server->port());
  ASSERT_TRUE(client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  const Reply reply = owed.get_future().get();
  std::thread stopping([&server] { server->stop(); });
  EXPECT_TRUE(idle.is_hung_up());
  reply.send(text("done"));
  const HttpAnswer answer = client.read_answer();
  EXPECT_EQ(answer.body, "done");
  EXPECT_EQ(answer.headers.at("connection"), "close");
  stopping.join();
  EXPECT_FALSE(HttpClient(server->port()).is_open());
}

TEST(Server, APortInUseIsNamed) {
  const auto server = serve_echo();
  const auto second = Server::listen({.port = server->port()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::Conflict);
  EXPECT_NE(second.error().message.find("port is in use"), std::string::npos);
}

TEST(Server, AHugeBodyIsRefusedWithoutBeingKept) {
  const auto server = serve_echo();
  const std::int64_t before = peak_kibibytes();
  for (const bool is_chunked : {false, true}) {
    SCOPED_TRACE(is_chunked ? "chunked" : "with a length");
    HttpClient client(server->port());
    constexpr std::size_t kSize = 100 * 1024 * 1024;
    client.send(std::string("POST / HTTP/1.1\r\nHost: x\r\n") +
                (is_chunked ? std::string("Transfer-Encoding: chunked") : "Content-Length: " + std::to_string(kSize)) +
                "\r\n\r\n");
    const std::string megabyte(1024 * 1024, 'x');
    bool is_taken = true;
    for (std::size_t sent = 0; sent < kSize && is_taken; sent += megabyte.size()) {
      if (is_chunked) client.send("100000\r\n");
      is_taken = client.send(megabyte);
      if (is_chunked) client.send("\r\n");
    }
    const HttpAnswer answer = client.read_answer();
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.headers.at("content-type"), "application/problem+json");
    EXPECT_NE(answer.body.find("\"code\":\"body_too_large\""), std::string::npos);
  }
  EXPECT_LT(peak_kibibytes() - before, 64 * 1024);
  EXPECT_EQ(HttpClient(server->port()).get("/").status, 200);
}

TEST(Server, AHugeHeaderIsRefused) {
  const auto server = serve_echo();
  HttpClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(1024 * 1024, 'a'));
  EXPECT_EQ(client.read_answer().status, 431);
  EXPECT_TRUE(client.is_hung_up());
}

TEST(Server, NonsenseGetsA400AndTheConnectionEnds) {
  const auto server = serve_echo();
  HttpClient client(server->port());
  client.send("\x16\x03\x01 what\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 400);
  EXPECT_TRUE(client.is_hung_up());
}

TEST(Server, SlowSendersDoNotHoldUpTheOthers) {
  const auto server = serve_echo();
  const std::string request = "POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n01234567890123456789";
  std::vector<std::unique_ptr<HttpClient>> slow;
  for (int i = 0; i < 50; ++i) slow.push_back(std::make_unique<HttpClient>(server->port()));
  HttpClient quick(server->port());
  for (const char byte : request) {
    for (const auto& client : slow) ASSERT_TRUE(client->send({&byte, 1}));
    ASSERT_EQ(quick.get("/quick").status, 200);
  }
  for (const auto& client : slow) EXPECT_EQ(client->read_answer().body, "POST /slow 01234567890123456789");
}

TEST(Server, ARequestThatDoesNotArriveInTimeGetsA408) {
  const auto server = serve_echo({.request_max = milliseconds(20), .tick_interval = milliseconds(5)});
  HttpClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost:");
  EXPECT_EQ(client.read_answer().status, 408);
  EXPECT_TRUE(client.is_hung_up());
}

TEST(Server, AConnectionWithoutRequestsIsClosed) {
  const auto server = serve_echo({.idle_max = milliseconds(20), .tick_interval = milliseconds(5)});
  EXPECT_TRUE(HttpClient(server->port()).is_hung_up());
}

TEST(Server, ClientsThatDoNotTakeTheirAnswerAreDropped) {
  const auto server =
      serve({.stall_max = milliseconds(20), .tick_interval = milliseconds(5)}, [](Request request, Reply reply) {
        reply.send(text(request.path == "/large" ? std::string(64 * 1024 * 1024, 'x') : std::string()));
      });
  HttpClient greedy(server->port());
  ASSERT_TRUE(greedy.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n"));
  HttpClient other(server->port());
  while (greedy.send("x")) ASSERT_EQ(other.get("/").status, 200);  // until the server hangs up
}

TEST(Server, TooManyConnectionsAreToldSo) {
  const auto server = serve_echo({.connections_max = 2});
  HttpClient one(server->port());
  HttpClient two(server->port());
  EXPECT_EQ(one.get("/").status, 200);
  EXPECT_EQ(two.get("/").status, 200);
  const HttpAnswer refused = HttpClient(server->port()).read_answer();
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.headers.contains("retry-after"));
  EXPECT_EQ(one.get("/").status, 200);
}

// Opens every stream that is asked for and remembers what happened to it.
class Streams : public StreamListener {
 public:
  void stream_drained(StreamId) override { ++drained; }
  void stream_closed(StreamId) override {
    ++closed;
    closed.notify_all();
  }
  std::atomic<int> drained = 0;
  std::atomic<int> closed = 0;
};

TEST(Server, StreamsFramesUntilTheClientHangsUp) {
  Streams streams;
  std::promise<StreamId> opened;
  const auto server = serve({}, [&](Request, Reply reply) { opened.set_value(reply.open_stream(streams)); });
  {
    HttpClient client(server->port());
    const HttpAnswer head = client.get("/");
    EXPECT_EQ(head.headers.at("content-type"), "text/event-stream");
    const StreamId id = opened.get_future().get();
    server->post([&server, id] { server->write_stream(id, std::make_shared<const std::string>("data: 1\n\n")); });
    EXPECT_EQ(client.read_until("\n\n"), "data: 1\n\n");
  }
  streams.closed.wait(0);
  EXPECT_GE(streams.drained, 1);
}

TEST(Server, AStreamThatTakesTooSlowlyIsDropped) {
  Streams streams;
  std::promise<StreamId> opened;
  const auto server = serve({.stream_bytes_max = 64 * 1024},
                            [&](Request, Reply reply) { opened.set_value(reply.open_stream(streams)); });
  HttpClient client(server->port());
  client.get("/");
  const StreamId id = opened.get_future().get();
  std::promise<int> dropped_after;
  server->post([&] {
    const auto frame = std::make_shared<const std::string>(std::string(16 * 1024, 'x'));
    int frames = 0;
    while (server->write_stream(id, frame)) ++frames;
    dropped_after.set_value(frames);
  });
  EXPECT_LE(dropped_after.get_future().get(), 4);  // nothing leaves within one turn of the server
  EXPECT_TRUE(client.is_hung_up());
  EXPECT_EQ(streams.closed, 0) << "whoever writes has been told already";
}

TEST(Server, TheKernelKeepsLittleForAStreamThatNobodyReads) {
  constexpr std::size_t kFrameBytes = 16 * 1024;
  Streams streams;
  std::promise<StreamId> opened;
  const Server::Settings settings{.stream_bytes_max = 64 * 1024};
  const auto server = serve(settings, [&](Request, Reply reply) { opened.set_value(reply.open_stream(streams)); });
  HttpClient client(server->port());
  client.get("/");
  const StreamId id = opened.get_future().get();
  std::promise<std::size_t> taken;
  std::size_t bytes = 0;
  // A frame in each turn of the server until it has no room for more.
  const std::function<void()> write = [&] {
    if (!server->write_stream(id, std::make_shared<const std::string>(std::string(kFrameBytes, 'x'))))
      return taken.set_value(bytes);
    bytes += kFrameBytes;
    server->post(write);
  };
  server->post(write);
  // The client's own kernel takes up to 128 KiB of it.
  EXPECT_LE(taken.get_future().get(), settings.stream_bytes_max + 64 * 1024 + 128 * 1024 + kFrameBytes);
}

}  // namespace
}  // namespace earshot::api
