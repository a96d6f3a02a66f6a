#include "cli/signals.h"

#include <algorithm>
#include <ctime>

namespace earshot::cli {

Signals::Signals(std::initializer_list<int> others) {
  sigemptyset(&set_);
  sigaddset(&set_, SIGINT);
  sigaddset(&set_, SIGTERM);
  for (const int other : others) sigaddset(&set_, other);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error of one write, not of the process
}

int Signals::wait_for(std::chrono::milliseconds time) {
  const timespec wait{time.count() / 1000, (time.count() % 1000) * 1'000'000};
  return std::max(0, sigtimedwait(&set_, nullptr, &wait));
}

}  // namespace earshot::cli
