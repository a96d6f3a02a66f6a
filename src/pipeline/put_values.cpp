#include "pipeline/put_values.h"

#include <numeric>
#include <ranges>
#include <utility>

namespace earshot {

void PutValues::put(const std::string& key, const Fingerprint& name, std::string bytes) {
  under_way_.places[name] = {under_way_.bytes.size(), bytes.size()};
  under_way_.bytes += bytes;
  writes_.push_back({key, std::move(bytes)});
}

std::optional<std::string_view> PutValues::find(const Fingerprint& name) const {
  const auto in = [&](const Commit& commit) -> std::optional<std::string_view> {
    const auto found = commit.places.find(name);
    if (found == commit.places.end()) return std::nullopt;
    return std::string_view(commit.bytes).substr(found->second.begin, found->second.size);
  };
  if (const auto found = in(under_way_)) return found;
  for (const Commit& commit : taken_ | std::views::reverse) {
    if (const auto found = in(commit)) return found;
  }
  return std::nullopt;
}

std::vector<StateWrite> PutValues::take(std::uint64_t commit) {
  std::vector<StateWrite> writes;
  if (writes_.empty()) return writes;
  under_way_.number = commit;
  taken_.push_back(std::exchange(under_way_, {}));
  under_way_.places.reserve(writes_.size());  // the next commit will be as large
  under_way_.bytes.reserve(taken_.back().bytes.size());
  writes.reserve(writes_.size());
  writes.swap(writes_);
  return writes;
}

void PutValues::forget(std::uint64_t written) {
  while (!taken_.empty() && taken_.front().number <= written) taken_.pop_front();
}

std::size_t PutValues::size() const {
  return std::accumulate(taken_.begin(), taken_.end(), under_way_.places.size(),
                         [](std::size_t sum, const Commit& commit) { return sum + commit.places.size(); });
}

}  // namespace earshot
