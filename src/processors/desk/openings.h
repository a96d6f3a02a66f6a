// How a case begins: from a request of the customer processor, by an agent, or as the follow-up of a closed one.
#pragma once

#include <string>

#include "processors/desk/case_book.h"

namespace earshot::desk {

// A request joins an unresolved case of the same matter, or opens a new one. `opening` names the event: the id of a case is
// a hash of its facet and the event that opened it, so that every replay gives the same. `preferred` gets it if eligible.
// Gives the case it led to; nothing for a repeat.
struct Opened {
  CaseId id;
  bool is_new = false;
};
std::optional<Opened> on_request(CaseBook& book, std::uint64_t event, const CaseRequested& request, const std::string& opening,
                                 const std::string& preferred = "");

void open_follow_up(CaseBook& book, CaseId closed, const MessageForwarded& message, const std::string& opening);

}  // namespace earshot::desk
