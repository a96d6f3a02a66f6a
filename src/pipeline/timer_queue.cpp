#include "pipeline/timer_queue.h"

#include <algorithm>
#include <numeric>

#include "pipeline/state_keys.h"

namespace earshot {

void TimerQueue::load(std::string_view row_key) {
  EARSHOT_CHECK(next_stored_ == 0 && set_.empty(), "timers are loaded before any is set");
  rows_ += row_key;
  ends_.push_back(rows_.size());
  if (ends_.size() == 1) find_stored_due();
}

void TimerQueue::add(Timer timer) {
  if (!is_stored(timer)) set_.insert(std::move(timer));
}

std::optional<Timestamp> TimerQueue::next_due() const {
  if (set_.empty()) return stored_due_;
  return stored_due_ ? std::min(*stored_due_, set_.begin()->due) : set_.begin()->due;
}

Timer TimerQueue::take_next() {
  EARSHOT_CHECK(!empty(), "there is no timer to take");
  // A row is read only when its time may have come.
  if (stored_due_ && (set_.empty() || *stored_due_ <= set_.begin()->due)) {
    Timer timer = parse_timer_key(stored(next_stored_));
    if (set_.empty() || timer < *set_.begin()) {
      ++next_stored_;
      find_stored_due();
      return timer;
    }
  }
  return std::move(set_.extract(set_.begin()).value());
}

std::string_view TimerQueue::stored(std::size_t index) const {
  const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(rows_).substr(begin, ends_[index] - begin);
}

bool TimerQueue::is_stored(const Timer& timer) const {
  if (next_stored_ == ends_.size()) return false;
  std::size_t low = next_stored_, high = ends_.size();
  while (low < high) {
    const std::size_t middle = std::midpoint(low, high);
    if (parse_timer_key(stored(middle)) < timer) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < ends_.size() && parse_timer_key(stored(low)) == timer;
}

void TimerQueue::find_stored_due() {
  if (next_stored_ < ends_.size()) {
    stored_due_ = parse_timer_key(stored(next_stored_)).due;
    return;
  }
  stored_due_.reset();
  rows_ = {};
  ends_ = {};
  next_stored_ = 0;
}

}  // namespace earshot
