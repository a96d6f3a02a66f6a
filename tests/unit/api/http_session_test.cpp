#include "api/http_session.h"

#include <gtest/gtest.h>

#include "support/random_test.h"

namespace earshot::api {
namespace {

using Next = HttpSession::Next;

const Request* request_of(const Next& next) { return std::get_if<Request>(&next); }
int status_of(const Next& next) {
  const auto* problem = std::get_if<Problem>(&next);
  return problem == nullptr ? 0 : problem->status;
}
bool needs_more(const Next& next) { return std::holds_alternative<HttpSession::NeedMore>(next); }

std::string post(std::string_view body, std::string_view more_headers = "") {
  return "POST /v1/events HTTP/1.1\r\nHost: x\r\n" + std::string(more_headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TEST(HttpSession, GivesARequestWithItsPartsDecoded) {
  HttpSession session({});
  session.feed(
      "GET /v1/customers/email%3Aa%40b?limit=5&text=a+b%20c HTTP/1.1\r\nHost: x\r\nX-One: 1\r\nx-one: 2\r\n\r\n");
  const Next next = session.next();
  const Request* request = request_of(next);
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(request->method, "GET");
  EXPECT_EQ(request->path, "/v1/customers/email%3Aa%40b");
  EXPECT_EQ(request->query.at("limit"), "5");
  EXPECT_EQ(request->query.at("text"), "a b c");
  EXPECT_EQ(request->header("x-one"), "1, 2");
  EXPECT_TRUE(session.keeps_alive());
  EXPECT_TRUE(needs_more(session.next()));
  EXPECT_FALSE(session.is_within_request());
}

TEST(HttpSession, GivesTheSameRequestHoweverItsBytesAreCut) {
  const std::string chunked =
      "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n6;x=y\r\npedia!\r\n0\r\nT: "
      "1\r\n\r\n";
  const std::string both = post("hello, world") + chunked;
  Random random(test::seed_of_test(7));
  for (int round = 0; round < test::scaled(200); ++round) {
    HttpSession session({});
    std::vector<std::string> bodies;
    std::string_view rest = both;
    while (!rest.empty()) {
      const std::size_t size = round == 0 ? 1 : std::min<std::size_t>(rest.size(), 1 + random.below(40));
      session.feed(rest.substr(0, size));
      rest.remove_prefix(size);
      for (Next next = session.next(); !needs_more(next); next = session.next()) {
        const Request* request = request_of(next);
        ASSERT_NE(request, nullptr);
        bodies.push_back(request->body);
      }
    }
    EXPECT_EQ(bodies, (std::vector<std::string>{"hello, world", "Wikipedia!"}));
  }
}

TEST(HttpSession, RequestsSentAheadWaitTheirTurn) {
  HttpSession session({});
  session.feed(post("1") + post("2") + post("3"));
  for (const char* body : {"1", "2", "3"}) {
    const Next next = session.next();
    ASSERT_NE(request_of(next), nullptr);
    EXPECT_EQ(request_of(next)->body, body);
  }
  EXPECT_TRUE(needs_more(session.next()));
}

TEST(HttpSession, RefusesABodyAboveTheLimitBeforeReadingIt) {
  HttpSession session({.header_bytes_max = 1024, .body_bytes_max = 10});
  session.feed(post("0123456789"));
  EXPECT_NE(request_of(session.next()), nullptr) << "a body of exactly the limit passes";
  session.feed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n");
  EXPECT_EQ(status_of(session.next()), 413);
  EXPECT_FALSE(session.keeps_alive());
}

TEST(HttpSession, RefusesAChunkedBodyOnceItGrowsAboveTheLimit) {
  HttpSession session({.header_bytes_max = 1024, .body_bytes_max = 10});
  session.feed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\n");
  EXPECT_TRUE(needs_more(session.next()));
  session.feed("3\r\nabc\r\n0\r\n\r\n");
  EXPECT_EQ(status_of(session.next()), 413);
}

TEST(HttpSession, RefusesAHeaderAboveTheLimit) {
  for (const std::size_t extra : {std::size_t{0}, std::size_t{1}}) {
    const std::string fields = "Host: x\r\nX: ";
    HttpSession session({.header_bytes_max = 1000, .body_bytes_max = 10});
    session.feed("GET / HTTP/1.1\r\n" + fields + std::string(1000 - fields.size() - 4 + extra, 'a') + "\r\n\r\n");
    const Next next = session.next();
    EXPECT_EQ(status_of(next), extra == 0 ? 0 : 431) << "extra bytes: " << extra;
  }
  HttpSession endless({.header_bytes_max = 1000, .body_bytes_max = 10});
  int status = 0;
  for (int i = 0; i < 100 && status == 0; ++i) {
    endless.feed(i == 0 ? std::string("GET / HTTP/1.1\r\nX: ") : std::string(100, 'a'));
    status = status_of(endless.next());
  }
  EXPECT_EQ(status, 431) << "a header that never ends";
}

TEST(HttpSession, RefusesWhatIsNotARequest) {
  const std::string host = "Host: x\r\n";
  struct Row {
    const char* name;
    std::string bytes;
    int status;
  };
  const Row rows[] = {
      {"no request line", "hello\r\n\r\n", 400},
      {"TLS on a plain port", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), 400},
      {"unknown version", "GET / HTTP/3.7\r\n" + host + "\r\n", 400},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two hosts", "GET / HTTP/1.1\r\n" + host + host + "\r\n", 400},
      {"two lengths", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
      {"a negative length", "POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", 400},
      {"a length and chunks",
       "POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"chunks and a length",
       "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400},
      {"a strange transfer encoding", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n", 501},
      {"a bad chunk size", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"a huge chunk size", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
       413},
      {"a space before the colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
      {"a NUL in a header", std::string("GET / HTTP/1.1\r\nHost: x\0y\r\n\r\n", 30), 400},
      {"a target that is no path", "GET x HTTP/1.1\r\n" + host + "\r\n", 400},
      {"a bad escape in the query", "GET /?a=%zz HTTP/1.1\r\n" + host + "\r\n", 400},
      {"a query that is not UTF-8", "GET /?a=%ff HTTP/1.1\r\n" + host + "\r\n", 400},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    HttpSession session({});
    session.feed(row.bytes);
    EXPECT_EQ(status_of(session.next()), row.status);
    EXPECT_FALSE(session.keeps_alive());
  }
}

TEST(HttpSession, EveryTruncationOfARequestOnlyWaitsForMore) {
  const std::string whole = post("0123456789");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    HttpSession session({});
    session.feed(std::string_view(whole).substr(0, size));
    EXPECT_TRUE(needs_more(session.next())) << size;
    EXPECT_EQ(session.is_within_request(), size > 0) << size;
  }
}

TEST(HttpSession, AsksForTheBodyWhenTheClientWaits) {
  HttpSession session({});
  session.feed("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_TRUE(std::holds_alternative<HttpSession::SendContinue>(session.next()));
  EXPECT_TRUE(needs_more(session.next()));
  session.feed("ab");
  EXPECT_NE(request_of(session.next()), nullptr);
}

TEST(HttpSession, KeepsAConnectionOnlyWhenBothSidesWantTo) {
  HttpSession session({});
  session.feed("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  ASSERT_NE(request_of(session.next()), nullptr);
  EXPECT_FALSE(session.keeps_alive());
  session.feed("GET / HTTP/1.0\r\n\r\n");
  ASSERT_NE(request_of(session.next()), nullptr);
  EXPECT_FALSE(session.keeps_alive());
}

TEST(HttpSession, AnAnswerCannotBeSplitByAHeaderValue) {
  HttpSession session({});
  Response response;
  response.body = "x";
  response.headers.emplace_back("X-A", "1\r\nSet-Cookie: a");
  const std::string bytes = session.render(response, true);
  EXPECT_EQ(bytes.find("\r\nSet-Cookie"), std::string::npos);
}

}  // namespace
}  // namespace earshot::api
