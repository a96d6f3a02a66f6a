// `bluesky` listened to live, from a Jetstream that speaks the real protocol and misbehaves.
#include "integration/sources/listening.h"

namespace earshot::test {
namespace {

using namespace std::chrono_literals;

const Timestamp kBegin = from_millis(1'780'000'000'000);  // of the server's frames, and of the clock

// The n-th post, a second after the one before.
std::string post(int n, const std::string& text, const std::string& did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa") {
  const std::string micros = std::to_string(to_millis(kBegin + n * 1s) * 1000);
  std::string quoted;
  append_json_string(quoted, text);
  return R"({"did":")" + did + R"(","time_us":)" + micros +
         R"(,"kind":"commit","commit":{"rev":"r","operation":"create","collection":"app.bsky.feed.post","rkey":"p)" +
         std::to_string(n) + R"(","record":{"$type":"app.bsky.feed.post","createdAt":")" +
         format_rfc3339(kBegin + n * 1s) + R"(","text":)" + quoted + R"(},"cid":"c)" + std::to_string(n) + "\"}}";
}

std::int64_t second_of(const std::string& cursor) {
  return cursor.empty() ? -1 : (std::stoll(cursor) / 1000 - to_millis(kBegin)) / 1000;
}

class JetstreamLive : public Listening {
 protected:
  JetstreamLive() { connector = "bluesky"; }
  void listen_to(const FakeServer& server, const std::string& scheme = "ws",
                 const std::string& more = R"(,"keywords":["acme"])") {
    settings = R"({"url":")" + server.url(scheme, path) + R"(","allow_private_addresses":true)" + more + "}";
  }
  auto until(std::size_t count) {
    return [this, count] { return kept.size() >= count; };
  }

  std::string path = "/subscribe";
};

TEST_F(JetstreamLive, KeepsWhatMatchesWithThePlaceBehindIt) {
  std::string asked;
  FakeServer server([&](FakePeer& peer) {
    asked = peer.target();
    peer.open_websocket();
    for (int n = 1; n <= 9; ++n)
      peer.frame(post(n, n % 3 == 0 ? "ACME 没人回 " + std::to_string(n) : "something else"));
    peer.wait_until_gone();
  });
  listen_to(server);
  listen(until(3));
  EXPECT_EQ(asked, "/subscribe?wantedCollections=app.bsky.feed.post");
  EXPECT_EQ(texts(), (std::vector<std::string>{"ACME 没人回 3", "ACME 没人回 6", "ACME 没人回 9"}));
  EXPECT_EQ(second_of(place.cursor), 9);
  EXPECT_EQ(place.connector, "social");
  EXPECT_TRUE(gaps.empty());
}

TEST_F(JetstreamLive, TellsWhatBecameOfFramesAndConnections) {
  FakeServer server([&](FakePeer& peer) {
    if (peer.number == 1) {
      peer.answer(500, "");
      return;
    }
    peer.open_websocket();
    if (peer.number == 2) {
      for (int n = 1; n <= 9; ++n) peer.frame(post(n, n % 3 == 0 ? "acme" : "something else"));
      peer.frame("{broken");
      return;
    }
    peer.frame(post(200, "acme"));
    peer.wait_until_gone();
  });
  listen_to(server);
  listen(until(5));
  ASSERT_FALSE(told.empty());
  const Source::Counts& last = told.back();
  EXPECT_EQ(last.taken, 4u);
  EXPECT_EQ(last.passed_over, 6u);
  EXPECT_EQ(last.unread, 1u);
  EXPECT_EQ(last.opened, 2u);
  EXPECT_EQ(last.refused, 1u);
  EXPECT_EQ(last.broken, 2u) << "the last one by us";
  EXPECT_EQ(last.missed, 1u);
  EXPECT_EQ(last.caught_up, 0u);
  EXPECT_FALSE(last.is_connected);
  EXPECT_EQ(last.heard, clock.now());
  EXPECT_TRUE(std::any_of(told.begin(), told.end(), [](const Source::Counts& one) { return one.is_connected; }));
}

TEST_F(JetstreamLive, ACutInTheMiddleOfACharacterLosesAndDoublesNothing) {
  std::vector<std::string> cursors;
  FakeServer server([&](FakePeer& peer) {
    cursors.push_back(peer.parameter("cursor"));
    peer.open_websocket();
    if (peer.number == 1) {
      for (int n = 1; n <= 8; ++n) peer.frame(post(n, "acme 第" + std::to_string(n) + "条"));
      const std::string whole = FakePeer::frame_of(post(9, "acme 第9条"));
      peer.write(std::string_view(whole).substr(0, whole.find("第9") + 1));
      return;
    }
    for (int n = 3; n <= 10; ++n)
      peer.frame(post(n, "acme 第" + std::to_string(n) + "条"));  // five seconds before the last one
    peer.wait_until_gone();
  });
  listen_to(server);
  listen(until(10));
  ASSERT_EQ(texts().size(), 10u);
  for (int n = 1; n <= 10; ++n)
    EXPECT_EQ(texts()[static_cast<std::size_t>(n - 1)], "acme 第" + std::to_string(n) + "条");
  EXPECT_EQ(repeats, 6);
  ASSERT_EQ(cursors.size(), 2u);
  EXPECT_EQ(second_of(cursors[1]), 8 - 5) << "it goes on a little earlier than where it was";
  EXPECT_TRUE(gaps.empty()) << "all of it came";
  EXPECT_TRUE(letters().empty()) << "half a frame is no letter";
}

TEST_F(JetstreamLive, AMessageInPiecesIsOneWhereverItIsCut) {
  const std::string text = "acme 第1条没人回";
  FakeServer server([&](FakePeer& peer) {
    peer.open_websocket();
    const std::string whole = post(1, text);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string piece = FakePeer::frame_of(whole.substr(at, 1), at == 0 ? 1 : 0);
      if (at + 1 < whole.size()) piece[0] = static_cast<char>(piece[0] & 0x7f);  // not the last one
      peer.write(piece);
      if (at % 50 == 0) peer.ping();  // may stand between them
    }
    peer.wait_until_gone();
  });
  listen_to(server);
  listen(until(1));
  EXPECT_EQ(texts(), std::vector<std::string>{text});
  EXPECT_TRUE(letters().empty());
}

