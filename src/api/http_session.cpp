#include "api/http_session.h"

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http.hpp>

namespace earshot::api {

namespace http = boost::beast::http;

struct HttpSession::Parser {
  explicit Parser(const Limits& limits) {
    request.eager(true);
    request.header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
    request.body_limit(limits.body_bytes_max);
  }
  http::request_parser<http::string_body> request;
};

namespace {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view view_of(boost::beast::string_view text) { return {text.data(), text.size()}; }

Problem problem_of_parser(boost::beast::error_code error, const HttpSession::Limits& limits) {
  if (error == http::error::body_limit) {
    return {413, "body_too_large",
            "the body is larger than " + std::to_string(limits.body_bytes_max) + " bytes; send several smaller ones"};
  }
  if (error == http::error::header_limit) {
    return {431, "header_too_large", "the header is larger than " + std::to_string(limits.header_bytes_max) + " bytes"};
  }
  return {400, "bad_request", "not an HTTP/1.1 request: " + error.message()};
}

// A connection header such as `Server: earshot` would only tell an attacker what to look for, so there is none.
void append_header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  for (const char c : value) {
    if (c != '\r' && c != '\n') out += c;  // a value can never begin a header of its own
  }
  out += "\r\n";
}

}  // namespace

HttpSession::HttpSession(Limits limits) : limits_(limits) { start_request(); }
HttpSession::~HttpSession() = default;

void HttpSession::start_request() {
  parser_ = std::make_unique<Parser>(limits_);
  head_checked_ = false;
}

void HttpSession::feed(std::string_view bytes) { waiting_ += bytes; }

bool HttpSession::is_within_request() const { return !waiting_.empty() || parser_->request.got_some(); }

HttpSession::Next HttpSession::next() {
  if (waiting_.empty()) return NeedMore{};
  boost::beast::error_code error;
  const std::size_t used = parser_->request.put(boost::asio::const_buffer(waiting_.data(), waiting_.size()), error);
  waiting_.erase(0, used);
  if (error && error != http::error::need_more) {
    keeps_alive_ = false;
    return problem_of_parser(error, limits_);
  }
  if (parser_->request.is_header_done() && !head_checked_) {
    head_checked_ = true;
    if (auto problem = check_head()) {
      keeps_alive_ = false;
      return *problem;
    }
    if (!parser_->request.is_done() &&
        lower_case(view_of(parser_->request.get()[http::field::expect])) == "100-continue")
      return SendContinue{};
  }
  if (parser_->request.is_done()) return take_request();
  return NeedMore{};
}

// What the parser lets pass and two programs in a row could read in two ways.
std::optional<Problem> HttpSession::check_head() {
  const auto& head = parser_->request.get();
  is_head_ = head.method() == http::verb::head;
  keeps_alive_ = head.keep_alive();
  if (head.version() != 10 && head.version() != 11)
    return Problem{400, "bad_request", "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  if (head.version() == 11 && head.count(http::field::host) != 1) {
    return Problem{400, "bad_request", "a request has exactly one Host header"};
  }
  if (head.count(http::field::transfer_encoding) > 0 && !parser_->request.chunked()) {
    return Problem{501, "unknown_transfer_encoding", "the only transfer encoding is chunked"};
  }
  return std::nullopt;
}

HttpSession::Next HttpSession::take_request() {
  auto message = parser_->request.release();
  Request request;
  request.method = std::string(view_of(message.method_string()));
  for (const auto& header : message) {
    std::string& value = request.headers[lower_case(view_of(header.name_string()))];
    if (!value.empty()) value += ", ";
    value += view_of(header.value());
  }
  request.body = std::move(message.body());
  const auto split = split_target(view_of(message.target()), request);
  start_request();
  if (!split) {
    keeps_alive_ = false;
    return Problem{400, "bad_request", split.error().message};
  }
  return request;
}

std::string HttpSession::render(const Response& response, bool keep_alive) const {
  std::string out =
      "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason_phrase(response.status)) + "\r\n";
  append_header(out, "Content-Type", response.content_type);
  append_header(out, "Content-Length", std::to_string(response.body.size()));
  append_header(out, "X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) append_header(out, name, value);
  if (!keep_alive) append_header(out, "Connection", "close");
  out += "\r\n";
  if (!is_head_) out += response.body;
  return out;
}

std::string HttpSession::render_stream_head() const {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
         "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n";
}

}  // namespace earshot::api
