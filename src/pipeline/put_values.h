// Values that are written and hardly ever read again, as entries of a timeline: encoded at once, and found until the
// store has them. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "earshot/ids.h"
#include "earshot/state_store.h"

namespace earshot {

class PutValues {
 public:
  // `name`: the fingerprint of the key.
  void put(const std::string& key, const Fingerprint& name, std::string bytes);

  // What was put last, of what is not forgotten. Until the next call of another function.
  std::optional<std::string_view> find(const Fingerprint& name) const;

  // What was put since the last call, in that order; it belongs to the commit numbered `commit`.
  std::vector<StateWrite> take(std::uint64_t commit);

  // The store holds every commit up to this one, and may hold what was written to the same keys since.
  void forget(std::uint64_t written);

  std::size_t untaken() const { return writes_.size(); }
  std::size_t size() const;

 private:
  // By fingerprint alone, as in the cache. Bytes lie together, so that a commit that is written goes as a whole.
  struct Place {
    std::size_t begin = 0, size = 0;
  };
  struct LowBits {
    std::size_t operator()(const Fingerprint& name) const { return static_cast<std::size_t>(name.low); }
  };
  struct Commit {
    std::uint64_t number = 0;
    std::string bytes;
    absl::flat_hash_map<Fingerprint, Place, LowBits> places;
  };

  Commit under_way_;
  std::vector<StateWrite> writes_;
  std::deque<Commit> taken_;
};

}  // namespace earshot
