// Which department a matter belongs to, and how pressing it is.
//
// Pure: the same matter under the same settings gets the same answer.
#pragma once

#include <string>
#include <vector>

#include "processors/desk/settings.h"

namespace earshot::desk {

// What rules look at.
struct Matter {
  std::vector<IssueType> issues;  // likeliest first; empty: `none`
  Language language = Language::unknown;
  Sentiment sentiment = Sentiment::unknown;
  CaseOrigin origin = CaseOrigin::review;
  std::string channel;
  std::string product;
  std::string region;
  std::string tier;
};

struct Route {
  const RoutingRule* rule = nullptr;  // never null: the last rule takes everything
  Priority priority = Priority::normal;
};

Route route(const std::vector<RoutingRule>& rules, const Matter& matter);

struct Pressure {
  Priority rule = Priority::normal;
  std::string tier;
  std::uint8_t urgency = 0;
  UrgencyCause cause = UrgencyCause::none;
  std::int64_t reach = 0;
  std::int64_t same_type_before = 0;  // cases of the same customer and issue type within `repeat_days`
};

struct Ranked {
  Priority priority = Priority::normal;
  std::string reason;  // what raised it above the rule's; empty when nothing did
};

// The highest of all that presses.
Ranked rank(const DeskSettings& settings, const Pressure& pressure);

// The policy for a case, and its target for the priority; null when there is none.
struct SlaChoice {
  const SlaPolicy* policy = nullptr;
  const SlaTarget* target = nullptr;
};
SlaChoice choose_policy(const std::vector<SlaPolicy>& policies, const Matter& matter, const std::string& department,
                        Priority priority);

// Two matters are of the same type when they share an issue, or neither has any.
bool same_type(const std::vector<IssueType>& a, const std::vector<IssueType>& b);

}  // namespace earshot::desk