TEST_F(JetstreamLive, APingIsAnswered) {
  std::string answer;
  FakeServer server([&](FakePeer& peer) {
    peer.open_websocket();
    peer.write(FakePeer::frame_of("are you there?", 9));
    answer = peer.read_frame();
    peer.frame(post(1, "acme"));
    peer.wait_until_gone();
  });
  listen_to(server);
  listen(until(1));
  EXPECT_EQ(answer, "are you there?");
}

TEST_F(JetstreamLive, ACloseSaysWhyAndForHowLong) {
  const auto close = [](std::string_view code, std::string_view reason) {
    return FakePeer::frame_of(std::string(code) + std::string(reason), 8);
  };
  FakeServer server([&](FakePeer& peer) {
    peer.open_websocket();
    if (peer.number == 2) peer.frame(post(1, "acme"));
    if (peer.number <= 2) peer.write(close("\x03\xf0", "no \xe2\x98\x83 here"));  // 1008, a violation of policy
    if (peer.number == 3) peer.write(close("\x03\xf5", "busy"));                  // 1013, try again later
    if (peer.number == 4) peer.write(close("\x03\xe9", ""));                      // 1001, going away
    if (peer.number <= 4) {
      peer.read_frame();  // the answer to the close; then the server hangs up
      return;
    }
    peer.frame(post(2, "acme"));
    peer.wait_until_gone();
  });
  listen_to(server);
  listen([this] { return texts().size() >= 2; });
  ASSERT_EQ(waits.all.size(), 4u);
  EXPECT_EQ(waits.all[0], 15min) << "as after 403";
  EXPECT_LE(waits.all[1], 1s) << "something was heard, so it is not we who are not wanted";
  EXPECT_GE(waits.all[2], 1min);
  EXPECT_LE(waits.all[3], 4s);
  EXPECT_TRUE(said("the server closed the stream with code 1008: no ??? here"));
}

TEST_F(JetstreamLive, AServerThatSaysNothingIsGivenUp) {
  FakeServer server([&](FakePeer& peer) {
    if (peer.number == 2) peer.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n");
    peer.wait_until_gone();
  });
  patience = Millis{50};
  listen_to(server);
  waits_enough = 2;
  listen(until(1));
  EXPECT_EQ(waits.all.size(), 2u);
  EXPECT_EQ(told.back().failed, 2u);
}

TEST_F(JetstreamLive, ATimeThatGoesBackOrFarAheadMovesNothing) {
  FakeServer server([&](FakePeer& peer) {
    peer.open_websocket();
    peer.frame(post(20, "acme 1"));
    peer.frame(post(4, "acme 2"));
    peer.frame(post(3'600'000, "acme 3"));  // many days
    peer.frame(post(19, "acme 4"));
    peer.wait_until_gone();
  });
  listen_to(server);
  listen(until(4));
  EXPECT_EQ(second_of(place.cursor), 20);
}

