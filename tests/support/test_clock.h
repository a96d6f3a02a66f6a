// How far the clock of a program under test is ahead: a number in a file, which the test moves while the program runs.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace earshot::test {

class TestClock {
 public:
  // The file is made if it is not there. It stays mapped as long as the process lives.
  explicit TestClock(const std::string& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    (void)::ftruncate(descriptor, sizeof(Number));  // what cannot be made is noticed at the next line
    void* const place = ::mmap(nullptr, sizeof(Number), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    ::close(descriptor);
    ahead_ = static_cast<Number*>(place);
  }

  std::chrono::milliseconds ahead() const { return std::chrono::milliseconds(ahead_->load()); }
  void pass(std::chrono::milliseconds span) { *ahead_ += span.count(); }

 private:
  using Number = std::atomic<std::int64_t>;
  static_assert(Number::is_always_lock_free);
  Number* ahead_ = nullptr;
};

}  // namespace earshot::test
