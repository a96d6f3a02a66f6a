// A small blocking HTTP client for tests, which can also misbehave: it shows every byte it sends. A read that gets
// nothing for ten seconds ends the connection, so that a server that hangs fails the test instead of stopping it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace earshot::test {

struct HttpAnswer {
  int status = 0;                              // 0: the connection ended before an answer
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{10, 0};
    const int on = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    is_open_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~HttpClient() { ::close(socket_); }
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  bool is_open() const { return is_open_; }
  int handle() const { return socket_; }  // for who waits for many

  // False when the server has hung up.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  HttpAnswer get(std::string_view target, const std::map<std::string, std::string>& headers = {}) {
    return ask("GET", target, "", headers);
  }
  HttpAnswer post(std::string_view target, std::string_view body, std::map<std::string, std::string> headers = {}) {
    headers.emplace("Content-Type", "application/json");
    return ask("POST", target, body, headers);
  }
  HttpAnswer ask(std::string_view method, std::string_view target, std::string_view body,
                 const std::map<std::string, std::string>& headers = {}) {
    std::string request = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n";
    if (!headers.contains("Host")) request += "Host: localhost\r\n";
    for (const auto& [name, value] : headers) request += name + ": " + value + "\r\n";
    if (!body.empty() || method == "POST") request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    request += "\r\n";
    request += body;
    if (!send(request)) return {};
    return read_answer(method == "HEAD");
  }

  HttpAnswer read_answer(bool is_head = false) {
    HttpAnswer answer;
    do {
      answer = {};
      if (!read_head(answer)) return {};
    } while (answer.status == 100);
    if (answer.headers.contains("transfer-encoding")) return read_chunks(answer) ? answer : HttpAnswer{};
    const auto length = answer.headers.find("content-length");
    if (is_head || length == answer.headers.end()) return answer;
    const std::size_t size = std::stoul(length->second);
    while (in_.size() < size) {
      if (!receive()) return {};
    }
    answer.body = in_.substr(0, size);
    in_.erase(0, size);
    return answer;
  }

  // The bytes up to and including `end`, of an event stream, say; empty when the connection ended before.
  std::string read_until(std::string_view end) {
    std::size_t at = 0;
    while ((at = in_.find(end)) == std::string::npos) {
      if (!receive()) return {};
    }
    std::string text = in_.substr(0, at + end.size());
    in_.erase(0, text.size());
    return text;
  }

  // True when the server hangs up, whatever it sends before.
  bool is_hung_up() {
    while (receive()) in_.clear();
    return !is_open_;
  }

 private:
  bool read_head(HttpAnswer& answer) {
    std::string head = read_until("\r\n\r\n");
    if (head.size() < 12) return false;
    answer.status = std::stoi(head.substr(9, 3));
    std::size_t from = head.find("\r\n") + 2;
    for (std::size_t end = head.find("\r\n", from); end > from; from = end + 2, end = head.find("\r\n", from)) {
      const std::size_t colon = head.find(": ", from);
      std::string name = head.substr(from, colon - from);
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      answer.headers[name] = head.substr(colon + 2, end - colon - 2);
    }
    return true;
  }
  bool read_chunks(HttpAnswer& answer) {
    while (true) {
      const std::string line = read_until("\r\n");
      if (line.empty()) return false;
      const std::size_t size = std::stoul(line, nullptr, 16);
      while (in_.size() < size + 2) {
        if (!receive()) return false;
      }
      answer.body += in_.substr(0, size);
      in_.erase(0, size + 2);
      if (size == 0) return true;
    }
  }
  bool receive() {
    char bytes[16 * 1024];
    const ssize_t size = ::recv(socket_, bytes, sizeof bytes, 0);
    if (size <= 0) {
      is_open_ = size < 0 && errno == EAGAIN;  // still open, but it said nothing
      return false;
    }
    in_.append(bytes, static_cast<std::size_t>(size));
    return true;
  }

  int socket_;
  bool is_open_ = false;
  std::string in_;
};

}  // namespace earshot::test
