#include "support/fake_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <csignal>

#include <gtest/gtest.h>

namespace earshot::test {

struct TestCertificate::Parts {
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  SSL_CTX* context = nullptr;
};

namespace {

X509* signed_certificate(EVP_PKEY* key, const std::string& host) {
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 24 * 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  const bool is_address = host.find_first_not_of("0123456789.") == std::string::npos;
  const std::string names = (is_address ? "IP:" : "DNS:") + host;
  for (const auto& [kind, value] :
       {std::pair(NID_subject_alt_name, names.c_str()), std::pair(NID_basic_constraints, "critical,CA:TRUE")}) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(certificate, key, EVP_sha256());
  return certificate;
}

std::string accept_key(const std::string& key) {
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::array<unsigned char, 64> base64{};
  EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
  return reinterpret_cast<const char*>(base64.data());
}

}  // namespace

TestCertificate::TestCertificate(const std::string& host) : parts_(std::make_unique<Parts>()) {
  std::signal(SIGPIPE, SIG_IGN);  // what OpenSSL writes to who has hung up is an error of that write
  parts_->key = EVP_EC_gen("P-256");
  parts_->certificate = signed_certificate(parts_->key, host);
  parts_->context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate(parts_->context, parts_->certificate);
  SSL_CTX_use_PrivateKey(parts_->context, parts_->key);
}

TestCertificate::~TestCertificate() {
  SSL_CTX_free(parts_->context);
  X509_free(parts_->certificate);
  EVP_PKEY_free(parts_->key);
}

std::string TestCertificate::pem() const {
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, parts_->certificate);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  std::string text(bytes, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

struct FakePeer::Socket {
  int descriptor = -1;
  SSL* tls = nullptr;

  std::size_t read(char* into, std::size_t size) const {
    const auto got = tls == nullptr ? ::recv(descriptor, into, size, 0) : SSL_read(tls, into, static_cast<int>(size));
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto put = tls == nullptr ? ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL)
                                      : SSL_write(tls, bytes.data(), static_cast<int>(bytes.size()));
      if (put <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
  }
};

std::string FakePeer::target() const {
  const std::size_t from = head.find(' ') + 1;
  return head.substr(from, head.find(' ', from) - from);
}

std::string FakePeer::header(std::string_view name) const {
  std::string lower = head;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::string wanted = "\r\n" + std::string(name) + ": ";
  const std::size_t at = lower.find(wanted);
  if (at == std::string::npos) return {};
  const std::size_t from = at + wanted.size();
  return head.substr(from, head.find('\r', from) - from);
}

std::string FakePeer::parameter(std::string_view name) const {
  const std::string all = target();
  for (const char before : {'?', '&'}) {
    const std::string wanted = before + std::string(name) + "=";
    const std::size_t at = all.find(wanted);
    if (at != std::string::npos) return all.substr(at + wanted.size(), all.find('&', at + 1) - at - wanted.size());
  }
  return {};
}

bool FakePeer::write(std::string_view bytes) { return socket_.write(bytes); }

bool FakePeer::answer(int status, std::string_view body, std::string_view more_headers) {
  return write("HTTP/1.1 " + std::to_string(status) +
               " As told\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
               std::string(more_headers) + "Connection: close\r\n\r\n" + std::string(body));
}

bool FakePeer::open_websocket() {
  return write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
      accept_key(header("sec-websocket-key")) + "\r\n\r\n");
}

bool FakePeer::open_events() {
  return write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n");
}

std::string FakePeer::frame_of(std::string_view text, int opcode) {
  std::string bytes{static_cast<char>(0x80 | opcode)};
  if (text.size() < 126) {
    bytes += static_cast<char>(text.size());
  } else {
    const bool is_short = text.size() < 65536;
    bytes += static_cast<char>(is_short ? 126 : 127);
    for (int shift = is_short ? 8 : 56; shift >= 0; shift -= 8) bytes += static_cast<char>(text.size() >> shift & 0xff);
  }
  return bytes.append(text);
}

bool FakePeer::frame(std::string_view text) { return write(frame_of(text)); }
bool FakePeer::ping() { return write(frame_of("", 9)); }

void FakePeer::wait_until_gone() {
  std::array<char, 4096> ignored{};
  while (socket_.read(ignored.data(), ignored.size()) > 0) {
  }
}

std::string FakePeer::read_frame() {
  std::array<char, 8> front{};
  const auto take = [&](char* into, std::size_t size) {
    for (std::size_t got = 0; got < size;) {
      const std::size_t more = socket_.read(into + got, size - got);
      if (more == 0) return false;
      got += more;
    }
    return true;
  };
  if (!take(front.data(), 2)) return {};
  std::size_t size = front[1] & 0x7f;
  if (size == 126) {
    if (!take(front.data(), 2)) return {};
    size = static_cast<std::size_t>(static_cast<unsigned char>(front[0]) << 8 | static_cast<unsigned char>(front[1]));
  }
  std::array<char, 4> mask{};
  std::string text(size, ' ');
  if (!take(mask.data(), mask.size()) || !take(text.data(), size)) return {};
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(text[i] ^ mask[i % 4]);
  return text;
}

FakeServer::FakeServer(Serve serve, const TestCertificate* certificate)
    : serve_(std::move(serve)), certificate_(certificate) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool is_there =
      ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) == 0 && ::listen(listener_, 64) == 0;
  EXPECT_TRUE(is_there) << "cannot listen on loopback";
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

FakeServer::~FakeServer() {
  is_ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const FakePeer::Socket& socket : sockets_) ::shutdown(socket.descriptor, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
  for (const FakePeer::Socket& socket : sockets_) ::close(socket.descriptor);
  ::close(listener_);
}

std::string FakeServer::url(std::string_view scheme, std::string_view path) const {
  return std::string(scheme) + "://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

void FakeServer::run() {
  while (true) {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) return;
    const std::lock_guard lock(mutex_);
    sockets_.push_back({descriptor, nullptr});
    if (is_ending_) ::shutdown(descriptor, SHUT_RDWR);
    threads_.emplace_back([this, &socket = sockets_.back()] { serve(socket); });
  }
}

void FakeServer::serve(FakePeer::Socket& socket) {
  if (certificate_ != nullptr) {
    socket.tls = SSL_new(certificate_->parts().context);
    SSL_set_fd(socket.tls, socket.descriptor);
  }
  if (socket.tls == nullptr || SSL_accept(socket.tls) == 1) {
    std::string head;
    char next = 0;
    while (!head.ends_with("\r\n\r\n") && socket.read(&next, 1) == 1) head += next;
    if (head.ends_with("\r\n\r\n")) {
      FakePeer peer(socket, ++connections_, std::move(head));
      serve_(peer);
    }
  }
  SSL_free(socket.tls);
  ::shutdown(socket.descriptor, SHUT_RDWR);
}

}  // namespace earshot::test
