#include "sources/net_transport.h"

#include <deque>
#include <limits>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include "base/server_sent_events.h"
#include "base/url.h"
#include "earshot/connector.h"
#include "sinks/addresses.h"
#include "sources/retry_after.h"

namespace earshot {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;
using std::chrono::steady_clock;
using Tcp = beast::tcp_stream;
using Tls = beast::ssl_stream<beast::tcp_stream>;

constexpr Millis kSlice{50};  // so often a wait looks whether it is to stop
constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kRefusalBytesMax = 64 * 1024;
constexpr const char* kUserAgent = "earshot";

// One connection, and the loop in which its operations complete.
struct Wire {
  explicit Wire(const std::atomic<bool>& is_stopping) : stopping(is_stopping) {}

  net::io_context context{1};
  net::ssl::context tls{net::ssl::context::tls_client};
  const std::atomic<bool>& stopping;
  steady_clock::time_point until{};

  // Runs until `is_done` or the time is over.
  template <class IsDone>
  bool run(const IsDone& is_done, steady_clock::time_point end) {
    while (!is_done()) {
      const auto now = steady_clock::now();
      if (stopping || now >= end) return false;
      context.restart();
      context.run_one_until(std::min(end, now + kSlice));
    }
    return true;
  }

  // One operation, which is begun with the handler that ends it.
  template <class Begin>
  error_code complete(Begin begin) {
    auto ended = std::make_shared<std::optional<error_code>>();
    begin([ended](error_code code, auto&&...) { *ended = code; });
    if (run([&] { return ended->has_value(); }, until)) return **ended;
    return stopping ? net::error::operation_aborted : net::error::timed_out;
  }
};

Error failed(const std::string& what, const error_code& code) {
  return {ErrorKind::Unavailable, what + ": " + code.message()};
}

Result<void> connect(Wire& wire, Tcp& tcp, const Url& url, const Opening& opening) {
  net::ip::tcp::resolver resolver(wire.context);
  auto found = std::make_shared<net::ip::tcp::resolver::results_type>();
  auto code = wire.complete([&](auto ended) {
    resolver.async_resolve(url.host, url.port,
                           [found, ended](error_code resolved, net::ip::tcp::resolver::results_type results) {
                             *found = std::move(results);
                             ended(resolved);
                           });
  });
  if (code) return failed("cannot find " + url.host, code);
  bool is_private = false;
  code = net::error::host_not_found;
  for (const auto& entry : *found) {
    const net::ip::tcp::endpoint endpoint = entry.endpoint();
    if (!opening.allow_private_addresses && is_private_address(*endpoint.data())) {
      is_private = true;
      continue;
    }
    code = wire.complete([&](auto ended) { tcp.async_connect(endpoint, ended); });
    if (!code) return {};
    error_code ignored;
    tcp.socket().close(ignored);  // the next one may be of another family
  }
  if (is_private && code == net::error::host_not_found) {
    return Error{ErrorKind::Invalid, url.host + " is a private address; allow_private_addresses would permit it"};
  }
  return failed("cannot connect to " + url.host_header(), code);
}

Result<void> shake_hands(Wire&, Tcp&, const Url&, const Opening&) { return {}; }

Result<void> shake_hands(Wire& wire, Tls& tls, const Url& url, const Opening& opening) {
  error_code code;
  if (opening.ca_file.empty()) {
    wire.tls.set_default_verify_paths(code);
  } else {
    wire.tls.load_verify_file(opening.ca_file, code);
    if (code)
      return Error{ErrorKind::Invalid,
                   "cannot read the certificates of ca_file " + opening.ca_file + ": " + code.message()};
  }
  SSL* handle = tls.native_handle();
  SSL_set_tlsext_host_name(handle, url.host.c_str());
  tls.set_verify_mode(net::ssl::verify_peer, code);
  tls.set_verify_callback(net::ssl::host_name_verification(url.host), code);
  code = wire.complete([&](auto ended) { tls.async_handshake(net::ssl::stream_base::client, ended); });
  if (!code) return {};
  if (const long verdict = SSL_get_verify_result(handle); verdict != X509_V_OK) {
    return Error{ErrorKind::Unavailable, "the certificate of " + url.host +
                                             " is not trusted: " + X509_verify_cert_error_string(verdict) +
                                             "; is the url right, and is ca_file needed?"};
  }
  return failed("no TLS with " + url.host_header(), code);
}

template <class Layer>
Layer make_layer(Wire& wire) {
  if constexpr (std::is_same_v<Layer, Tls>) {
    return Layer(wire.context, wire.tls);
  } else {
    return Layer(wire.context);
  }
}

template <class Fields>
Millis wait_of(const Fields& headers, const Clock& clock) {
  const auto header = headers[http::field::retry_after];
  return retry_after_of({header.data(), header.size()}, clock.now());
}

template <class Layer>
class Frames final : public Stream {
 public:
  explicit Frames(const std::atomic<bool>& stopping) : wire_(stopping), socket_(make_layer<Layer>(wire_)) {}

