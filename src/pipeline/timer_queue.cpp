#include "pipeline/timer_queue.h"

#include <algorithm>

#include "earshot/check.h"
#include "pipeline/state_keys.h"

namespace earshot {

Result<void> TimerQueue::load(const StateStore& store) {
  near_.clear();
  last_taken_.reset();
  store_ = &store;
  return read_more(row_prefix(input_, kTimerRow));
}

Result<void> TimerQueue::read_more(const std::string& from) {
  edge_.reset();
  std::size_t read = 0;
  auto scanned = store_->scan(row_prefix(input_, kTimerRow), from, [&](std::string_view key, std::string_view) {
    if (edge_) return false;
    const auto at = near_.try_emplace(parse_timer_key(key), kStored).first;
    if (++read == held_) edge_ = at->first;
    return true;
  });
  too_many_ = std::max(2 * held_, 2 * near_.size());
  return scanned;
}

void TimerQueue::add(Timer timer) { near_.try_emplace(std::move(timer), last_commit_); }

std::optional<Timestamp> TimerQueue::next_due() const {
  return near_.empty() ? std::nullopt : std::optional(near_.begin()->first.due);
}

Timer TimerQueue::take_next() {
  EARSHOT_CHECK(!empty(), "there is no timer to take");
  Timer timer = std::move(near_.extract(near_.begin()).key());
  if (!last_taken_ || *last_taken_ < timer) last_taken_ = timer;
  if (edge_ && (near_.empty() || *edge_ < near_.begin()->first)) {
    // None of the rows behind the edge is about to go: what was taken lies before it.
    EARSHOT_CHECK(read_more(timer_key(input_, *edge_) + '\0'),
                  "the state store cannot be read; start again: one that is damaged is moved aside and rebuilt");
  }
  return timer;
}

void TimerQueue::committed(std::uint64_t commit, std::uint64_t written) {
  if (near_.size() > too_many_) let_go(written);
  last_commit_ = static_cast<SetAfter>(commit);
}

// All behind a nearer edge, but never one before what was taken: the store may still have that.
void TimerQueue::let_go(std::uint64_t written) {
  EARSHOT_CHECK(store_ != nullptr, "a queue is loaded before it holds many");
  Timer edge = std::next(near_.begin(), static_cast<std::ptrdiff_t>(held_) - 1)->first;
  if (last_taken_) edge = std::max(edge, *last_taken_);
  if (edge_) edge = std::min(edge, *edge_);
  std::erase_if(near_,
                [&](const auto& one) { return edge < one.first && one.second < static_cast<SetAfter>(written); });
  edge_ = std::move(edge);
  too_many_ = std::max(2 * held_, 2 * near_.size());
}

}  // namespace earshot
