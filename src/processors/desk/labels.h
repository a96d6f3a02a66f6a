// What people say the analysis of an input should have been.
//
// It stays an event, for `earshot export-labels`; desk keeps the last word on each input, so that surfaces show it in
// place of what the model said. Said of a case, it also becomes what the case is about.
#pragma once

#include <string>

#include "processors/desk/case_book.h"

namespace earshot::desk {

inline constexpr const char* kLabels = "labels";

// Names the value that holds the label of an input.
std::string label_name(const Target& target);

CommandAnswered relabel(CaseBook& book, const Event& event, const Command& command, CommandAnswered answered);

}  // namespace earshot::desk
