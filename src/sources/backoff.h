// How long to wait before something that failed is tried again: anything up to a bound that doubles, so that many who
// failed together do not come back together ("full jitter").
#pragma once

#include <algorithm>

#include "base/random.h"
#include "earshot/time.h"

namespace earshot {

class Backoff {
 public:
  static constexpr Millis kFirst{1'000};
  static constexpr Millis kMost{60'000};

  explicit Backoff(std::uint64_t seed) : random_(seed) {}

  Millis next() {
    const Millis bound = bound_;
    bound_ = std::min(2 * bound_, kMost);
    return Millis(random_.between(0, bound.count()));
  }
  void reset() { bound_ = kFirst; }

 private:
  Random random_;
  Millis bound_ = kFirst;
};

}  // namespace earshot
