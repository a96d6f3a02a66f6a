// What identity cannot decide, a person does: which customers are one, and which are not. A proposal is kept here until
// somebody accepts or refuses it; what a person says goes to identity as a pair of keys with their name on it.
#pragma once

#include "processors/desk/case_book.h"

namespace earshot::desk {

inline constexpr std::int64_t kProposalsPerChunk = 256;
inline constexpr std::string_view kProposalCount = "proposal-count";
inline std::string proposal_name(std::string_view id) { return "proposal/" + std::string(id); }
inline std::string proposals_name(std::int64_t chunk) { return "proposals/" + std::to_string(chunk); }

// Keeps it, and alerts.
void on_proposal(CaseBook& book, const Event& event, const IdentityProposed& proposed);

// link, unlink, accept, refuse. What is wrong with the command is said in the answer.
CommandAnswered decide_identity(CaseBook& book, const Event& event, const Command& command, CommandAnswered answered);

}  // namespace earshot::desk
