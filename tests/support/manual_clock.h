// A clock that stands still until the test moves it.
#pragma once

#include <atomic>

#include "earshot/time.h"

namespace earshot::test {

class ManualClock : public Clock {
 public:
  explicit ManualClock(Timestamp at = from_millis(1'780'000'000'000)) : at_(to_millis(at)) {}
  Timestamp now() const override { return from_millis(at_.load()); }
  void pass(Millis span) { at_ += span.count(); }
  void go_to(Timestamp at) { at_ = to_millis(at); }

 private:
  std::atomic<long long> at_;
};

}  // namespace earshot::test
