// A small program on an engine, whose whole past can be checked: numbers are appended to an input topic, copied to an
// output topic by one task a partition, and counted in the state. Whatever happens to process and disk, what is found
// afterwards must be the numbers from 0 on without a hole, each copied once, with a state that is one of its past ones.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "earshot/event_log.h"
#include "event_log/topic_spec.h"

namespace earshot::test {

inline constexpr std::uint16_t kStoryPartitions = 3;  // a number goes to the partition `number % 3` of topic 0

inline std::vector<TopicSpec> story_topics() { return {{"numbers", kStoryPartitions}, {"copies", kStoryPartitions}}; }

// What the engine has said is safe.
struct Acknowledged {
  long numbers = 0;  // those below
  std::array<Offset, kStoryPartitions> folded{};
};

class LogStory {
 public:
  using Told = std::function<void(const Acknowledged&)>;

  // `told` is called on the engine's thread, after each commit that went well.
  LogStory(EventLog& log, StateStore& state, Random& random, Told told);

  // Goes on where log and state are.
  Result<void> restore();

  // Appends some numbers, folds some and hands over one commit. False once the engine takes no more.
  bool step();

  // The first error that the engine gave to `done`. Any thread.
  std::optional<Error> error() const;

  // Of the commit that was handed over last. Any thread.
  std::vector<StateWrite> last_state() const {
    const std::lock_guard lock(mutex_);
    return last_state_;
  }

 private:
  struct Task {
    Offset next = 0;
    Offset suppressed_until = 0;
    long count = 0;
    std::uint64_t sum = 0;
  };

  Result<void> restore_task(std::uint16_t number);
  bool fold(std::uint16_t number, std::size_t records_max);

  EventLog& log_;
  StateStore& state_;
  Random& random_;
  Told told_;
  long next_number_ = 0;
  std::array<Task, kStoryPartitions> tasks_{};
  std::vector<StateWrite> last_state_;
  mutable std::mutex mutex_;
  std::optional<Error> error_;
};

// What is wrong with what is there; empty when all is well. `acknowledged` is what must be there at least.
std::vector<std::string> complaints(EventLog& log, const StateStore& state, const Acknowledged& acknowledged);

}  // namespace earshot::test
