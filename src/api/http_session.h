// One connection's side of HTTP/1.1, without a socket: bytes in, requests out; answers in, bytes out.
//
// Kept apart from the transport so that hostile input can be tried one byte at a time without a clock or a network.
// Memory is bounded: what is fed is at most one read, a header and a body never grow beyond their limits, and a body
// that announces more than the limit is refused before any of it is kept. Requests are given one at a time; the bytes
// of the next ones wait, so a client may send them ahead.
//
// One thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "api/http.h"

namespace earshot::api {

inline constexpr std::size_t kHeaderBytesMax = 16 * 1024;
inline constexpr std::size_t kBodyBytesMax = 8 * 1024 * 1024;

class HttpSession {
 public:
  struct Limits {
    std::size_t header_bytes_max = kHeaderBytesMax;  // of the request line, and of the fields together
    std::size_t body_bytes_max = kBodyBytesMax;
  };
  struct NeedMore {};
  struct SendContinue {};  // the client waits for `100 Continue` before it sends the body
  using Next = std::variant<NeedMore, SendContinue, Request, Problem>;

  explicit HttpSession(Limits limits);
  ~HttpSession();

  void feed(std::string_view bytes);

  // What to do now. Call it until it gives NeedMore. After a Request call it again only when that one is answered;
  // after a Problem nothing more can be read from this connection.
  Next next();

  // True when a part of a request has come: its sender owes us the rest.
  bool is_within_request() const;

  // Of the request given last: may another one follow, is the body of the answer left out.
  bool keeps_alive() const { return keeps_alive_; }
  bool is_head() const { return is_head_; }

  // Head and body of an answer to the request given last.
  std::string render(const Response& response, bool keep_alive) const;

  // The head of an answer that goes on until somebody hangs up.
  std::string render_stream_head() const;

 private:
  struct Parser;

  void start_request();
  std::optional<Problem> check_head();
  Next take_request();

  Limits limits_;
  std::unique_ptr<Parser> parser_;
  std::string waiting_;  // fed and not yet parsed
  bool head_checked_ = false;
  bool keeps_alive_ = true;
  bool is_head_ = false;
};

}  // namespace earshot::api
