#include "support/tcp_proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::test {

namespace {

constexpr std::size_t kPipeBytesMax = 1 << 20;
constexpr std::size_t kHeadBytes = 6;  // four of the length, two of the key
constexpr std::size_t kLengthBytes = 4;
constexpr int kLookMs = 20;
constexpr int kPassMs = 1;  // while something waits to be passed on

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

void make_prompt(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(socket, F_SETFL, O_NONBLOCK);
}

std::uint32_t number_at(std::string_view bytes, std::size_t count) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < count; ++i) number = number << 8 | static_cast<std::uint8_t>(bytes[i]);
  return number;
}

}  // namespace

TcpProxy::TcpProxy(std::uint16_t to) : to_(to), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address = loopback(0);
  ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::listen(listener_, 100);
  socklen_t size = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  ::fcntl(listener_, F_SETFL, O_NONBLOCK);
  thread_ = std::thread([this] { run(); });
}

TcpProxy::~TcpProxy() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  thread_.join();
  for (Connection& one : connections_) close(one);
  ::close(listener_);
}

void TcpProxy::delay(std::chrono::milliseconds each_way) {
  const std::lock_guard lock(mutex_);
  delay_ = each_way;
}

void TcpProxy::stall(Way way, bool stands_still) {
  const std::lock_guard lock(mutex_);
  (way == Way::to_server ? stalls_up_ : stalls_down_) = stands_still;
}

void TcpProxy::cut() {
  const std::lock_guard lock(mutex_);
  for (Connection& one : connections_) close(one);
  connections_.clear();
}

void TcpProxy::go_away(bool is_away) {
  cut();
  const std::lock_guard lock(mutex_);
  is_away_ = is_away;
}

void TcpProxy::hold_next(std::int16_t api_key) {
  const std::lock_guard lock(mutex_);
  wanted_ = api_key;
}

bool TcpProxy::holds() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(connections_.begin(), connections_.end(),
                     [](const Connection& one) { return !one.held.empty() && one.left == 0; });
}

bool TcpProxy::let_go(std::chrono::seconds patience) {
  std::unique_lock lock(mutex_);
  was_answered_ = false;
  for (Connection& one : connections_) {
    one.up.bytes += one.held.size();
    if (!one.held.empty()) one.up.pieces.push_back({{}, std::exchange(one.held, {})});
  }
  return answered_.wait_for(lock, patience, [&] { return was_answered_; });
}

void TcpProxy::close(Connection& one) {
  if (one.client >= 0) ::close(one.client);
  if (one.server >= 0) ::close(one.server);
}

void TcpProxy::run() {
  while (true) {
    std::vector<pollfd> looked{{listener_, POLLIN, 0}};
    int patience_ms = kLookMs;
    {
      const std::lock_guard lock(mutex_);
      if (is_over_) return;
      for (const Connection& one : connections_) {
        if (!one.up.pieces.empty() || !one.down.pieces.empty()) patience_ms = kPassMs;
        for (const auto& [socket, pipe] : {std::pair(one.client, &one.up), std::pair(one.server, &one.down)})
          if (socket >= 0 && pipe->bytes < kPipeBytesMax) looked.push_back({socket, POLLIN, 0});
      }
    }
    ::poll(looked.data(), looked.size(), patience_ms);
    const std::lock_guard lock(mutex_);
    accept_one();
    for (auto one = connections_.begin(); one != connections_.end();) {
      const bool lives = take(*one, one->client, one->up, true) && take(*one, one->server, one->down, false) &&
                         give(one->server, one->up, stalls_up_) && give(one->client, one->down, stalls_down_);
      if (!lives) close(*one);
      one = lives ? std::next(one) : connections_.erase(one);
    }
  }
}

void TcpProxy::accept_one() {
  Connection one;
  one.client = ::accept(listener_, nullptr, nullptr);
  if (one.client < 0) return;
  const sockaddr_in address = loopback(to_);
  one.server = ::socket(AF_INET, SOCK_STREAM, 0);
  if (is_away_ || ::connect(one.server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return close(one);
  make_prompt(one.client);
  make_prompt(one.server);
  connections_.push_back(std::move(one));
}

// False when the other end is gone.
bool TcpProxy::take(Connection& one, int from, Pipe& into, bool is_up) {
  if (from < 0 || into.bytes >= kPipeBytesMax) return true;
  char bytes[65536];
  const ssize_t count = ::recv(from, bytes, sizeof bytes, 0);
  if (count < 0) return errno == EAGAIN;
  if (count == 0) return false;
  const std::string_view all(bytes, static_cast<std::size_t>(count));
  if (!is_up && one.client < 0) {  // the answer to what was held
    was_answered_ = true;
    answered_.notify_all();
    return true;
  }
  std::string passed(is_up ? "" : all);
  if (is_up) follow(one, all, passed);
  into.bytes += passed.size();
  if (!passed.empty()) into.pieces.push_back({std::chrono::steady_clock::now() + delay_, std::move(passed)});
  return true;
}

// Knows where each request begins; keeps the one that is wanted.
void TcpProxy::follow(Connection& one, std::string_view bytes, std::string& passed) {
  while (!bytes.empty() && one.client >= 0) {
    if (one.left == 0) {
      const std::size_t missing = std::min(kHeadBytes - one.head.size(), bytes.size());
      one.head.append(bytes.substr(0, missing));
      bytes.remove_prefix(missing);
      if (one.head.size() < kHeadBytes) return;
      one.left = number_at(one.head, kLengthBytes) - (kHeadBytes - kLengthBytes);
      one.is_holding =
          wanted_ >= 0 && static_cast<std::int16_t>(number_at(one.head.substr(kLengthBytes), 2)) == wanted_;
      if (one.is_holding) wanted_ = -1;
      (one.is_holding ? one.held : passed).append(std::exchange(one.head, {}));
    }
    const std::size_t count = std::min(one.left, bytes.size());
    (one.is_holding ? one.held : passed).append(bytes.substr(0, count));
    bytes.remove_prefix(count);
    one.left -= count;
    if (one.is_holding && one.left == 0) ::close(std::exchange(one.client, -1));
  }
}

bool TcpProxy::give(int to, Pipe& from, bool stands_still) {
  while (to >= 0 && !stands_still && !from.pieces.empty() &&
         from.pieces.front().due <= std::chrono::steady_clock::now()) {
    std::string& bytes = from.pieces.front().bytes;
    const ssize_t count = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) return errno == EAGAIN;
    from.bytes -= static_cast<std::size_t>(count);
    bytes.erase(0, static_cast<std::size_t>(count));
    if (bytes.empty()) from.pieces.pop_front();
  }
  return true;
}

}  // namespace earshot::test
