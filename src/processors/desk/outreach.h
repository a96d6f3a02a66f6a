// How many cases silences may open in a day, and whose come first.
//
//     a silence ─► room left today? ─► a case
//                       │ no
//                       ▼
//                  the waiting ── at midnight (UTC), the first in rank first ─► a case
//                       │
//                       └── heard again, or waited longer than a late silence may: no case
//
// Rank is what the customer has spent times the probability that they are gone: among those who spent nothing the
// probability alone. The signal of whoever waits stands, so they are listed.
#pragma once

#include <string>

#include "earshot/event.h"
#include "event/fields.h"
#include "processors/desk/case_book.h"

namespace earshot::desk {

inline constexpr int kWaitingMax = 1'000;  // the last in rank leave first

// What of section `silence` concerns desk.
struct OutreachSettings {
  std::int64_t cases_per_day_max = 100;
  std::int64_t late_days = 7;
};
template <class F>
void fields(F& f, OutreachSettings& v) {
  f.optional("cases_per_day_max", v.cases_per_day_max);
  f.optional("late_days", v.late_days);
}

// A request of origin silence, or its withdrawal. `event` names it: it may come twice.
void on_silence(CaseBook& book, std::uint64_t event, const CaseRequested& request, const std::string& opening);

// True if the timer was that of the day.
bool begin_day(CaseBook& book, const Timer& timer);

}  // namespace earshot::desk
