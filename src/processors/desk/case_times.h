// How long things took: what a case counts while it lives, and the measures that follow from it.
//
// Two waits are kept, each elapsed and in open hours of the calendar the case was opened under: `agent_work` is time in
// new and open, `requester_wait` also counts on_hold; both from the moment the customer waits. Because every case keeps
// one calendar, agent_work <= requester_wait <= full holds in both.
#pragma once

#include "processors/desk/case_book.h"

namespace earshot::desk {

// Moves the case to another state and books the time spent in the one it leaves.
void enter_state(CaseBook& book, state::Case& one, CaseState state, Timestamp at);

// The customer waits from `at` on: opened by them, or their first message to a proactive case.
void begin_waiting(state::Case& one, Timestamp at);

// A public human reply at `at`. Counts as the first response if it is the first one at or after the wait began; a reply
// that was heard of late corrects a later one. True if it counted.
bool count_first_response(CaseBook& book, state::Case& one, Timestamp at);

// The case was resolved at `at`: the measure `resolution`, which corrects an earlier one of the same case.
void measure_resolution(CaseBook& book, state::Case& one, Timestamp at);

}  // namespace earshot::desk
