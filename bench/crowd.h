// Those who are there beside the ones who work: many streams that hear of everything, and clients that are slow.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/http_client.h"

namespace earshot::bench {

class Crowd {
 public:
  struct Size {
    int streams = 0;  // take what they are sent, as a page does
    int slow = 0;     // send a byte of a request each second, and begin anew when they are told that it took too long
    int deaf = 0;     // open a stream and take nothing of it
  };

  // Returns when all streams are open.
  Crowd(std::uint16_t port, Size size);
  ~Crowd();

  int opened() const { return opened_; }

  // Waits until every stream that listens has heard the same, or patience ends. Then what the crowd did, as a line.
  std::string end();

 private:
  struct Stream {
    std::unique_ptr<test::HttpClient> client;
    std::atomic<std::int64_t> heard = 0;  // blocks, most of them events
    bool is_after_newline = false;
  };
  struct Slow {
    std::unique_ptr<test::HttpClient> client;
    std::size_t sent = 0;
  };
  struct Heard {
    std::int64_t least = 0;
    std::int64_t most = 0;
  };

  std::unique_ptr<test::HttpClient> open_stream();
  void listen();
  void take(Stream& stream);
  void drip();
  Heard heard() const;

  std::uint16_t port_;
  Size size_;
  int opened_ = 0;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::vector<std::unique_ptr<test::HttpClient>> deaf_;
  std::vector<Slow> slow_;
  std::atomic<int> begun_ = 0;
  std::atomic<int> hung_up_ = 0;
  std::atomic<std::int64_t> tcp_pages_ = 0;
  std::atomic<bool> is_over_ = false;
  std::thread listener_;
  std::thread dripper_;
  double cpu_ = 0;  // of the thread that listens
};

}  // namespace earshot::bench
