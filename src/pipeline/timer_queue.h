// The timers of one partition, in the order in which they fire: (due, record key, name).
//
// A million customers have a million armed timers, nearly all of them weeks away, and a start must not take seconds or
// hundreds of megabytes for them. So those that lay in the store stay one block of bytes, as they were read; only timers set
// since are a tree. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/processor.h"

namespace earshot {

class TimerQueue {
 public:
  void clear() { *this = {}; }

  // A timer row of the store. In the order of the rows, and before the first add.
  void load(std::string_view row_key);

  // Asking twice for the same is once.
  void add(Timer timer);

  bool empty() const { return next_stored_ == ends_.size() && set_.empty(); }
  std::optional<Timestamp> next_due() const;
  Timer take_next();  // of a queue that is not empty

 private:
  std::string_view stored(std::size_t index) const;  // a row key
  bool is_stored(const Timer& timer) const;
  void find_stored_due();

  std::string rows_;                   // row keys, one after the other
  std::vector<std::size_t> ends_;      // of each
  std::size_t next_stored_ = 0;        // those before it have fired
  std::optional<Timestamp> stored_due_{};  // of that one
  std::set<Timer> set_;
};

}  // namespace earshot
