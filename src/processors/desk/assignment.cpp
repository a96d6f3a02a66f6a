#include "processors/desk/assignment.h"

#include <algorithm>
#include <tuple>

namespace earshot::desk {

bool is_eligible(const Candidate& candidate) {
  return candidate.on_shift && candidate.has_skill && candidate.load < candidate.capacity;
}

const Candidate* choose_owner(const std::vector<Candidate>& candidates, const std::string& last_agent) {
  const Candidate* best = nullptr;
  for (const Candidate& candidate : candidates) {
    if (!is_eligible(candidate)) continue;
    if (candidate.handle == last_agent) return &candidate;
    if (best == nullptr) {
      best = &candidate;
      continue;
    }
    // load/capacity compared without a division
    const std::int64_t ours = candidate.load * best->capacity;
    const std::int64_t theirs = best->load * candidate.capacity;
    if (std::tie(ours, candidate.busy, candidate.handle) < std::tie(theirs, best->busy, best->handle))
      best = &candidate;
  }
  return best;
}

bool has_skill(const AgentSettings& agent, const Matter& matter) {
  const auto knows = [&](IssueType issue) {
    return std::find(agent.issues.begin(), agent.issues.end(), issue) != agent.issues.end();
  };
  const bool issue_fits =
      agent.issues.empty() || matter.issues.empty() || std::any_of(matter.issues.begin(), matter.issues.end(), knows);
  const bool any_language = agent.languages.empty() || matter.language == Language::unknown;
  return issue_fits && (any_language || std::find(agent.languages.begin(), agent.languages.end(), matter.language) !=
                                            agent.languages.end());
}

}  // namespace earshot::desk
