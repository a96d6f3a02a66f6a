// SIGINT and SIGTERM as something to wait for. Make one before any thread is started.
#pragma once

#include <chrono>
#include <csignal>

namespace earshot::cli {

class StopSignals {
 public:
  StopSignals();
  // True when somebody wants us to stop.
  bool wait_for(std::chrono::milliseconds time);

 private:
  sigset_t set_{};
};

}  // namespace earshot::cli
