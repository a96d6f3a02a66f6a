// The timers of one partition, in the order in which they fire: (due, record key, name).
//
// A million customers have a million armed timers, nearly all of them weeks away. So the next few thousand are held in
// memory; those after them lie in the store, where the commit that set them has put them, and are read when their time
// comes near. What a commit under way has set is held until it is written. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "earshot/event_log.h"
#include "earshot/processor.h"
#include "earshot/state_store.h"

namespace earshot {

class TimerQueue {
 public:
  // `held`: how many are read at a time; about twice as many stay in memory.
  explicit TimerQueue(TopicPartition input, std::size_t held = 2'048) : input_(input), held_(held) {}

  // Begins with the timer rows of the store, which must outlive the queue.
  Result<void> load(const StateStore& store);

  // Asking twice for the same is once.
  void add(Timer timer);

  bool empty() const { return near_.empty(); }
  std::optional<Timestamp> next_due() const;
  Timer take_next();  // of a queue that is not empty

  // What was added and taken since the last call goes to the store with the commit numbered `commit`; those up to
  // `written` are there.
  void committed(std::uint64_t commit, std::uint64_t written);

  std::size_t held() const { return near_.size(); }

 private:
  // The number of the last commit before it was set; kStored: it was read.
  using SetAfter = std::int64_t;
  static constexpr SetAfter kStored = -1;

  Result<void> read_more(const std::string& from);  // rows, in their order
  void let_go(std::uint64_t written);

  TopicPartition input_;
  std::size_t held_;
  const StateStore* store_ = nullptr;
  std::map<Timer, SetAfter> near_;   // all up to the edge, and those behind it that are not in the store yet
  std::optional<Timer> edge_;        // nothing: the store has none that is not here
  std::optional<Timer> last_taken_;  // the greatest; rows up to it may be about to go
  std::size_t too_many_ = 0;
  SetAfter last_commit_ = 0;
};

}  // namespace earshot
