#include "pipeline/timer_queue.h"

#include <algorithm>
#include <tuple>

#include "earshot/check.h"
#include "pipeline/state_keys.h"

namespace earshot {

Result<void> TimerQueue::load(const StateStore& store) {
  near_.clear();
  held_ = 0;
  writes_.clear();
  last_taken_.reset();
  store_ = &store;
  return read_more(row_prefix(input_, kTimerRow));
}

Result<void> TimerQueue::read_more(const std::string& from) {
  edge_.reset();
  std::size_t read = 0;
  auto scanned = store_->scan(row_prefix(input_, kTimerRow), from, [&](std::string_view key, std::string_view) {
    if (edge_) return false;
    hold(due_of_timer_key(key), {std::string(key), kStored, 0, true});
    if (++read == held_max_) edge_ = key;
    return true;
  });
  too_many_ = 2 * std::max(held_max_, held_);
  return scanned;
}

void TimerQueue::hold(Timestamp due, Entry entry) {
  Moment& moment = near_[due];
  moment.is_in_order = moment.entries.empty() || (moment.is_in_order && entry.key < moment.entries.back().key);
  moment.entries.push_back(std::move(entry));
  ++held_;
}

void TimerQueue::put_in_order(Moment& moment) {
  if (moment.is_in_order) return;
  auto& entries = moment.entries;
  held_ -= entries.size();
  // Of two of one key the one that was set last stays.
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    return std::tie(a.key, a.set_after, a.write) > std::tie(b.key, b.set_after, b.write);
  });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (entries[i].key == entries[kept].key) {
      entries[kept].has_row = true;  // soon, by the other
    } else if (++kept != i) {
      entries[kept] = std::move(entries[i]);
    }
  }
  entries.resize(kept + 1);
  held_ += entries.size();
  moment.is_in_order = true;
}

void TimerQueue::add(const Timer& timer) {
  std::string key = timer_key(input_, timer);
  writes_.push_back({key, ""});
  hold(timer.due, {std::move(key), last_commit_, writes_.size() - 1});
}

std::optional<Timestamp> TimerQueue::next_due() const {
  return near_.empty() ? std::nullopt : std::optional(near_.begin()->first);
}

Timer TimerQueue::take_next() {
  EARSHOT_CHECK(!empty(), "there is no timer to take");
  Moment& moment = near_.begin()->second;
  put_in_order(moment);
  Entry entry = std::move(moment.entries.back());
  moment.entries.pop_back();
  --held_;
  if (moment.entries.empty()) near_.erase(near_.begin());
  Timer timer = parse_timer_key(entry.key);
  if (!last_taken_ || *last_taken_ < entry.key) last_taken_ = entry.key;
  remove_row(std::move(entry));
  if (is_past_edge()) {
    // None of the rows behind the edge is about to go: what was taken lies before it.
    EARSHOT_CHECK(read_more(*edge_ + '\0'),
                  "the state store cannot be read; start again: one that is damaged is moved aside and rebuilt");
  }
  return timer;
}

void TimerQueue::remove_row(Entry entry) {
  if (entry.set_after != last_commit_) return writes_.push_back({std::move(entry.key), std::nullopt});
  StateWrite& set = writes_[entry.write];
  set.value = std::nullopt;
  if (!entry.has_row) set.key.clear();
}

std::string_view TimerQueue::upcoming(std::size_t after) {
  if (near_.empty()) return {};
  put_in_order(near_.begin()->second);
  const auto& entries = near_.begin()->second.entries;
  return after < entries.size() ? record_key_of_timer_key(entries[entries.size() - 1 - after].key) : "";
}

bool TimerQueue::is_past_edge() {
  if (!edge_ || near_.empty()) return edge_.has_value();
  Moment& first = near_.begin()->second;
  put_in_order(first);
  return *edge_ < first.entries.back().key;
}

std::vector<StateWrite> TimerQueue::take_writes(std::uint64_t commit, std::uint64_t written) {
  if (held_ > too_many_) let_go(written);
  last_commit_ = static_cast<SetAfter>(commit);
  std::erase_if(writes_, [](const StateWrite& write) { return write.key.empty(); });
  return std::exchange(writes_, {});
}

// All behind a nearer edge, but never one before what was taken: the store may still have that.
void TimerQueue::let_go(std::uint64_t written) {
  EARSHOT_CHECK(store_ != nullptr, "a queue is loaded before it holds many");
  std::size_t before = 0;
  auto last = near_.begin();
  while (before + last->second.entries.size() < held_max_) before += (last++)->second.entries.size();
  put_in_order(last->second);
  const auto& entries = last->second.entries;
  const std::size_t place = std::min(held_max_ - before, entries.size());
  std::string edge = entries[entries.size() - place].key;
  if (last_taken_) edge = std::max(edge, *last_taken_);
  if (edge_) edge = std::min(edge, *edge_);
  for (auto at = near_.lower_bound(due_of_timer_key(edge)); at != near_.end();) {
    held_ -= std::erase_if(at->second.entries, [&](const Entry& one) {
      return edge < one.key && one.set_after < static_cast<SetAfter>(written);
    });
    at = at->second.entries.empty() ? near_.erase(at) : std::next(at);
  }
  edge_ = std::move(edge);
  too_many_ = 2 * std::max(held_max_, held_);
}

}  // namespace earshot
