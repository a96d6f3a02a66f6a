// Folds records a few behind where they are read, and meanwhile brings near what they will touch: with many customers every
// record would otherwise wait for memory several times.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "event/codec.h"
#include "pipeline/task.h"
#include "pipeline/value_cache.h"

namespace earshot {

class Approach {
 public:
  Approach(Task& task, const ValueCache& values) : task_(task), values_(values) {}

  // Folds, in order, what was taken long enough ago.
  void take(const StoredRecord& record);
  void finish();

 private:
  struct Ahead {
    Offset offset = 0;
    Timestamp time{};
    std::string key;
    Event event;
    std::vector<Fingerprint> names;  // of values that it will probably ask for
  };
  // Records between one stage and the next; about a microsecond of work each.
  static constexpr std::size_t kApart = 3;
  static constexpr std::size_t kAhead = 3 * kApart + 1;

  Ahead& at(std::size_t number) { return ring_[number % kAhead]; }
  void bring(std::size_t back, ValueCache::Stage stage);
  void fold_next();

  Task& task_;
  const ValueCache& values_;
  EventDecoder decoder_;
  std::array<Ahead, kAhead> ring_;
  std::size_t taken_ = 0;
  std::size_t folded_ = 0;
};

}  // namespace earshot
