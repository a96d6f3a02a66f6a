// `mastodon` listened to live, as server-sent events and over a WebSocket, from a server that misbehaves.
#include <condition_variable>
#include <map>

#include "integration/sources/listening.h"

namespace earshot::test {
namespace {

using namespace std::chrono_literals;

std::string id_of(int n) { return std::to_string(115'000'000'000'000'000 + n); }

std::string status(int n, const std::string& html) {
  std::string quoted;
  append_json_string(quoted, html);
  return R"({"id":")" + id_of(n) +
         R"(","created_at":"2026-05-28T20:26:40.000Z","edited_at":null,"visibility":"public","language":"zh","uri":"https://m.example/s/)" +
         std::to_string(n) + R"(","url":"https://m.example/@han/)" + std::to_string(n) + R"(","content":)" + quoted +
         R"(,"reblog":null,"spoiler_text":"","account":{"acct":"han","url":"https://m.example/@han"},"mentions":[]})";
}
std::string sse(int n, const std::string& html) { return "event: update\ndata: " + status(n, html) + "\n\n"; }
std::string frame(int n, const std::string& html) {
  std::string payload;
  append_json_string(payload, status(n, html));
  return R"({"stream":["hashtag"],"event":"update","payload":)" + payload + "}";
}

// Streams what `speak` says and has a timeline.
class MastodonLive : public Listening, public ::testing::WithParamInterface<bool> {
 protected:
  MastodonLive() {
    connector = "mastodon";
    server = std::make_unique<FakeServer>([this](FakePeer& peer) { serve(peer); });
    settings = R"({"server":")" + server->url("http", "") +
               R"(","tag":"acme","allow_private_addresses":true,"secrets":["token-of-test"])" +
               (GetParam() ? R"(,"streaming":")" + server->url("ws", "") + "\"" : "") + "}";
  }

  void serve(FakePeer& peer) {
    if (peer.header("authorization") != "Bearer token-of-test") {
      peer.answer(401, R"({"error":"The access token is invalid"})");
      return;
    }
    if (peer.target().starts_with("/api/v1/timelines/tag/acme")) {
      const std::lock_guard lock(mutex);
      pages.push_back(peer.parameter("min_id"));
      peer.answer(pages.size() <= page_statuses.size() ? page_statuses[pages.size() - 1] : 200, page_of(peer));
      page_asked.notify_all();
      return;
    }
    const std::string expected =
        GetParam() ? "/api/v1/streaming?stream=hashtag&tag=acme" : "/api/v1/streaming/hashtag?tag=acme";
    EXPECT_EQ(peer.target(), expected);
    EXPECT_TRUE(GetParam() ? peer.open_websocket() : peer.open_events());
    ++streams;
    speak(peer);
  }
  bool say(FakePeer& peer, int n, const std::string& html) {
    return GetParam() ? peer.frame(frame(n, html)) : peer.write(sse(n, html));
  }

  // As Mastodon does: those right behind `min_id`, the newest of them first.
  std::string page_of(FakePeer& peer) const {
    const std::string behind = peer.parameter("min_id");
    const auto most = static_cast<std::size_t>(std::stoi(peer.parameter("limit")));
    std::vector<std::string> chosen;
    for (const auto& [n, html] : timeline) {
      if ((ignores_min_id || behind.empty() || behind == "0" || id_of(n) > behind) && chosen.size() < most)
        chosen.insert(chosen.begin(), status(n, html));
    }
    if (behind.empty() && !timeline.empty()) chosen = {status(timeline.rbegin()->first, timeline.rbegin()->second)};
    std::string page = "[";
    for (const std::string& one : chosen) page += (page.size() > 1 ? "," : "") + one;
    return page + "]";
  }
  auto until(std::size_t count) {
    return [this, count] { return kept.size() >= count; };
  }

  std::function<void(FakePeer&)> speak;
  std::map<int, std::string> timeline;
  std::vector<int> page_statuses;  // of the first pages; the others are fine
  bool ignores_min_id = false;
  std::atomic<int> streams = 0;
  std::mutex mutex;
  std::condition_variable page_asked;
  std::vector<std::string> pages;  // the `min_id` of each
  std::unique_ptr<FakeServer> server;
};

TEST_P(MastodonLive, BeginsWithWhatIsSaidFromNowOn) {
  timeline[7] = "<p>before</p>";
  speak = [this](FakePeer& peer) {
    say(peer, 8, "<p>@acme 没人回<br>差评 &amp; 退款</p>");
    peer.wait_until_gone();
  };
  listen(until(1));
  ASSERT_EQ(texts(), std::vector<std::string>{"@acme 没人回\n差评 & 退款"});
  EXPECT_EQ(kept[0].id, "https://m.example/s/8");
  EXPECT_EQ(std::get<Input>(kept[0].body).person.keys, std::vector<std::string>{"mastodon:han@m.example"});
  EXPECT_EQ(place.cursor, id_of(8));
  EXPECT_TRUE(gaps.empty());
}

