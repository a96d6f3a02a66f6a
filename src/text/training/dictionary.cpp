#include "text/training/dictionary.h"

#include <bit>

namespace earshot::text {

Dictionary::Dictionary(std::vector<Entry> entries, std::size_t all_texts)
    : entries_(std::move(entries)), all_texts_(all_texts), slots_(std::bit_ceil(entries_.size() * 2 + 1)) {
  for (std::uint32_t id = 0; id < entries_.size(); ++id) slots_[slot_of(entries_[id].hash)] = id + 1;
}

// Where the hash is, or would be.
std::size_t Dictionary::slot_of(std::uint32_t hash) const {
  std::size_t slot = (std::uint64_t{hash} * 0x9e3779b97f4a7c15ull >> 20) & (slots_.size() - 1);
  while (slots_[slot] != 0 && entries_[slots_[slot] - 1].hash != hash) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

std::optional<std::uint32_t> Dictionary::find(std::uint32_t hash) const {
  const std::uint32_t found = slots_[slot_of(hash)];
  if (found == 0) return std::nullopt;
  return found - 1;
}

Dictionary Dictionary::only(const std::vector<std::uint32_t>& ids) const {
  std::vector<Entry> kept;
  kept.reserve(ids.size());
  for (const std::uint32_t id : ids) kept.push_back(entries_[id]);
  return {std::move(kept), all_texts_};
}

}  // namespace earshot::text
