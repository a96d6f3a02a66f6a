// How a case begins: from a request of the customer processor, by an agent, or as the follow-up of a closed one.
#pragma once

#include <string>

#include "processors/desk/case_book.h"

namespace earshot::desk {

// A request joins an unresolved case of the same matter, or opens a new one. `opening` names the event: the id of a
// case is a hash of its facet and the event that opened it, so that every replay gives the same. `preferred` gets it if
// eligible.
struct Opened {
  CaseId id;
  bool is_new = false;
};
Opened open_or_join(CaseBook& book, const CaseRequested& request, const std::string& opening,
                    const std::string& preferred);

// The same for an event, named `event`, that may come twice: then nothing happens.
void on_request(CaseBook& book, std::uint64_t event, const CaseRequested& request, const std::string& opening);

void open_follow_up(CaseBook& book, CaseId closed, const MessageForwarded& message, const std::string& opening);

}  // namespace earshot::desk
