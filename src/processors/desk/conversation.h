// Messages of a case: what the customer writes and what people answer.
#pragma once

#include <string>

#include "processors/desk/case_book.h"
#include "processors/desk/life_cycle.h"

namespace earshot::desk {

struct CustomerMessage {
  Timestamp at{};
  bool courtesy = false;  // only thanks
  Offset place = 0;
};

// The customer wrote about this case: it opens again if it waited for them or was resolved, else the message joins it.
// Refused when the case is closed, or would be by then: a new case must follow it up.
Transition customer_wrote(CaseBook& book, state::Case& one, const CustomerMessage& message);

struct Reply {
  Timestamp at{};
  std::string actor;
  Offset place = 0;
};

// A public message of a person: counts as first response, meets its deadline; in the hands of whoever answers first.
// Gives how long nobody owned the case, if that ended here.
Millis count_reply(CaseBook& book, state::Case& one, const Reply& reply);

// The same, as a step of the case.
Transition human_replied(CaseBook& book, state::Case& one, const Reply& reply);

// A message that went to or came from a customer of ours, seen at its source. `event` names it for repeats.
void on_message(CaseBook& book, std::uint64_t event, const MessageForwarded& message, const std::string& opening);

}  // namespace earshot::desk
