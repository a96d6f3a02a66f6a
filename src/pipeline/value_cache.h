// Decoded state, kept across commits. Without it every event would decode and encode its customer again.
//
// Values that were written since the last commit, or whose commit is not yet in the store, stay; of the rest the least
// recently used go when the cache is full. One thread uses it; `written` may be called from any.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "earshot/ids.h"
#include "earshot/processor.h"
#include "earshot/state_store.h"
#include "pipeline/put_values.h"

namespace earshot {

class ValueCache {
 public:
  class Entry;  // the place of one key: stays where it is as long as a step may need it

  ValueCache(const StateStore& store, std::size_t bytes_max) : store_(store), bytes_max_(bytes_max) {}

  // The store holds nothing of what will be asked for: it is not asked before something was taken to be written.
  void begin_with_nothing() { has_nothing_stored_ = true; }

  Entry& at(const std::string& key, ValueView::Decode decode);
  // nullptr when there is no such value.
  static const AnyValue* find(const Entry& entry);
  AnyValue& edit(Entry& entry, ValueView::Decode decode);
  const AnyValue* find(const std::string& key, ValueView::Decode decode) { return find(at(key, decode)); }
  AnyValue& edit(const std::string& key, ValueView::Decode decode) { return edit(at(key, decode), decode); }
  void erase(const std::string& key);
  // Whatever was there. It is held until it is in the store.
  void put(const std::string& key, std::string bytes, ValueView::Decode decode);

  // What was touched since the last call, encoded, of one key the last counts; it belongs to the commit numbered
  // `commit`.
  std::vector<StateWrite> take_touched(std::uint64_t commit);

  // The store may have changed. Of a cache whose writes are all in the store.
  void clear();

  // The store holds every commit up to this one. Any thread.
  void written(std::uint64_t commit) { written_->store(commit, std::memory_order_release); }

  std::uint64_t newest_written() const { return written_->load(std::memory_order_acquire); }

  // The same for an engine to call, also when this cache is gone.
  std::function<void()> when_written(std::uint64_t commit) const {
    return [written = written_, commit] { written->store(commit, std::memory_order_release); };
  }

  // Asks the processor to bring what is known of a key nearer, without waiting for it: its place in the table, then the
  // entry, then the value. Each stage reads what the one before has asked for.
  enum class Stage { place, entry, value };
  void approach(const Fingerprint& name, Stage stage) const;
  // nullptr when nothing is known of it, or that it is absent.
  const AnyValue* known(const Fingerprint& name) const;

  std::size_t size() const { return entries_.size() + put_.size(); }
  std::size_t touched() const { return touched_.size() + put_.untaken(); }

 private:
  // By fingerprint alone: a look-up of what is not there stays in one line of memory. No two keys share one, by chance
  // or by intent: what others choose of a key is hashed by intake.
  using Name = Fingerprint;
  struct LowBits {
    std::size_t operator()(const Name& name) const { return static_cast<std::size_t>(name.low); }
  };
  using Entries = absl::flat_hash_map<Name, std::unique_ptr<Entry>, LowBits>;

  Result<std::optional<std::string>> read(const std::string& key, const Name& name);
  Entry& add(const std::string& key, const Name& name, bool is_once);
  void keep(Entry& entry);
  void touch(Entry& entry);
  void make_room();
  void drop_once();
  void forget(const Entry& entry);
  bool is_younger_than(std::uint64_t additions, const Entry& entry) const;

  const StateStore& store_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  bool has_nothing_stored_ = false;
  Entries entries_;
  PutValues put_;
  std::vector<Entry*> touched_;
  std::vector<Entry*> clock_;  // every other entry, in the order the hand passes
  std::size_t hand_ = 0;
  std::deque<Name> once_;  // in the order in which they were written; those no longer marked are passed over
  std::uint64_t added_ = 0;
  // Shared with the commits under way: an engine may end them after the pump has ended.
  std::shared_ptr<std::atomic<std::uint64_t>> written_ = std::make_shared<std::atomic<std::uint64_t>>(0);
};

class ValueCache::Entry {
 public:
  Entry(const std::string& row_key, const Name& fingerprint) : key(row_key), name(fingerprint) {}

 private:
  friend class ValueCache;
  std::string key;
  Name name;
  std::unique_ptr<AnyValue> value;  // nothing: known to be absent
  std::uint64_t commit = 0;         // of its last write
  std::uint64_t number = 0;         // of those that were ever added
  std::uint32_t bytes = 0;          // an estimate of what it holds
  bool touched = false;
  bool is_once = false;  // absent, and not asked for since
  bool used = false;     // again, since the clock hand last passed
};

inline const AnyValue* ValueCache::find(const Entry& entry) { return entry.value.get(); }

inline bool ValueCache::is_younger_than(std::uint64_t additions, const Entry& entry) const {
  return added_ - entry.number < additions;
}

}  // namespace earshot
