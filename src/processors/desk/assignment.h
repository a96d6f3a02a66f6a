// Who gets a case: one named person, found in the same way every time.
//
// Pure. The caller says who there is and how busy they are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "processors/desk/routing.h"

namespace earshot::desk {

struct Candidate {
  std::string handle;
  bool on_shift = true;
  bool has_skill = true;
  std::int64_t load = 0;  // unresolved cases they own
  std::int64_t capacity = 1;
  Timestamp busy{};  // when a case last came to them or left them
};

// On shift, with the skill, below capacity.
bool is_eligible(const Candidate& candidate);

// The customer's last agent if eligible; else the lowest load for their capacity, then the longest idle, then the
// lowest handle. Null when nobody is eligible.
const Candidate* choose_owner(const std::vector<Candidate>& candidates, const std::string& last_agent);

// Speaks the language and knows one of the issues; no list means all.
bool has_skill(const AgentSettings& agent, const Matter& matter);

}  // namespace earshot::desk