TEST_F(JetstreamLive, WhatTheServerNoLongerHasIsAGap) {
  FakeServer server([&](FakePeer& peer) {
    peer.open_websocket();
    if (peer.number == 1) {
      peer.frame(post(1, "acme before"));
      return;
    }
    peer.frame(post(200, "acme after"));
    peer.wait_until_gone();
  });
  listen_to(server);
  listen(until(2));
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].connector, "social");
  EXPECT_EQ(gaps[0].channels, std::vector<std::string>{"bluesky"});
  EXPECT_EQ(gaps[0].from, kBegin) << "when it was heard last, by our clock";
  EXPECT_EQ(gaps[0].to, kBegin + 200s) << "where the server begins again";
  EXPECT_FALSE(gaps[0].caught_up);
  EXPECT_NE(gaps[0].reason, "");
}

TEST_F(JetstreamLive, VersionTwoRefusesAnOldCursorAndIsHeardWithoutIt) {
  path = "/xrpc/network.bsky.jetstream.subscribeEvents";
  place = {"social", std::to_string(to_millis(kBegin) * 1000), kBegin};
  clock.pass(48h);
  std::vector<std::string> targets;
  FakeServer server([&](FakePeer& peer) {
    targets.push_back(peer.target());
    if (!peer.parameter("cursor").empty()) {
      peer.answer(400, R"({"error":"CursorTooOld","message":"the oldest is later"})");
      return;
    }
    peer.open_websocket();
    peer.frame(
        R"({"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#commit","seq":7,"did":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa","time":")" +
        format_rfc3339(clock.now()) +
        R"(","rev":"r","operation":"create","collection":"app.bsky.feed.post","rkey":"p","cid":"c","record":{"text":"acme"}}})");
    peer.wait_until_gone();
  });
  listen_to(server);
  listen(until(1));
  ASSERT_EQ(targets.size(), 2u);
  EXPECT_EQ(targets[1], path + "?collections=app.bsky.feed.post") << "version 2 refuses the names of version 1";
  EXPECT_TRUE(waits.all.empty()) << "without a wait";
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].from, kBegin);
  EXPECT_EQ(gaps[0].to, clock.now());
  EXPECT_EQ(gaps[0].reason, "earshot was not running");
}

TEST_F(JetstreamLive, AFrameThatDripsIsTakenAndOneThatNeverEndsIsGivenUp) {
  FakeServer server([&](FakePeer& peer) {
    peer.open_websocket();
    const std::string whole = FakePeer::frame_of(post(peer.number, "acme 慢 " + std::to_string(peer.number)));
    for (const char byte : whole.substr(0, whole.size() - (peer.number == 1 ? 0 : 1)))
      peer.write(std::string_view(&byte, 1));
    peer.wait_until_gone();
  });
  // While a frame is unfinished the clock goes on by itself: nothing whole may come for a minute.
  class PassingClock final : public ManualClock {
   public:
    Timestamp now() const override {
      const_cast<PassingClock*>(this)->pass(3s);
      return ManualClock::now();
    }
  };
  clock_in_use = std::make_unique<PassingClock>();
  listen_to(server);
  waits_enough = 3;
  listen([] { return false; });
  EXPECT_EQ(texts(), std::vector<std::string>{"acme 慢 1"});
  EXPECT_TRUE(said("nothing whole came for 60 s"));
}

TEST_F(JetstreamLive, TooManyRequestsIsHeededInBothForms) {
  clock.go_to(*parse_rfc3339("2026-11-27T00:00:00Z"));
  FakeServer server([&](FakePeer& peer) {
    if (peer.number == 1) {
      peer.answer(429, R"({"error":"slow down"})", "Retry-After: 600\r\n");
      return;
    }
    if (peer.number == 2) {
      peer.answer(503, "", "Retry-After: " + std::string("Fri, 27 Nov 2026 00:20:00 GMT") + "\r\n");
      return;
    }
    peer.open_websocket();
    peer.frame(post(1, "acme"));
    peer.wait_until_gone();
  });
  listen_to(server);
  listen(until(1));
  ASSERT_EQ(waits.all.size(), 2u);
  EXPECT_EQ(waits.all[0], 10min);
  EXPECT_EQ(waits.all[1], 10min) << "until the hour that it names";
  ASSERT_EQ(gaps.size(), 2u) << "who will be deaf for longer says so at once, and when it is over";
  EXPECT_EQ(gaps[0].to, kNever);
  EXPECT_NE(gaps[0].reason.find("429"), std::string::npos);
  EXPECT_EQ(gaps[1].from, gaps[0].from);
  EXPECT_EQ(gaps[1].to, *parse_rfc3339("2026-11-27T00:20:00Z"))
      << "nothing was ever heard before, so nothing could be caught up";
  EXPECT_FALSE(gaps[1].caught_up);
}

