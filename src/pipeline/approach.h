// Decodes records ahead of where they are folded, so that a customer's values come near meanwhile.
#pragma once

#include <array>
#include <string>

#include "event/codec.h"
#include "pipeline/lookahead.h"
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
  };
  static constexpr std::size_t kAhead = Lookahead::kAhead + 1;

  Ahead& at(std::size_t number) { return ring_[number % kAhead]; }
  void fold_next();

  Task& task_;
  const ValueCache& values_;
  EventDecoder decoder_;
  Lookahead lookahead_;
  std::array<Ahead, kAhead> ring_;
  std::size_t taken_ = 0;
  std::size_t folded_ = 0;
};

}  // namespace earshot
