// Which features there are in the training texts, each with a number of its own, so that no two share weights while
// they learn. What a model keeps of them in the end is a question of its size.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace earshot::text {

class Dictionary {
 public:
  struct Entry {
    std::uint32_t hash = 0;
    std::uint32_t texts = 0;  // that hold it
  };

  Dictionary(std::vector<Entry> entries, std::size_t all_texts);

  std::size_t size() const { return entries_.size(); }
  const Entry& at(std::uint32_t id) const { return entries_[id]; }
  std::size_t all_texts() const { return all_texts_; }
  std::optional<std::uint32_t> find(std::uint32_t hash) const;

  // Those of `ids` alone, numbered anew.
  Dictionary only(const std::vector<std::uint32_t>& ids) const;

 private:
  std::size_t slot_of(std::uint32_t hash) const;

  std::vector<Entry> entries_;
  std::size_t all_texts_ = 0;
  std::vector<std::uint32_t> slots_;  // id + 1; 0: free
};

}  // namespace earshot::text