TEST_F(JetstreamLive, AnOutageThatIsCaughtUpWasNone) {
  place = {"social", std::to_string(to_millis(kBegin) * 1000), kBegin};
  FakeServer server([&](FakePeer& peer) {
    if (peer.number <= 20) {
      peer.answer(500, "");
      return;
    }
    peer.open_websocket();
    for (int n = -3; n <= 5; ++n) peer.frame(post(n, "acme " + std::to_string(n)));
    peer.wait_until_gone();
  });
  listen_to(server);
  listen(until(9));
  ASSERT_EQ(gaps.size(), 2u);
  EXPECT_EQ(told.back().caught_up, 1u);
  EXPECT_EQ(told.back().missed, 0u);
  EXPECT_EQ(gaps[0].from, kBegin);
  EXPECT_EQ(gaps[0].to, kNever);
  EXPECT_EQ(gaps[1].from, kBegin) << "the same gap";
  EXPECT_TRUE(gaps[1].caught_up);
  ASSERT_EQ(waits.all.size(), 20u);
  Millis bound = Backoff::kFirst;
  for (const Millis wait : waits.all) {
    EXPECT_LE(wait, bound) << "longer and longer, up to a bound";
    bound = std::min(2 * bound, Backoff::kMost);
  }
  EXPECT_GT(*std::max_element(waits.all.begin(), waits.all.end()), 10s);
}

TEST_F(JetstreamLive, WhoIsForbiddenWaitsLong) {
  FakeServer server([&](FakePeer& peer) {
    if (peer.number == 1) {
      peer.answer(403, R"({"error":"no"})");
      return;
    }
    peer.open_websocket();
    peer.frame(post(1, "acme"));
    peer.wait_until_gone();
  });
  listen_to(server);
  listen(until(1));
  EXPECT_EQ(waits.all, std::vector<Millis>{15min});
}

TEST_F(JetstreamLive, ACertificateIsCheckedWithItsNameAndItsAuthority) {
  const TestCertificate good("127.0.0.1"), of_another_host("jetstream.example"), unknown("127.0.0.1");
  struct Row {
    const char* what;
    const TestCertificate& served;
    const TestCertificate& trusted;
    std::string complaint;
  };
  const Row rows[] = {
      {"right", good, good, ""},
      {"of another host", of_another_host, of_another_host, "is not trusted"},
      {"of an authority that nobody knows", unknown, good, "is not trusted"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    std::atomic<int> served = 0;
    FakeServer server(
        [&](FakePeer& peer) {
          ++served;
          peer.open_websocket();
          peer.frame(post(1, std::string("acme ") + row.what));
          peer.wait_until_gone();
        },
        &row.served);
    lines.clear();
    kept.clear();
    ids.clear();
    waits.all.clear();
    listen_to(server, "wss", R"(,"ca_file":")" + file_of(row.trusted) + "\"");
    waits_enough = 3;
    listen(until(1));
    EXPECT_EQ(served, row.complaint.empty() ? 1 : 0) << "nothing is said to who is not trusted";
    EXPECT_EQ(kept.size(), row.complaint.empty() ? 1u : 0u);
    EXPECT_TRUE(row.complaint.empty() || said(row.complaint));
  }
}

TEST_F(JetstreamLive, APrivateAddressIsRefusedUnlessItIsAllowed) {
  FakeServer server([](FakePeer& peer) { peer.open_websocket(); });
  settings = R"({"url":")" + server.url("ws", path) + "\"}";
  waits_enough = 2;
  listen(until(1));
  EXPECT_EQ(server.connections(), 0);
  EXPECT_EQ(told.back().failed, 2u);
  EXPECT_TRUE(said("allow_private_addresses would permit it"));
}

TEST_F(JetstreamLive, WhatTheLogCannotTakeIsOfferedAgainAndNeverPassedOver) {
  FakeServer server([&](FakePeer& peer) {
    peer.open_websocket();
    peer.frame(post(1, "acme 1"));
    peer.frame(post(2, "acme 2"));
    peer.wait_until_gone();
  });
  int refusals = 0;
  is_offer_refused = [&] { return ++refusals <= 5; };
  listen_to(server);
  listen(until(2));
  EXPECT_EQ(texts(), (std::vector<std::string>{"acme 1", "acme 2"}));
  EXPECT_EQ(server.connections(), 1) << "meanwhile the server waits";
}

