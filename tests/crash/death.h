// How an Earshot dies in a test: at a named point of one of its commits, or at any moment.
#pragma once

#include <array>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "support/earshot_process.h"

namespace earshot::test {

inline const std::string kMortal = std::string(EARSHOT_BINARY_DIR) + "/mortal_earshot";

inline constexpr std::array kPointNames{"before_log", "after_log", "before_state", "after_state"};

// About as many, one for each partition of each processor.
inline constexpr std::uint64_t kCommitsOfAStart = 22;

struct Death {
  std::string program = kEarshot;
  Process::Environment environment{};
  std::chrono::microseconds moment{};  // of the signal, when it comes from outside
  std::string what;                    // for a message
  bool comes_from_outside() const { return environment.empty(); }
};

// Two in three die at a named point, `passings_max` passings away at most; the others, which are the very program that
// is shipped, within `moment_max`.
inline Death draw_death(Random& random, std::uint64_t passings_max, std::chrono::microseconds moment_max) {
  Death death;
  if (random.chance(0.35)) {
    death.moment = std::chrono::microseconds(random.below(static_cast<std::uint64_t>(moment_max.count())));
    death.what = "killed after " + std::to_string(death.moment.count()) + " us";
    return death;
  }
  const std::string at =
      std::string(kPointNames[random.below(kPointNames.size())]) + ":" + std::to_string(1 + random.below(passings_max));
  death.program = kMortal;
  death.environment["EARSHOT_TEST_DIE_AT"] = at;
  // Small memtables leave states that are not all old or all new.
  if (random.chance(0.5)) death.environment["EARSHOT_TEST_MEMTABLE_BYTES"] = "65536";
  death.what = "killed at " + at;
  return death;
}

// What a command said; it was killed, or ended before that.
inline Outcome run_and_kill(std::vector<std::string> words, const Death& death) {
  words.insert(words.begin(), death.program);
  Process process(words, death.environment);
  if (death.comes_from_outside()) {
    std::this_thread::sleep_for(death.moment);  // any moment will do; which one it is decides nothing
    process.signal(SIGKILL);
  }
  return outcome_of(process);
}

}  // namespace earshot::test
