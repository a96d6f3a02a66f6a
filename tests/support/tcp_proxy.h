// Between a client and a server on loopback: passes everything on, until a test slows it down, cuts it, or lets it
// stand still. It can hold back one request of Kafka's protocol, as a network does that delivers it long after its
// sender has given up.
//
// Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace earshot::test {

class TcpProxy {
 public:
  explicit TcpProxy(std::uint16_t to);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  std::uint16_t port() const { return port_; }

  enum class Way { to_server, to_client };
  void delay(std::chrono::milliseconds each_way);
  void stall(Way way, bool stands_still);
  void cut();                  // every connection; what was on its way is lost
  void go_away(bool is_away);  // cut, and nobody gets in

  // The next request with this key of Kafka's protocol stays here and its client is cut off. What was held reaches the
  // server when it is let go; that waits for the server's answer, which nobody will hear.
  void hold_next(std::int16_t api_key);
  bool holds() const;
  bool let_go(std::chrono::seconds patience);

 private:
  using Moment = std::chrono::steady_clock::time_point;
  struct Pipe {
    struct Piece {
      Moment due;
      std::string bytes;
    };
    std::list<Piece> pieces;
    std::size_t bytes = 0;
  };
  struct Connection {
    int client = -1;
    int server = -1;
    Pipe up;
    Pipe down;
    std::string head;         // of a request: its length and its key, as far as they are here
    std::size_t left = 0;     // of a request that is passing
    bool is_holding = false;  // this request, and nothing follows it
    std::string held;
  };

  void run();
  void accept_one();
  bool take(Connection& one, int from, Pipe& into, bool is_up);
  void follow(Connection& one, std::string_view bytes, std::string& passed);
  bool give(int to, Pipe& from, bool stands_still);
  static void close(Connection& one);

  const std::uint16_t to_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable answered_;
  std::list<Connection> connections_;
  std::chrono::milliseconds delay_{0};
  bool stalls_up_ = false;
  bool stalls_down_ = false;
  bool is_away_ = false;
  bool was_answered_ = false;
  std::int16_t wanted_ = -1;  // key of the request to hold
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace earshot::test
