#include "state_store/memory.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace earshot {

Result<std::optional<std::string>> MemoryStore::get(std::string_view key) const {
  const std::shared_lock lock(mutex_);
  const auto found = values_.find(key);
  if (found == values_.end()) return std::optional<std::string>{};
  return std::optional<std::string>{found->second};
}

Result<void> MemoryStore::write(const std::vector<StateWrite>& batch) {
  const std::unique_lock lock(mutex_);
  std::vector<StateWrite> undo;
  for (const StateWrite& one : batch) {
    StateWrite before = apply(one);
    if (settings_.can_lose) undo.push_back(std::move(before));
  }
  if (settings_.can_lose) undo_.push_back(std::move(undo));
  return {};
}

StateWrite MemoryStore::apply(const StateWrite& write) {
  StateWrite before{write.key, std::nullopt};
  const auto found = values_.find(write.key);
  if (found == values_.end()) {
    if (write.value) values_.emplace(write.key, *write.value);
    return before;
  }
  before.value = std::move(found->second);
  if (write.value) {
    found->second = *write.value;
  } else {
    values_.erase(found);
  }
  return before;
}

// Copies what it visits, so that a visitor may read the store itself and writers need not wait for it.
Result<void> MemoryStore::scan(std::string_view prefix, std::string_view from, const Visit& visit) const {
  std::vector<std::pair<std::string, std::string>> found;
  {
    const std::shared_lock lock(mutex_);
    for (auto it = values_.lower_bound(std::max(prefix, from)); it != values_.end(); ++it) {
      if (!std::string_view(it->first).starts_with(prefix)) break;
      found.emplace_back(it->first, it->second);
    }
  }
  for (const auto& [key, value] : found) {
    if (!visit(key, value)) break;
  }
  return {};
}

Result<void> MemoryStore::flush() {
  const std::unique_lock lock(mutex_);
  undo_.clear();
  return {};
}

void MemoryStore::lose_unflushed() { lose_after(0); }

void MemoryStore::lose_after(std::size_t batches) {
  const std::unique_lock lock(mutex_);
  while (undo_.size() > batches) {
    std::vector<StateWrite>& last = undo_.back();
    for (auto it = last.rbegin(); it != last.rend(); ++it) apply(*it);
    undo_.pop_back();
  }
}

std::size_t MemoryStore::unflushed_batches() const {
  const std::shared_lock lock(mutex_);
  return undo_.size();
}

std::size_t MemoryStore::size() const {
  const std::shared_lock lock(mutex_);
  return values_.size();
}

}  // namespace earshot
