// SIGINT, SIGTERM and what else is asked for, as something to wait for. Make one before any thread is started.
#pragma once

#include <chrono>
#include <csignal>
#include <initializer_list>

namespace earshot::cli {

class Signals {
 public:
  explicit Signals(std::initializer_list<int> others = {});
  // The one that came; 0 if none did.
  int wait_for(std::chrono::milliseconds time);

 private:
  sigset_t set_{};
};

}  // namespace earshot::cli
