// Brings near what the next records of a task will touch, while those before them are folded: with many customers every
// record would otherwise wait for memory several times.
#pragma once

#include <array>
#include <vector>

#include "pipeline/task.h"
#include "pipeline/value_cache.h"

namespace earshot {

class Lookahead {
 public:
  // Records between one stage and the next; about a microsecond of work each.
  static constexpr std::size_t kApart = 3;
  // Records between take() and the fold that should find it all near.
  static constexpr std::size_t kAhead = 3 * kApart;

  void take(Task& task, const ValueCache& values, std::string_view record_key) {
    task.guess(record_key, names_[taken_++ % names_.size()]);
    bring(values, 0, ValueCache::Stage::place);
    bring(values, kApart, ValueCache::Stage::entry);
    bring(values, 2 * kApart, ValueCache::Stage::value);
  }

  // Other records follow than those that were taken.
  void begin() { taken_ = 0; }

 private:
  void bring(const ValueCache& values, std::size_t back, ValueCache::Stage stage) const {
    if (taken_ <= back) return;
    for (const Fingerprint& name : names_[(taken_ - 1 - back) % names_.size()]) values.approach(name, stage);
  }

  std::array<std::vector<Fingerprint>, 2 * kApart + 1> names_;  // of values that the records will probably ask for
  std::size_t taken_ = 0;
};

}  // namespace earshot
