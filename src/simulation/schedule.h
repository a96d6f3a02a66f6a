// What is going to happen, in order of time. What falls on one moment goes by customer and then by the order in which
// that customer planned it, so that what one customer does never changes what another does. One thread.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>

#include "earshot/time.h"

namespace earshot::simulation {

inline constexpr int kNobody = -1;  // the company itself

class Schedule {
 public:
  using Action = std::function<void(Timestamp now)>;

  // What should have happened already happens at once.
  void at(Timestamp when, int who, Action action) {
    actions_.emplace(Key{std::max(when, now_), who, ++planned_[who]}, std::move(action));
  }

  // Does everything before `to`.
  void run(Timestamp to) {
    while (!actions_.empty() && actions_.begin()->first.when < to) {
      auto next = actions_.extract(actions_.begin());
      now_ = next.key().when;
      next.mapped()(now_);
    }
    now_ = std::max(now_, to);
  }

  Timestamp now() const { return now_; }

 private:
  struct Key {
    Timestamp when{};
    int who = kNobody;
    std::uint64_t number = 0;
    auto operator<=>(const Key&) const = default;
  };

  std::map<Key, Action> actions_;
  std::map<int, std::uint64_t> planned_;
  Timestamp now_{};
};

}  // namespace earshot::simulation
