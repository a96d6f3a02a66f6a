// A server on loopback whose every byte a test decides: HTTP, server-sent events, WebSockets, in the clear or over TLS.
// Each connection has a thread of its own, in which the test's function speaks; a write to who is gone says so and does
// nothing.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace earshot::test {

// An authority of this test's own and a certificate for a host, made anew.
class TestCertificate {
 public:
  explicit TestCertificate(const std::string& host);  // a name, or an address such as 127.0.0.1
  ~TestCertificate();
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  std::string pem() const;  // for ca_file

  struct Parts;
  const Parts& parts() const { return *parts_; }

 private:
  std::unique_ptr<Parts> parts_;
};

class FakePeer {
 public:
  struct Socket;
  FakePeer(Socket& socket, int which, std::string said) : number(which), head(std::move(said)), socket_(socket) {}

  const int number;        // of the connection, from 1
  const std::string head;  // of its request

  std::string target() const;
  std::string header(std::string_view name) const;     // its value; empty without one
  std::string parameter(std::string_view name) const;  // of the query, as it stands there

  bool write(std::string_view bytes);
  bool answer(int status, std::string_view body, std::string_view more_headers = {});  // and no more
  bool open_websocket();
  bool open_events();
  bool frame(std::string_view text);
  bool ping();
  void wait_until_gone();    // the client
  std::string read_frame();  // of the client: its text; empty when it is gone

  static std::string frame_of(std::string_view text, int opcode = 1);

 private:
  Socket& socket_;
};

class FakeServer {
 public:
  using Serve = std::function<void(FakePeer&)>;
  explicit FakeServer(Serve serve, const TestCertificate* certificate = nullptr);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url(std::string_view scheme, std::string_view path) const;
  int connections() const { return connections_; }

 private:
  void run();
  void serve(FakePeer::Socket& socket);

  Serve serve_;
  const TestCertificate* certificate_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> is_ending_ = false;
  std::mutex mutex_;
  std::list<FakePeer::Socket> sockets_;
  std::list<std::thread> threads_;
  std::thread thread_;
};

}  // namespace earshot::test