TEST_P(MastodonLive, ACutInTheMiddleOfACharacterIsFilledFromTheTimeline) {
  timeline[0] = "first";
  speak = [this](FakePeer& peer) {
    if (streams == 1) {
      say(peer, 1, "第1条");
      const std::string whole = GetParam() ? FakePeer::frame_of(frame(2, "第2条")) : sse(2, "第2条");
      {
        std::unique_lock lock(mutex);
        page_asked.wait(lock, [this] { return !pages.empty(); });
        for (int n = 1; n <= 100; ++n) timeline[n] = "第" + std::to_string(n) + "条";
      }
      peer.write(std::string_view(whole).substr(0, whole.find("第2") + 2));
      return;
    }
    say(peer, 100, "第100条");  // what the page has too
    say(peer, 101, "第101条");
    peer.wait_until_gone();
  };
  listen(until(101));
  EXPECT_EQ(std::set<std::string>(ids).size(), 101u);
  EXPECT_EQ(repeats, 1);
  EXPECT_TRUE(gaps.empty()) << "a cut that is filled is no gap";
  EXPECT_TRUE(letters().empty());
  const std::lock_guard lock(mutex);
  ASSERT_GE(pages.size(), 4u);
  EXPECT_EQ(pages[0], "") << "where to begin";
  EXPECT_EQ(pages[1], id_of(1)) << "behind the newest that was heard";
  EXPECT_EQ(pages[2], id_of(41));
}

TEST_P(MastodonLive, WithoutATimelineACutIsAGap) {
  page_statuses = {200, 404};
  speak = [this](FakePeer& peer) {
    say(peer, streams, "第" + std::to_string(streams) + "条");
    if (streams > 1) peer.wait_until_gone();
  };
  const Timestamp begin = clock.now();
  listen(until(2));
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].from, begin);
  EXPECT_GT(gaps[0].to, begin);
  EXPECT_LE(gaps[0].to, clock.now());
  EXPECT_FALSE(gaps[0].caught_up);
}

TEST_P(MastodonLive, AServerThatGivesOtherPagesThanAskedForIsNotBelieved) {
  for (int n = 1; n <= 60; ++n) timeline[n] = "alt " + std::to_string(n);
  ignores_min_id = true;
  place = {"social", id_of(30), clock.now()};
  clock.pass(1h);
  speak = [this](FakePeer& peer) {
    say(peer, 61, "neu");
    peer.wait_until_gone();
  };
  listen([this] { return ids.contains("/mastodon https://m.example/s/61"); });
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_FALSE(gaps[0].caught_up);
  EXPECT_EQ(pages.size(), 1u) << "it is not asked for ever";
}

TEST_P(MastodonLive, TooManyRequestsForAPageIsHeeded) {
  place = {"social", id_of(1), clock.now()};
  page_statuses = {429};
  speak = [this](FakePeer& peer) {
    say(peer, 1 + streams, "again");
    peer.wait_until_gone();
  };
  listen(until(1));
  ASSERT_EQ(texts(), std::vector<std::string>{"again"});
  EXPECT_EQ(kept[0].id, "https://m.example/s/3") << "nothing of a stream is heard before what lies behind it is filled";
  EXPECT_EQ(waits.all.size(), 1u);
  EXPECT_TRUE(gaps.empty());
}

TEST_P(MastodonLive, AWrongTokenStopsItForAWhileAndSaysSo) {
  settings.replace(settings.find("token-of-test"), 13, "another-token");
  waits_enough = 1;
  listen(until(1));
  EXPECT_EQ(waits.all, std::vector<Millis>{15min});
  EXPECT_TRUE(said("is the token in secret_env right?"));
  ASSERT_EQ(gaps.size(), 1u) << "it will be deaf, and says so at once";
  EXPECT_EQ(gaps[0].to, kNever);
}

TEST_P(MastodonLive, ADeletionNamesOnlyAnId) {
  speak = [this](FakePeer& peer) {
    say(peer, 1, "weg");
    for (const int n : {5, 1}) {
      if (GetParam()) {
        peer.frame(R"({"stream":["hashtag"],"event":"delete","payload":")" + id_of(n) + "\"}");
      } else {
        peer.write("event: delete\ndata: " + id_of(n) + "\n\n");
      }
    }
    peer.wait_until_gone();
  };
  listen(until(2));
  ASSERT_EQ(kept.size(), 2u);
  const auto& input = std::get<Input>(kept[1].body);
  EXPECT_EQ(input.kind, InputKind::deleted);
  EXPECT_EQ(input.target->id, kept[0].id);
  EXPECT_EQ(input.person.keys, std::get<Input>(kept[0].body).person.keys);
}

TEST_P(MastodonLive, BytesThatDripAndSignsOfLifeKeepItAlive) {
  speak = [this](FakePeer& peer) {
    for (int i = 0; i < 50; ++i) GetParam() ? peer.ping() : peer.write(":thump\n");
    const std::string whole = GetParam() ? FakePeer::frame_of(frame(1, "慢慢来")) : sse(1, "慢慢来");
    for (const char byte : whole) peer.write(std::string_view(&byte, 1));
    peer.wait_until_gone();
  };
  listen(until(1));
  EXPECT_EQ(texts(), std::vector<std::string>{"慢慢来"});
  EXPECT_EQ(streams, 1);
}

INSTANTIATE_TEST_SUITE_P(Over, MastodonLive, ::testing::Bool(),
                         [](const auto& one) { return one.param ? "WebSocket" : "ServerSentEvents"; });

}  // namespace
}  // namespace earshot::test
