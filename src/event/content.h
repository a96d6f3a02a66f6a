// What an event says, whatever the envelope of one delivery: to tell a repeat from something else under the same name.
#pragma once

#include <string>

#include "earshot/event.h"

namespace earshot {

// The event's bytes with an empty envelope, but for the type.
std::string encode_content(const EventBody& body);

}  // namespace earshot
