#include "crowd.h"

#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>

namespace earshot::bench {
namespace {

using Moment = std::chrono::steady_clock::time_point;

constexpr auto kPatience = std::chrono::seconds{10};
constexpr auto kWakeUp = std::chrono::milliseconds{100};

double cpu_of_this_thread() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  const auto seconds = [](timeval time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// What the kernel holds for all TCP connections of this machine. Beyond the second number of
// /proc/sys/net/ipv4/tcp_mem it lets every one of them wait.
std::int64_t tcp_pages() {
  std::ifstream sockets("/proc/net/sockstat");
  std::string line;
  while (std::getline(sockets, line)) {
    if (line.starts_with("TCP:")) return std::atoll(line.c_str() + line.rfind(' '));
  }
  return 0;
}

}  // namespace

Crowd::Crowd(std::uint16_t port, Size size) : port_(port), size_(size) {
  for (int i = 0; i < size.streams; ++i) {
    streams_.push_back(std::make_unique<Stream>());
    streams_.back()->client = open_stream();
  }
  for (int i = 0; i < size.deaf; ++i) deaf_.push_back(open_stream());
  slow_.resize(static_cast<std::size_t>(size.slow));
  if (size.streams + size.deaf > 0) listener_ = std::thread([this] { listen(); });
  if (size.slow > 0) dripper_ = std::thread([this] { drip(); });
}

Crowd::~Crowd() {
  is_over_ = true;
  if (listener_.joinable()) listener_.join();
  if (dripper_.joinable()) dripper_.join();
}

std::unique_ptr<test::HttpClient> Crowd::open_stream() {
  auto client = std::make_unique<test::HttpClient>(port_);
  if (client->send("GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n") &&
      !client->read_until(": listening\n\n").empty())
    ++opened_;
  return client;
}

void Crowd::listen() {
  const int poll = ::epoll_create1(0);
  for (const auto& stream : streams_) {
    epoll_event event{.events = EPOLLIN, .data = {.ptr = stream.get()}};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, stream->client->handle(), &event);
  }
  std::array<epoll_event, 256> ready;
  while (!is_over_) {
    const int count = ::epoll_wait(poll, ready.data(), static_cast<int>(ready.size()), kWakeUp.count());
    for (int i = 0; i < count; ++i) {
      auto& stream = *static_cast<Stream*>(ready[static_cast<std::size_t>(i)].data.ptr);
      take(stream);
    }
    tcp_pages_ = std::max(tcp_pages_.load(), tcp_pages());
  }
  ::close(poll);
  cpu_ = cpu_of_this_thread();
}

void Crowd::take(Stream& stream) {
  std::array<char, 64 * 1024> bytes;
  const ssize_t size = ::recv(stream.client->handle(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (size <= 0) {
    hung_up_ += 1;
    stream.client = std::make_unique<test::HttpClient>(port_);
    return;
  }
  std::int64_t ends = 0;  // of blocks: an empty line
  for (const char c : std::string_view(bytes.data(), static_cast<std::size_t>(size))) {
    const bool is_newline = c == '\n';
    if (is_newline && stream.is_after_newline) ++ends;
    stream.is_after_newline = is_newline && !stream.is_after_newline;
  }
  stream.heard += ends;
}

void Crowd::drip() {
  const std::string request =
      "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/cloudevents+json\r\nContent-Length: "
      "1000\r\n\r\n";
  for (Moment next = std::chrono::steady_clock::now(); !is_over_; next += std::chrono::seconds{1}) {
    std::this_thread::sleep_until(next);
    for (auto& [client, sent] : slow_) {
      if (client != nullptr && client->send(std::string_view(request).substr(sent++ % request.size(), 1))) continue;
      client = std::make_unique<test::HttpClient>(port_);
      sent = 0;
      ++begun_;
    }
  }
}

Crowd::Heard Crowd::heard() const {
  Heard heard;
  bool is_first = true;
  for (const auto& stream : streams_) {
    const std::int64_t one = stream->heard;
    heard.least = is_first ? one : std::min(heard.least, one);
    heard.most = std::max(heard.most, one);
    is_first = false;
  }
  return heard;
}

std::string Crowd::end() {
  const Moment until = std::chrono::steady_clock::now() + kPatience;
  Heard all = heard();
  for (; all.least < all.most && std::chrono::steady_clock::now() < until; all = heard())
    std::this_thread::sleep_for(kWakeUp);
  is_over_ = true;
  if (listener_.joinable()) listener_.join();
  if (dripper_.joinable()) dripper_.join();
  std::array<char, 400> text;
  std::snprintf(
      text.data(), text.size(),
      "crowd           %10d streams, cut off %d times, each heard %lld to %lld blocks, %.2f CPU seconds to read\n"
      "                %10d deaf streams; %d slow clients, which began %d requests\n"
      "                %10lld MB peak that the kernel held for all TCP of this machine",
      size_.streams, hung_up_.load(), static_cast<long long>(all.least), static_cast<long long>(all.most), cpu_,
      size_.deaf, size_.slow, begun_.load(), static_cast<long long>(tcp_pages_ * 4096 / 1'000'000));
  return text.data();
}

}  // namespace earshot::bench
