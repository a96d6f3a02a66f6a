// One named owner for every case: how it gets one, loses one, and what happens when nobody takes it.
//
//      routed ──► an agent, or the queue ──15 open minutes──► the liaison ──15 more──► the supervisor
//                    └── takes it: the wait ends
//
// A case stands in the list of exactly one person, or in the queue of its department, as long as it is unresolved; in
// none after that. These functions keep it so; nothing else writes owners.
#pragma once

#include <string>

#include "processors/desk/case_book.h"

namespace earshot::desk {

// Gives the case to somebody eligible in its department, `preferred` first, or puts it into the queue. The time to take
// it begins. True if there is an owner.
bool find_owner(CaseBook& book, state::Case& one, Timestamp at, const std::string& preferred);

// Makes `handle` the owner. Gives how long nobody was.
Millis give_to(CaseBook& book, state::Case& one, const std::string& handle, Timestamp at);

// Begins the time in which the owner, or anybody, must take the case.
void begin_taking(CaseBook& book, state::Case& one, Timestamp at);

// The owner has it in hand: nobody else will be asked.
void mark_taken(state::Case& one);

// Takes the case from its owner or queue: it is resolved, merged, or goes elsewhere. The owner's name stays on it.
// Gives how long it was in the queue.
Millis release(CaseBook& book, state::Case& one, Timestamp at);

// The time to take it has passed: somebody eligible now, else the liaison, then the supervisor.
void escalate_untaken(CaseBook& book, state::Case& one, Timestamp at);

// Gives waiting cases of the department to people who have room, most pressing first, then oldest.
void offer_queue(CaseBook& book, const std::string& department, Timestamp at);

// Finds other owners for what `handle` has: what they have not taken yet, or everything.
enum class HandOn { untaken, everything };
void hand_on(CaseBook& book, const std::string& handle, HandOn which, Timestamp at);

bool is_on_shift(CaseBook& book, const std::string& handle, Timestamp at);

}  // namespace earshot::desk
