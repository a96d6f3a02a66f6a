// How often something may be done: a bucket that fills steadily and holds what one period brings, so a burst passes and
// a flood does not. Time is told, not read. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace earshot::api {

class RateLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Micros = std::chrono::microseconds;

  // So many in each period; 0: no limit.
  explicit RateLimit(std::int64_t count, Micros period = std::chrono::seconds{1})
      : count_(count), period_(period.count()), left_(count * period_) {}

  // True when one more may pass.
  bool take(Time now) {
    if (!has_room(now)) return false;
    if (count_ > 0) left_ -= period_;
    return true;
  }

  bool has_room(Time now) {
    if (count_ == 0) return true;
    fill(now);
    return left_ >= period_;
  }

  // Until one more may pass, from when it was asked last.
  Micros wait() const {
    return count_ == 0 || left_ >= period_ ? Micros{0} : Micros{(period_ - left_ + count_ - 1) / count_};
  }

 private:
  void fill(Time now) {
    const auto passed = std::chrono::duration_cast<Micros>(now - filled_);
    if (filled_ == Time{} || passed.count() > period_) {
      left_ = count_ * period_;
      filled_ = now;
    } else if (passed.count() > 0) {
      left_ = std::min(count_ * period_, left_ + passed.count() * count_);
      filled_ += passed;
    }
  }

  std::int64_t count_;
  std::int64_t period_;  // what one costs; each microsecond brings `count_`
  std::int64_t left_;
  Time filled_{};
};

}  // namespace earshot::api
