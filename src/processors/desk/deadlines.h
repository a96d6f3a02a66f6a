// What a case will do by itself when its time comes: warn, be breached, go to the liaison, miss a promise, close.
//
// A case has one timer, set for the earliest of these. A timer that comes too early, because the due moment moved, just
// looks again. What is due is done with its exact moment, however late the timer fires.
#pragma once

#include <optional>

#include "processors/desk/case_book.h"

namespace earshot::desk {

enum class DueKind { first_reply, resolution, take, promise, close };

struct CaseDue {
  Timestamp at{};
  DueKind kind = DueKind::first_reply;
  ClockDue clock;  // first_reply, resolution
};

std::optional<CaseDue> next_due_of(const state::Case& one);

// Does everything that is due up to and including `until`, in order.
void run_due(CaseBook& book, state::Case& one, Timestamp until);

// Starts the clocks that the policy for the case asks for, as of `since`.
void start_reply_clock(CaseBook& book, state::Case& one, Timestamp since);
void start_resolution_clock(CaseBook& book, state::Case& one, Timestamp since);

// Priority or department changed: running clocks keep what has elapsed and get the target and calendar that now apply.
void reapply_policy(CaseBook& book, state::Case& one, Timestamp at);

// What was promised happened. Whatever was due before is done first, so that a breach is written even if no tick came.
void settle_reply_clock(CaseBook& book, state::Case& one, Timestamp at);
void settle_resolution_clock(CaseBook& book, state::Case& one, Timestamp at);
void cancel_clocks(state::Case& one);

}  // namespace earshot::desk
