// How many requests whoever holds a token may make: a bucket that fills steadily and holds what one second brings, so a burst passes and a
// flood does not. Time is told, not read. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace earshot::api {

class RateLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // 0: no limit.
  explicit RateLimit(std::int64_t per_second) : per_second_(per_second), left_(per_second * kParts) {}

  // True when one more may pass.
  bool take(Time now) {
    if (per_second_ == 0) return true;
    const auto passed = std::chrono::duration_cast<std::chrono::microseconds>(now - filled_);
    if (filled_ == Time{} || passed.count() > kParts) {
      left_ = per_second_ * kParts;
      filled_ = now;
    } else if (passed.count() > 0) {
      left_ = std::min(per_second_ * kParts, left_ + passed.count() * per_second_);
      filled_ += passed;
    }
    if (left_ < kParts) return false;
    left_ -= kParts;
    return true;
  }

 private:
  static constexpr std::int64_t kParts = 1'000'000;  // a request in millionths, so that each microsecond counts
  std::int64_t per_second_;
  std::int64_t left_;
  Time filled_{};
};

}  // namespace earshot::api
