// Two histories of one log, under the rules of today and under others: which cases there would have been more, which
// fewer, and what became of their customers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "earshot/event.h"

namespace earshot::backtest {

struct PastCase {
  CaseId id;
  CustomerId customer;
  CaseOrigin origin = CaseOrigin::review;
  std::string department;
  Timestamp opened{};
};

// What folding a log under some rules gave.
struct History {
  std::vector<PastCase> cases;                 // by time of opening
  std::map<CustomerId, Timestamp> last_heard;  // of every customer
  std::int64_t sla_met = 0;
  std::int64_t sla_breached = 0;
  Timestamp now{};  // the end of the log

  // Takes one event as it was published, in the order of its topic.
  void take(const Event& event);
};

// What became of the customers of some cases: heard again after the case was opened; not heard for kGoneAfter or
// longer; neither.
struct Fates {
  std::int64_t came_back = 0;
  std::int64_t silent = 0;
  std::int64_t open = 0;
};
inline constexpr std::chrono::days kGoneAfter{28};

struct Moved {
  PastCase before;
  PastCase after;
};

struct Comparison {
  std::vector<PastCase> more;   // only under the other rules
  std::vector<PastCase> fewer;  // only under those of today
  std::vector<Moved> moved;     // one customer's silence, noticed at another moment
  std::vector<Moved> rerouted;  // the same case in another department
  std::int64_t today = 0;       // cases opened since
  std::int64_t other = 0;
};

// Of the cases opened at or after `since`. A case is the same when it has the same cause, and so the same id; two
// silences of one customer are the same when no more than kSameSilence lie between them.
inline constexpr std::chrono::days kSameSilence{182};
Comparison compare(const History& today, const History& other, Timestamp since);

// `history`: of either rules; what customers did is the same in both.
Fates fates_of(const std::vector<PastCase>& cases, const History& history);

}  // namespace earshot::backtest
