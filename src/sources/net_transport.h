// WebSockets, server-sent events and pages over TCP and TLS.
//
// Certificates are checked, with the host's name, and cannot be left unchecked. What is connected to is checked after
// its name was resolved: private addresses are refused unless the opening allows them. Every wait has an end. One
// thread at a time, but stop().
#pragma once

#include <atomic>

#include "sources/transport.h"

namespace earshot {

class NetTransport final : public Transport {
 public:
  struct Settings {
    Millis patience{30'000};  // with a connection, a handshake, an answer
  };

  explicit NetTransport(const Clock& clock) : NetTransport(clock, Settings{}) {}
  NetTransport(const Clock& clock, Settings settings) : clock_(clock), settings_(settings) {}

  Result<Opened> open(const Opening& opening) override;
  Result<Reply> fetch(const Opening& opening) override;
  void stop() override { is_stopping_ = true; }

 private:
  const Clock& clock_;
  Settings settings_;
  std::atomic<bool> is_stopping_ = false;
};

}  // namespace earshot
