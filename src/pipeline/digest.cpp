#include "pipeline/digest.h"

#include <future>
#include <vector>

#include "base/hash.h"
#include "earshot/topics.h"
#include "pipeline/state_keys.h"

namespace earshot {
namespace {

constexpr std::size_t kChunk = 512;

// The rows of one partition of one processor, read in pieces.
class Source {
 public:
  Source(const StateStore& store, std::string prefix) : store_(store), prefix_(std::move(prefix)), from_(prefix_) {}

  // The next row's key without its prefix; false when there are no more.
  Result<bool> peek() {
    if (at_ < rows_.size()) return true;
    if (ended_) return false;
    rows_.clear();
    at_ = 0;
    auto scanned = store_.scan(prefix_, from_, [this](std::string_view key, std::string_view value) {
      rows_.emplace_back(key, value);
      return rows_.size() < kChunk;
    });
    if (!scanned) return std::move(scanned.error());
    ended_ = rows_.size() < kChunk;
    if (!rows_.empty()) from_ = rows_.back().first + '\0';
    return !rows_.empty();
  }
  std::string_view key() const { return std::string_view(rows_[at_].first).substr(prefix_.size()); }
  std::string_view value() const { return rows_[at_].second; }
  void pop() { ++at_; }

 private:
  const StateStore& store_;
  std::string prefix_;
  std::string from_;
  std::vector<std::pair<std::string, std::string>> rows_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

void add_sized(Sha256& hash, std::string_view bytes) {
  const std::uint64_t size = bytes.size();
  char text[8];
  for (std::size_t i = 0; i < 8; ++i) text[i] = static_cast<char>(size >> (56 - 8 * i) & 255);
  hash.add({text, sizeof text});
  hash.add(bytes);
}

// The rows of one kind of one processor, over all partitions, in key order.
Result<void> add_rows(const StateStore& store, std::uint8_t topic, char row, int partitions, Sha256& hash) {
  std::vector<Source> sources;
  for (int p = 0; p < partitions; ++p)
    sources.emplace_back(store, row_prefix({topic, static_cast<std::uint16_t>(p)}, row));
  while (true) {
    Source* first = nullptr;
    for (Source& source : sources) {
      auto more = source.peek();
      if (!more) return std::move(more.error());
      if (*more && (first == nullptr || source.key() < first->key())) first = &source;
    }
    if (first == nullptr) return {};
    hash.add({&row, 1});
    add_sized(hash, first->key());
    add_sized(hash, first->value());
    first->pop();
  }
}

}  // namespace

Result<std::string> state_digest(const StateStore& store, int partitions) {
  // Processors share nothing, so each has a thread.
  std::vector<std::future<Result<std::string>>> parts;
  for (const TopicName& topic : kTopics) {
    parts.push_back(std::async(std::launch::async, [&store, &topic, partitions]() -> Result<std::string> {
      Sha256 hash;
      for (const char row : {kValueRow, kTimerRow}) {
        hash.add(topic.name);
        if (auto added = add_rows(store, index_of(topic.topic), row, partitions, hash); !added)
          return std::move(added.error()).in("computing the digest");
      }
      return hash.hex();
    }));
  }
  Sha256 hash;
  for (auto& part : parts) {
    auto digest = part.get();
    if (!digest) return std::move(digest.error());
    hash.add(*digest);
  }
  return hash.hex();
}

}  // namespace earshot
