#include "base/server_sent_events.h"

#include <vector>

#include <gtest/gtest.h>

#include "base/url.h"

namespace earshot {
namespace {

using Taken = std::vector<std::pair<std::string, std::string>>;

Taken taken_in_pieces(std::string_view bytes, std::size_t piece) {
  Taken taken;
  ServerSentEvents events([&](std::string_view event, std::string_view data) { taken.emplace_back(event, data); });
  for (std::size_t at = 0; at < bytes.size(); at += piece) events.feed(bytes.substr(at, piece));
  return taken;
}

TEST(ServerSentEvents, AreTheSameInPiecesOfAnySize) {
  struct Row {
    const char* what;
    std::string bytes;
    Taken taken;
  };
  const Row rows[] = {
      {"one", "event: update\ndata: {\"a\":1}\n\n", {{"update", "{\"a\":1}"}}},
      {"ends of lines of every kind",
       "event: a\r\ndata: 1\r\n\r\nevent: b\rdata: 2\r\rdata: 3\n\n",
       {{"a", "1"}, {"b", "2"}, {"", "3"}}},
      {"several lines of data", "data: 1\ndata:2\ndata\n\n", {{"", "1\n2\n"}}},
      {"comments keep alive", ":)\n\n:thump\n\ndata: 客服\n\n", {{"", "客服"}}},
      {"an event without data is none", "event: update\n\ndata: 1\n\n", {{"", "1"}}},
      {"a byte order mark",
       "\xef\xbb\xbf"
       "data: 1\n\n",
       {{"", "1"}}},
      {"one blank is taken away", "data:  1\n\n", {{"", " 1"}}},
      {"unknown fields", "id: 7\nretry: 5\nfoo\ndata: 1\n\n", {{"", "1"}}},
      {"what does not end is none", "data: 1\n\ndata: 2\n", {{"", "1"}}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    for (std::size_t piece = 1; piece <= row.bytes.size(); ++piece)
      EXPECT_EQ(taken_in_pieces(row.bytes, piece), row.taken) << piece;
  }
}

TEST(ServerSentEvents, HoldOneByteMoreThanTheyMay) {
  const std::string most(ServerSentEvents::kEventDataMax, 'x');
  EXPECT_EQ(taken_in_pieces("data: " + most + "\n\n", 70'000)[0].second.size(), most.size());
  EXPECT_EQ(taken_in_pieces("data: " + most + "xyz\n\ndata: 1\n\n", 70'000)[0].second.size(), most.size() + 1);
  EXPECT_EQ(taken_in_pieces("data: " + most + "\ndata: more\n\n", 70'000)[0].second.size(), most.size() + 1);
  EXPECT_EQ(taken_in_pieces("data: " + most + most + "\n\ndata: 1\n\n", 70'000)[1].second, "1")
      << "what follows is whole";
}

TEST(Url, IsTakenApart) {
  struct Row {
    const char* text;
    const char* scheme;
    const char* host;
    const char* port;
    const char* target;
    const char* header;
  };
  const Row rows[] = {{"wss://jetstream.example/subscribe?a=1", "wss", "jetstream.example", "443", "/subscribe?a=1",
                       "jetstream.example"},
                      {"http://127.0.0.1:8080", "http", "127.0.0.1", "8080", "/", "127.0.0.1:8080"},
                      {"https://[::1]:9/x", "https", "::1", "9", "/x", "[::1]:9"},
                      {"ws://[fe80::1]?q", "ws", "fe80::1", "80", "/?q", "[fe80::1]"}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    const auto url = parse_url(row.text);
    ASSERT_TRUE(url);
    EXPECT_EQ(url->scheme, row.scheme);
    EXPECT_EQ(url->host, row.host);
    EXPECT_EQ(url->port, row.port);
    EXPECT_EQ(url->target, row.target);
    EXPECT_EQ(url->host_header(), row.header);
  }
  for (const char* wrong : {"", "jetstream.example", "ftp://a", "http://", "http://:80", "http://a b", "http://a:x",
                            "http://a:123456", "http://user@a", "http://[::1", "http://a\r\nX: 1", "http://a/#b"}) {
    EXPECT_FALSE(parse_url(wrong)) << wrong;
  }
  EXPECT_EQ(with_parameter(with_parameter("ws://a/b", "tag", "退款 &="), "x", "did:plc:1"),
            "ws://a/b?tag=%E9%80%80%E6%AC%BE%20%26%3D&x=did:plc:1");
}

}  // namespace
}  // namespace earshot