TEST_F(JetstreamLive, AKillGoesOnFromTheLastCommit) {
  std::vector<std::string> cursors;
  FakeServer server([&](FakePeer& peer) {
    cursors.push_back(peer.parameter("cursor"));
    peer.open_websocket();
    for (int n = 1; n <= 10; ++n) peer.frame(post(n, "acme " + std::to_string(n)));
    peer.wait_until_gone();
  });
  listen_to(server);
  bool is_killed = false;  // from then on nothing that is offered reaches the log
  is_offer_refused = [&] { return is_killed; };
  waits_enough = 1;
  listen([&] { return is_killed = kept.size() >= 4, false; });
  ASSERT_EQ(kept.size(), 4u);
  EXPECT_EQ(second_of(place.cursor), 4);
  is_offer_refused = nullptr;
  waits_enough = 0;
  listen(until(10));
  ASSERT_EQ(cursors.size(), 2u);
  ASSERT_FALSE(cursors[1].empty());
  EXPECT_EQ(second_of(cursors[1]), -1) << "five seconds before the fourth";
  EXPECT_EQ(texts().size(), 10u);
  EXPECT_EQ(repeats, 4);
}

// Further apart than the overlap, so that nothing but the place brings a post back.
TEST_F(JetstreamLive, AKillAfterAnyCommitLosesNothing) {
  constexpr int kPosts = 6;
  FakeServer server([&](FakePeer& peer) {
    const std::string cursor = peer.parameter("cursor");
    peer.open_websocket();
    for (int n = 1; n <= kPosts; ++n) {
      if (10 * n >= second_of(cursor)) peer.frame(post(10 * n, "acme " + std::to_string(n)));
    }
  });
  listen_to(server);
  for (int round = 0; round < 4 * kPosts; ++round) {
    const int commits = round / 2;
    source_settings.gather_most = round % 2 == 0 ? Millis{0} : Millis{1h};  // one by one, or all of them in one
    SCOPED_TRACE(round);
    place = {};
    kept.clear();
    ids.clear();
    int offers = 0;
    is_offer_refused = [&] { return offers++ >= commits; };
    waits_enough = 1;
    listen([] { return false; });
    is_offer_refused = nullptr;
    waits_enough = 0;
    listen(until(kPosts));
    ASSERT_EQ(kept.size(), static_cast<std::size_t>(kPosts));
  }
}

TEST_F(JetstreamLive, DeletionsCountOnlyOfWhomWeHeard) {
  const std::string stranger = "did:plc:zzzzzzzzzzzzzzzzzzzzzzzz";
  const auto deletion = [](const std::string& did) {
    return R"({"did":")" + did + R"(","time_us":)" + std::to_string(to_millis(kBegin) * 1000) +
           R"(,"kind":"commit","commit":{"rev":"r","operation":"delete","collection":"app.bsky.feed.post","rkey":"p1"}})";
  };
  FakeServer server([&](FakePeer& peer) {
    peer.open_websocket();
    peer.frame(deletion(stranger));
    peer.frame(post(1, "acme"));
    peer.frame(deletion("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"));
    peer.wait_until_gone();
  });
  listen_to(server);
  listen(until(2));
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].id, "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/p1");
  EXPECT_EQ(kept[1].id, "deleted:" + kept[0].id);
}

TEST_F(JetstreamLive, AFrameThatIsTooLongOrNoneIsOneLetter) {
  FakeServer server([&](FakePeer& peer) {
    peer.open_websocket();
    peer.frame(post(1, "acme " + std::string(3 << 20, 'x')));
    peer.frame("{broken");
    peer.frame(post(2, "acme"));
    peer.wait_until_gone();
  });
  listen_to(server);
  listen(until(3));
  ASSERT_EQ(letters().size(), 2u);
  EXPECT_EQ(letters()[0].reason, DeadLetterReason::too_large);
  EXPECT_EQ(letters()[0].length, static_cast<std::int64_t>(kLineBytesMax) + 1) << "no more of it is held";
  EXPECT_EQ(letters()[1].reason, DeadLetterReason::not_json);
  EXPECT_EQ(letters()[1].place, "social live");
  EXPECT_EQ(texts(), std::vector<std::string>{"acme"});
}

}  // namespace
}  // namespace earshot::test
