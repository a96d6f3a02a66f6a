// State in memory: for tests, for what-if runs and for the scratch side of a replay check.
//
// It outlives the engine that writes it, so a test can end the engine as a crash would and look at what is left. With
// `can_lose`, it also remembers what was there at the last flush, and a test can take the rest away, which is what a
// store without a write-ahead log does when its process dies.
//
// Threads: as StateStore says; lose_unflushed only while nobody else uses the store.
#pragma once

#include <map>
#include <shared_mutex>

#include "earshot/state_store.h"

namespace earshot {

class MemoryStore : public StateStore {
 public:
  struct Settings {
    bool can_lose = false;  // costs a copy of every value that is overwritten between two flushes
  };

  MemoryStore() = default;
  explicit MemoryStore(Settings settings) : settings_(settings) {}

  Result<std::optional<std::string>> get(std::string_view key) const override;
  Result<void> write(const std::vector<StateWrite>& batch) override;
  Result<void> scan(std::string_view prefix, std::string_view from, const Visit& visit) const override;
  Result<void> flush() override;

  // Back to the last flush.
  void lose_unflushed();

  // Keeps the first `batches` of what was written since the last flush, all if there are fewer.
  void lose_after(std::size_t batches);

  std::size_t unflushed_batches() const;
  std::size_t size() const;

 private:
  using Values = std::map<std::string, std::string, std::less<>>;

  StateWrite apply(const StateWrite& write);  // returns the write that undoes it

  Settings settings_;
  mutable std::shared_mutex mutex_;
  Values values_;
  std::vector<std::vector<StateWrite>> undo_;  // for each batch since the last flush, in the order of writing
};

}  // namespace earshot
