// Notices that something hangs where nothing may: a call of a library that does not return, a commit that never ends.
//
// It counts its own turns and reads no clock, so that a machine that slept, or a process that was stopped, is not taken
// for one that hangs.
#pragma once

#include <algorithm>
#include <cstdint>

namespace earshot {

struct Progress {
  std::uint64_t rounds = 0;   // of the pump's thread
  std::uint64_t commits = 0;  // that are done
  bool is_committing = false;
};

class Watchdog {
 public:
  explicit Watchdog(int turns_max) : turns_max_(turns_max) {}

  // To be asked at a steady pace. True when nothing has moved for so many turns.
  bool bites(const Progress& now) {
    rounds_stand_ = now.rounds == last_.rounds ? rounds_stand_ + 1 : 0;
    commits_stand_ = now.is_committing && now.commits == last_.commits ? commits_stand_ + 1 : 0;
    last_ = now;
    return std::max(rounds_stand_, commits_stand_) >= turns_max_;
  }

 private:
  int turns_max_;
  int rounds_stand_ = 0;
  int commits_stand_ = 0;
  Progress last_;
};

}  // namespace earshot
