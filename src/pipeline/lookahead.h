// Brings near what the next records of a task will touch, while those before them are folded: with many customers every
// record would otherwise wait for memory several times.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "pipeline/value_cache.h"

namespace earshot {

class Task;

class Lookahead {
 public:
  // Records between one stage and the next; about a microsecond of work each.
  static constexpr std::size_t kApart = 3;
  // Records between take() and the fold that should find it all near.
  static constexpr std::size_t kAhead = 5 * kApart;

  // An empty key: one that touches nothing, as a tick.
  void take(const Task& task, const ValueCache& values, std::string_view record_key);

  // Other records follow than those that were taken.
  void begin() { taken_ = 0; }

 private:
  // What was taken so many stages ago.
  template <class Approach>
  void bring(std::size_t stage, const Approach& approach) const {
    const std::size_t back = stage * kApart;
    if (taken_ <= back) return;
    for (const Fingerprint& name : names_[(taken_ - 1 - back) % names_.size()]) approach(name);
  }

  std::array<std::vector<Fingerprint>, 4 * kApart + 1> names_;  // of values that the records will probably ask for
  std::size_t taken_ = 0;
};

}  // namespace earshot
