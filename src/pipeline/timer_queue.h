// The timers of one partition, in the order in which they fire: (due, record key, name).
//
// A million customers have a million armed timers, nearly all of them weeks away. So the next few thousand are held in
// memory; those after them lie in the store, where the commit that set them has put them, and are read when their time
// comes near. What a commit under way has set is held until it is written. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <absl/container/btree_map.h>

#include "earshot/event_log.h"
#include "earshot/processor.h"
#include "earshot/state_store.h"

namespace earshot {

class TimerQueue {
 public:
  // `held`: how many are read at a time; about twice as many stay in memory.
  explicit TimerQueue(TopicPartition input, std::size_t held = 2'048) : input_(input), held_max_(held) {}

  // Begins with the timer rows of the store, which must outlive the queue.
  Result<void> load(const StateStore& store);

  // Asking twice for the same is once.
  void add(const Timer& timer);

  bool empty() const { return near_.empty(); }
  std::optional<Timestamp> next_due() const;
  Timer take_next();  // of a queue that is not empty

  // The record key of the one that will be taken after so many others of the same moment; empty when there is none.
  // Until the queue changes.
  std::string_view upcoming(std::size_t after);

  // What was added and taken since the last call, for the commit numbered `commit`; of one key the last counts. Of what
  // came and went in between nothing is left. Commits up to `written` are in the store.
  std::vector<StateWrite> take_writes(std::uint64_t commit, std::uint64_t written);

  std::size_t held() const { return held_; }

 private:
  // The number of the last commit before it was set; kStored: it was read.
  using SetAfter = std::int64_t;
  static constexpr SetAfter kStored = -1;

  // By its row key, whose bytes sort as timers do.
  struct Entry {
    std::string key;
    SetAfter set_after = kStored;
    std::size_t write = 0;  // its place in writes_, if it was set since they were taken
    bool has_row = false;  // in the store, or on its way there. What has one behind the edge is read before it is taken
  };
  // Those of one moment: many customers share an hour. Put in order, the last first, when their time comes.
  struct Moment {
    std::vector<Entry> entries;
    bool is_in_order = true;
  };

  void hold(Timestamp due, Entry entry);
  void put_in_order(Moment& moment);
  void remove_row(Entry entry);
  bool is_past_edge();
  Result<void> read_more(const std::string& from);  // rows, in their order
  void let_go(std::uint64_t written);

  TopicPartition input_;
  std::size_t held_max_;
  const StateStore* store_ = nullptr;
  absl::btree_map<Timestamp, Moment> near_;  // all up to the edge, and those behind it that are not in the store yet
  std::size_t held_ = 0;                     // in near_
  std::optional<std::string> edge_;          // nothing: the store has none that is not here
  std::optional<std::string> last_taken_;    // the greatest; rows up to it may be about to go
  std::vector<StateWrite> writes_;
  std::size_t too_many_ = 0;
  SetAfter last_commit_ = 0;
};

}  // namespace earshot