  // The answer of a server that refuses; nothing when the stream is open.
  Result<std::optional<Reply>> open(const Url& url, const Opening& opening, Millis patience, const Clock& clock) {
    wire_.until = steady_clock::now() + patience;
    if (auto connected = connect(wire_, beast::get_lowest_layer(socket_), url, opening); !connected)
      return std::move(connected.error());
    if (auto shaken = shake_hands(wire_, socket_.next_layer(), url, opening); !shaken) return std::move(shaken.error());
    socket_.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
      request.set(http::field::user_agent, kUserAgent);
      for (const auto& [name, value] : opening.headers) request.set(name, value);
    }));
    socket_.read_message_max(0);  // what is too long is cut below
    socket_.control_callback([this](websocket::frame_type, beast::string_view) { is_alive_ = true; });
    websocket::response_type answer;
    const auto code =
        wire_.complete([&](auto ended) { socket_.async_handshake(answer, url.host_header(), url.target, ended); });
    if (!code) return std::optional<Reply>();
    if (code != websocket::error::upgrade_declined) return failed("no WebSocket at " + url.host_header(), code);
    return std::optional<Reply>({static_cast<int>(answer.result_int()), wait_of(answer, clock), answer.body()});
  }

  Result<Got> read(Millis wait) override {
    if (is_given_) begin_message();
    const auto end = steady_clock::now() + wait;
    while (true) {
      if (!ended_) {
        ended_ = std::make_shared<std::optional<error_code>>();
        socket_.async_read_some(buffer_, kReadBytes, [ended = ended_](error_code code, std::size_t) { *ended = code; });
      }
      wire_.run([this] { return ended_->has_value() || is_alive_; }, end);
      if (std::exchange(is_alive_, false) && !ended_->has_value()) return Got{What::alive, {}};
      if (!ended_->has_value()) return Got{};
      const error_code code = **ended_;
      ended_.reset();
      if (code == websocket::error::closed)
        return Got{What::closed,
                   {{}, {socket_.reason().reason.data(), socket_.reason().reason.size()}},
                   socket_.reason().code};
      if (code) return failed("the stream broke off", code);
      if (is_cut_ || buffer_.size() > kLineBytesMax) cut();
      if (!socket_.is_message_done()) continue;
      is_given_ = true;
      const auto bytes = buffer_.cdata();
      return Got{
          What::message,
          {{},
           is_cut_ ? std::string_view(head_) : std::string_view(static_cast<const char*>(bytes.data()), bytes.size())}};
    }
  }

 private:
  void begin_message() {
    buffer_.consume(buffer_.size());
    head_.clear();
    is_cut_ = is_given_ = false;
  }

  // Of a message that is too long its begin is kept, one byte too many, so that its reader sees what it is.
  void cut() {
    const auto bytes = buffer_.cdata();
    if (!is_cut_) head_.assign(static_cast<const char*>(bytes.data()), kLineBytesMax + 1);
    is_cut_ = true;
    buffer_.consume(buffer_.size());
  }

  Wire wire_;  // goes last: what is under way ends in it
  beast::flat_buffer buffer_;
  std::shared_ptr<std::optional<error_code>> ended_;  // of the read under way
  bool is_alive_ = false;
  bool is_given_ = false;
  bool is_cut_ = false;
  std::string head_;
  websocket::stream<Layer> socket_;
};

http::request<http::empty_body> request_for(const Url& url, const Opening& opening, const char* accept) {
  http::request<http::empty_body> request(http::verb::get, url.target, 11);
  request.set(http::field::host, url.host_header());
  request.set(http::field::user_agent, kUserAgent);
  request.set(http::field::accept, accept);
  for (const auto& [name, value] : opening.headers) request.set(name, value);
  return request;
}

template <class Layer>
class Events final : public Stream {
 public:
  explicit Events(const std::atomic<bool>& stopping) : wire_(stopping), layer_(make_layer<Layer>(wire_)) {}

  Result<std::optional<Reply>> open(const Url& url, const Opening& opening, Millis patience, const Clock& clock) {
    if (auto asked = ask(url, opening, patience, "text/event-stream"); !asked) return std::move(asked.error());
    const auto type = parser_.get()[http::field::content_type];
    const int status = static_cast<int>(parser_.get().result_int());
    if (status == 200 && type.starts_with("text/event-stream")) return std::optional<Reply>();
    if (status == 200) return Error{ErrorKind::Invalid, "the server answers no event stream; is the url right?"};
    return std::optional<Reply>(take_rest(status, kRefusalBytesMax, clock));
  }

  Result<Reply> fetch(const Url& url, const Opening& opening, Millis patience, const Clock& clock) {
    if (auto asked = ask(url, opening, patience, "application/json"); !asked) return std::move(asked.error());
    Reply reply = take_rest(static_cast<int>(parser_.get().result_int()), kPayloadBytesMax, clock);
    if (!parser_.is_done())
      return Error{ErrorKind::Unavailable, "a page from " + url.host_header() + " was cut off or is longer than 8 MiB"};
    return reply;
  }

