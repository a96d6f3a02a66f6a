#include "cli/signals.h"

#include <cerrno>
#include <ctime>

namespace earshot::cli {

StopSignals::StopSignals() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGINT);
  sigaddset(&set_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error of one write, not of the process
}

bool StopSignals::wait_for(std::chrono::milliseconds time) {
  const timespec wait{time.count() / 1000, (time.count() % 1000) * 1'000'000};
  return sigtimedwait(&set_, nullptr, &wait) > 0;
}

}  // namespace earshot::cli
