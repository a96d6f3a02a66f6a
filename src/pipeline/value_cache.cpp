#include "pipeline/value_cache.h"

#include "base/hash.h"
#include "base/prefetch.h"
#include "earshot/check.h"

namespace earshot {
namespace {

// Of one entry beside what its encoded form says: its place in the table, the key and the decoded object.
constexpr std::uint32_t kEntryBytes = 320;
constexpr std::uint32_t kDecodedFactor = 2;

// What a step has looked at must outlive the step. What is new stays until this many others were added; of what is old,
// the hand passes at most kLooks entries for a new one and gives up only what it passes a second time. So a step would
// have to load a thousand values to lose one.
constexpr std::size_t kEntriesKept = 4096;
constexpr int kLooks = 4;

// Most values are written once and never looked at again, as ids of events. They do not push out customers, because
// only a value that is asked for when it is no longer new counts as used. A step asks for the same one several times.
constexpr std::uint64_t kNew = 64;

// Touched values ahead of which one is brought near before it is encoded.
constexpr std::size_t kNear = 4;

// Of a value: its fields, not what they point to.
constexpr std::size_t kApproached = 384;

}  // namespace

ValueCache::Entry& ValueCache::at(const std::string& key, ValueView::Decode decode) {
  const Name name = fingerprint(key);
  if (const auto known = entries_.find(name); known != entries_.end()) {
    Entry& entry = *known->second;
    if (!is_younger_than(kNew, entry)) entry.used = true;
    keep(entry);
    return entry;
  }
  auto stored = read(key, name);
  // Going on with a value that cannot be read would write wrong state over it.
  EARSHOT_CHECK(stored, "the state store cannot be read; start again: one that is damaged is moved aside and rebuilt");
  Entry& entry = add(key, name, !*stored);  // that there is none is soon found out again
  if (*stored) {
    entry.value = decode(**stored);
    const auto held = kDecodedFactor * static_cast<std::uint32_t>((*stored)->size());
    entry.bytes += held;
    bytes_ += held;
  }
  return entry;
}

// What was put and has been written is no news any more: an entry that has come and gone since may have changed it.
Result<std::optional<std::string>> ValueCache::read(const std::string& key, const Name& name) {
  put_.forget(newest_written());
  if (const auto put = put_.find(name)) return std::optional(std::string(*put));
  if (has_nothing_stored_) return std::optional<std::string>();
  return store_.get(key);
}

ValueCache::Entry& ValueCache::add(const std::string& key, const Name& name, bool is_once) {
  drop_once();
  make_room();
  Entry& entry = *entries_.try_emplace(name, std::make_unique<Entry>(key, name)).first->second;
  entry.bytes = kEntryBytes;
  entry.number = ++added_;
  bytes_ += kEntryBytes;
  entry.is_once = is_once;
  if (is_once) {
    once_.push_back(name);
  } else {
    clock_.push_back(&entry);
  }
  return entry;
}

AnyValue& ValueCache::edit(Entry& entry, ValueView::Decode decode) {
  keep(entry);
  if (entry.value == nullptr) entry.value = decode("");
  touch(entry);
  return *entry.value;
}

// As a value that may be asked for again.
void ValueCache::keep(Entry& entry) {
  if (!entry.is_once) return;
  entry.is_once = false;
  clock_.push_back(&entry);
}

void ValueCache::erase(const std::string& key) {
  const Name name = fingerprint(key);
  const auto known = entries_.find(name);
  Entry& entry = known == entries_.end() ? add(key, name, false) : *known->second;
  entry.value = nullptr;
  touch(entry);
}

void ValueCache::put(const std::string& key, std::string bytes, ValueView::Decode decode) {
  const Name name = fingerprint(key);
  put_.forget(newest_written());
  const auto known = entries_.find(name);
  if (known == entries_.end()) return put_.put(key, name, std::move(bytes));
  known->second->value = decode(bytes);
  touch(*known->second);
}

const AnyValue* ValueCache::known(const Fingerprint& name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : found->second->value.get();
}

void ValueCache::approach(const Fingerprint& name, Stage stage) const {
  if (stage == Stage::place) return entries_.prefetch(name);
  const auto known = entries_.find(name);
  if (known == entries_.end()) return;
  const Entry& entry = *known->second;
  if (stage == Stage::entry) return prefetch(&entry, sizeof entry);
  if (entry.value) prefetch(entry.value.get(), kApproached);
}

void ValueCache::clear() {
  EARSHOT_CHECK(touched() == 0, "what was touched is committed before it is forgotten");
  entries_.clear();
  put_ = {};
  clock_.clear();
  once_.clear();
  bytes_ = hand_ = 0;
}

void ValueCache::touch(Entry& entry) {
  if (entry.touched) return;
  entry.touched = true;
  touched_.push_back(&entry);
}

std::vector<StateWrite> ValueCache::take_touched(std::uint64_t commit) {
  has_nothing_stored_ = false;
  std::vector<StateWrite> writes = put_.take(commit);
  writes.reserve(writes.size() + touched_.size());
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    if (i + 2 * kNear < touched_.size()) prefetch(touched_[i + 2 * kNear], sizeof(Entry));
    if (i + kNear < touched_.size()) {
      const Entry& next = *touched_[i + kNear];
      prefetch(next.key.data(), next.key.size());
      if (next.value) prefetch(next.value.get(), kApproached);
    }
    Entry* entry = touched_[i];
    entry->touched = false;
    entry->commit = commit;
    StateWrite write{entry->key, std::nullopt};
    if (entry->value != nullptr) write.value = entry->value->encode();
    bytes_ -= entry->bytes;
    entry->bytes = kEntryBytes + kDecodedFactor * static_cast<std::uint32_t>(write.value ? write.value->size() : 0);
    bytes_ += entry->bytes;
    writes.push_back(std::move(write));
  }
  touched_.clear();
  return writes;
}

void ValueCache::make_room() {
  const std::uint64_t written = written_->load(std::memory_order_acquire);
  for (int looks = 0; looks < kLooks && bytes_ > bytes_max_ && clock_.size() > kEntriesKept; ++looks) {
    if (hand_ >= clock_.size()) hand_ = 0;
    Entry& entry = *clock_[hand_];
    if (entry.touched || entry.commit > written || entry.used || is_younger_than(kEntriesKept, entry)) {
      entry.used = false;
      ++hand_;
      continue;
    }
    clock_[hand_] = clock_.back();
    clock_.pop_back();
    forget(entry);
  }
}

// While they are still near: much later each would cost a walk through cold memory.
void ValueCache::drop_once() {
  const std::uint64_t written = written_->load(std::memory_order_acquire);
  for (int looks = 0; looks < kLooks && !once_.empty(); ++looks) {
    const Name name = once_.front();
    const auto known = entries_.find(name);
    if (known != entries_.end() && known->second->is_once) {
      Entry& entry = *known->second;
      if (entry.touched || entry.commit > written || is_younger_than(kEntriesKept, entry)) return;
      forget(entry);
    }
    once_.pop_front();
  }
}

void ValueCache::forget(const Entry& entry) {
  bytes_ -= entry.bytes;
  entries_.erase(Name(entry.name));
}

}  // namespace earshot