  Result<Got> read(Millis wait) override {
    if (is_given_) waiting_.pop_front();
    is_given_ = false;
    const auto end = steady_clock::now() + wait;
    while (waiting_.empty()) {
      if (!ended_) begin_to_read();
      if (!wire_.run([this] { return ended_->has_value(); }, end)) return Got{};
      const error_code code = **ended_;
      ended_.reset();
      if (code && code != http::error::need_buffer) return failed("the stream broke off", code);
      cutter_.feed(piece());
      if (parser_.is_done()) return Error{ErrorKind::Unavailable, "the server ended the stream"};
      // Comments keep a connection alive; a piece of a line does not.
      if (waiting_.empty() && piece().find('\n') != std::string_view::npos) return Got{What::alive, {}};
    }
    is_given_ = true;
    return Got{What::message, {waiting_.front().first, waiting_.front().second}};
  }

 private:
  Result<void> ask(const Url& url, const Opening& opening, Millis patience, const char* accept) {
    wire_.until = steady_clock::now() + patience;
    if (auto connected = connect(wire_, beast::get_lowest_layer(layer_), url, opening); !connected)
      return std::move(connected.error());
    if (auto shaken = shake_hands(wire_, layer_, url, opening); !shaken) return std::move(shaken.error());
    const auto request = request_for(url, opening, accept);
    auto code = wire_.complete([&](auto ended) { http::async_write(layer_, request, ended); });
    parser_.body_limit(
        std::numeric_limits<std::uint64_t>::max());  // a stream has no end; pages are bounded where they are taken
    if (!code) code = wire_.complete([&](auto ended) { http::async_read_header(layer_, buffer_, parser_, ended); });
    if (code) return failed("no answer from " + url.host_header(), code);
    return {};
  }

  void begin_to_read() {
    parser_.get().body().data = chunk_.data();
    parser_.get().body().size = chunk_.size();
    ended_ = std::make_shared<std::optional<error_code>>();
    http::async_read_some(layer_, buffer_, parser_, [ended = ended_](error_code code, std::size_t) { *ended = code; });
  }

  std::string_view piece() const { return {chunk_.data(), chunk_.size() - parser_.get().body().size}; }

  Reply take_rest(int status, std::size_t bytes_max, const Clock& clock) {
    Reply reply{status, wait_of(parser_.get(), clock), {}};
    while (!parser_.is_done() && reply.body.size() < bytes_max) {
      begin_to_read();
      if (!wire_.run([this] { return ended_->has_value(); }, wire_.until)) break;
      const error_code code = **std::exchange(ended_, nullptr);
      reply.body += piece();
      if (code && code != http::error::need_buffer) break;
    }
    return reply;
  }

  Wire wire_;
  beast::flat_buffer buffer_;
  std::vector<char> chunk_ = std::vector<char>(kReadBytes);
  http::response_parser<http::buffer_body> parser_;
  std::shared_ptr<std::optional<error_code>> ended_;
  std::deque<std::pair<std::string, std::string>> waiting_;
  ServerSentEvents cutter_{
      [this](std::string_view event, std::string_view data) { waiting_.emplace_back(event, data); }};
  bool is_given_ = false;
  Layer layer_;
};

template <class Kind>
Result<Transport::Opened> open_as(const Url& url, const Opening& opening, Millis patience, const Clock& clock,
                                  const std::atomic<bool>& stopping) {
  auto stream = std::make_unique<Kind>(stopping);
  auto refusal = stream->open(url, opening, patience, clock);
  if (!refusal) return std::move(refusal.error());
  Transport::Opened opened;
  if (*refusal) {
    opened.reply = std::move(**refusal);
  } else {
    opened.stream = std::move(stream);
  }
  return opened;
}

Error no_url(const std::string& text) { return {ErrorKind::Invalid, "not a url of a stream: " + text}; }

}  // namespace

Result<Transport::Opened> NetTransport::open(const Opening& opening) {
  const auto url = parse_url(opening.url);
  if (!url) return no_url(opening.url);
  if (url->is_websocket()) {
    return url->is_secure() ? open_as<Frames<Tls>>(*url, opening, settings_.patience, clock_, is_stopping_)
                            : open_as<Frames<Tcp>>(*url, opening, settings_.patience, clock_, is_stopping_);
  }
  return url->is_secure() ? open_as<Events<Tls>>(*url, opening, settings_.patience, clock_, is_stopping_)
                          : open_as<Events<Tcp>>(*url, opening, settings_.patience, clock_, is_stopping_);
}

Result<Reply> NetTransport::fetch(const Opening& opening) {
  const auto url = parse_url(opening.url);
  if (!url || url->is_websocket()) return no_url(opening.url);
  if (url->is_secure())
    return std::make_unique<Events<Tls>>(is_stopping_)->fetch(*url, opening, settings_.patience, clock_);
  return std::make_unique<Events<Tcp>>(is_stopping_)->fetch(*url, opening, settings_.patience, clock_);
}

}  // namespace earshot
