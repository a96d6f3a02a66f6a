// What people do with cases. Each command is answered once, with a code and a sentence; the same request gets the same
// answer again for as long as the settings say, and changes nothing.
//
// docs/cases.md lists the commands, who may give them, and every code.
#pragma once

#include "processors/desk/case_book.h"

namespace earshot::desk {

void on_command(CaseBook& book, const Event& event, const Command& command);

// Forgets the answers of a day. `timer` is the name of a timer that on_command() has set; false if it is not one.
bool forget_requests(CaseBook& book, const std::string& timer);

inline constexpr std::size_t kRequestBytesMax = 128;
inline constexpr std::size_t kNoteBytesMax = 2'000;  // of a summary or reason that is passed on

}  // namespace earshot::desk
