// How many frames of the whole of Bluesky one core hears and filters: what a frame costs that is passed over, and one
// that is read, and the same from a server on loopback, in the clear and over TLS. Of 100 posts one holds a word that
// is looked for, beside 50 others.
#include <ctime>
#include <fstream>

#include <benchmark/benchmark.h>

#include "all.h"
#include "base/random.h"
#include "event/json_writer.h"
#include "sources/net_transport.h"
#include "support/fake_server.h"
#include "support/manual_clock.h"
#include "support/scratch.h"

namespace earshot {
namespace {

constexpr std::size_t kFrames = 8192;
const Timestamp kBegin = from_millis(1'780'000'000'000);

// About as long as real ones.
std::vector<std::string> some_frames() {
  const std::vector<std::string> words{"the",  "game", "tonight", "was",  "really", "something", "else", "今天",
                                       "天气", "很好", "anyone",  "know", "how",    "to",        "cook", "rice",
                                       "no",   "idea", "photo",   "of",   "my",     "cat"};
  Random random(1);
  std::vector<std::string> frames;
  for (std::size_t n = 0; n < kFrames; ++n) {
    std::string text;
    while (text.size() < 40 + random.below(200)) text += words[random.below(words.size())] + " ";
    if (n % 100 == 99) text += "acme never answers";
    std::string quoted;
    append_json_string(quoted, text);
    frames.push_back(
        R"({"did":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa","time_us":)" +
        std::to_string(to_millis(kBegin + Millis{n}) * 1000) +
        R"(,"kind":"commit","commit":{"rev":"3mb000000000a","operation":"create","collection":"app.bsky.feed.post","rkey":"p)" +
        std::to_string(n) +
        R"(","record":{"$type":"app.bsky.feed.post","createdAt":"2026-05-28T20:26:40.000Z","langs":["en"],"text":)" +
        quoted +
        R"(,"reply":{"parent":{"cid":"bafyreibbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","uri":"at://did:plc:cccccccccccccccccccccccc/app.bsky.feed.post/3mb0"},)"
        R"("root":{"cid":"bafyreibbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","uri":"at://did:plc:cccccccccccccccccccccccc/app.bsky.feed.post/3mb0"}}},)"
        R"("cid":"bafyreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}})");
  }
  return frames;
}

class Counted final : public Findings {
 public:
  void event(Event event) override { benchmark::DoNotOptimize(event), ++events; }
  void dead_letter(DeadLetter) override { ++letters; }
  void skipped() override {}
  std::int64_t events = 0;
  std::int64_t letters = 0;
};

std::unique_ptr<Connector> connector_for(const std::string& url, bool is_filtered, const std::string& more = "") {
  std::string settings = R"({"url":")" + url + R"(","allow_private_addresses":true)" + more;
  if (is_filtered) {
    settings += R"(,"keywords":["acme")";
    for (int i = 0; i < 50; ++i) settings += ",\"brand-" + std::to_string(i) + "\"";
    settings += "]";
  }
  return std::move(*make_connector("bluesky", settings + "}"));
}

void hear(benchmark::State& state) {
  const auto frames = some_frames();
  const auto connector = connector_for("ws://127.0.0.1/subscribe", state.range(0) != 0);
  Counted counted;
  const auto listener = connector->listen({"acme", "bench", "bench", {}}, counted);
  (void)listener->opening("", kBegin);
  std::size_t i = 0;
  std::int64_t bytes = 0;
  for (auto _ : state) {
    const std::string& frame = frames[i++ % kFrames];
    listener->hear({"", frame}, kBegin);
    bytes += static_cast<std::int64_t>(frame.size());
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(bytes);
}
BENCHMARK(hear)->ArgName("filtered")->Arg(1)->Arg(0);

double cpu_seconds_of_this_thread() {
  timespec at{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
  return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) / 1e9;
}

// The time is that of the thread which listens: the server has another.
void from_the_wire(benchmark::State& state) {
  std::string bytes;
  for (const std::string& frame : some_frames()) bytes += test::FakePeer::frame_of(frame);
  const test::TestCertificate certificate("127.0.0.1");
  const bool is_tls = state.range(0) != 0;
  test::FakeServer server(
      [&](test::FakePeer& peer) {
        peer.open_websocket();
        while (peer.write(bytes)) {
        }
      },
      is_tls ? &certificate : nullptr);
  test::Scratch scratch;
  const std::string file = (scratch.path() / "ca.pem").string();
  std::ofstream(file) << certificate.pem();
  const auto connector = connector_for(server.url(is_tls ? "wss" : "ws", "/subscribe"), true,
                                       is_tls ? R"(,"ca_file":")" + file + "\"" : "");
  Counted counted;
  const auto listener = connector->listen({"acme", "bench", "bench", {}}, counted);
  const test::ManualClock clock(kBegin);
  NetTransport transport(clock);
  auto opened = transport.open(listener->opening("", kBegin));
  if (!opened || !opened->stream) return state.SkipWithError(opened ? "refused" : opened.error().message.c_str());
  double before = cpu_seconds_of_this_thread();
  for (auto _ : state) {
    auto got = opened->stream->read(Millis{10'000});
    if (!got || got->what != Stream::What::message) return state.SkipWithError("no frame");
    listener->hear(got->message, kBegin);
    const double now = cpu_seconds_of_this_thread();
    state.SetIterationTime(now - before);
    before = now;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(from_the_wire)->ArgName("tls")->Arg(0)->Arg(1)->UseManualTime();

}  // namespace
}  // namespace earshot

BENCHMARK_MAIN();
