#include "processors/desk/routing.h"

#include <algorithm>

#include "earshot/check.h"
#include "event/names.h"

namespace earshot::desk {
namespace {

template <class T>
bool admits(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

bool admits_issues(const std::vector<IssueType>& wanted, const std::vector<IssueType>& issues) {
  if (wanted.empty()) return true;
  if (issues.empty()) return admits(wanted, IssueType::none);
  return std::any_of(issues.begin(), issues.end(), [&](IssueType issue) { return admits(wanted, issue); });
}

bool matches(const RoutingRule& rule, const Matter& matter) {
  return admits_issues(rule.issues, matter.issues) && admits(rule.languages, matter.language) &&
         admits(rule.channels, matter.channel) && admits(rule.products, matter.product) &&
         admits(rule.regions, matter.region) && admits(rule.tiers, matter.tier) &&
         admits(rule.sentiments, matter.sentiment) && admits(rule.origins, matter.origin);
}

}  // namespace

Route route(const std::vector<RoutingRule>& rules, const Matter& matter) {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const RoutingRule& rule) { return matches(rule, matter); });
  EARSHOT_CHECK(found != rules.end(), "settings must be valid: the last routing rule takes everything");
  return {&*found, found->priority.value_or(Priority::normal)};
}

Ranked rank(const DeskSettings& settings, const Pressure& pressure) {
  Ranked ranked{pressure.rule, ""};
  const auto raise = [&](Priority priority, std::string reason) {
    if (priority <= ranked.priority) return;
    ranked = {priority, "priority " + std::string(name_of(priority)) + ": " + reason};
  };
  const UrgencyCause cause = pressure.cause;
  if (cause == UrgencyCause::safety || cause == UrgencyCause::legal || cause == UrgencyCause::fraud) {
    raise(Priority::urgent, std::string(name_of(cause)) + " is at stake");
  }
  if (pressure.urgency >= 2) raise(Priority::urgent, "the text is urgent");
  if (pressure.reach > settings.reach_high) raise(Priority::high, "public reach of " + std::to_string(pressure.reach));
  if (pressure.same_type_before + 1 >= settings.repeat_count) {
    raise(Priority::high, "case " + std::to_string(pressure.same_type_before + 1) + " of this type within " +
                              std::to_string(settings.repeat_days) + " days");
  }
  for (const TierFloor& floor : settings.tiers) {
    if (floor.tier == pressure.tier) raise(floor.priority, "tier " + floor.tier);
  }
  return ranked;
}

SlaChoice choose_policy(const std::vector<SlaPolicy>& policies, const Matter& matter, const std::string& department,
                        Priority priority) {
  for (const SlaPolicy& policy : policies) {
    if (!admits(policy.priorities, priority) || !admits_issues(policy.issues, matter.issues) ||
        !admits(policy.channels, matter.channel) || !admits(policy.tiers, matter.tier) ||
        !admits(policy.departments, department)) {
      continue;
    }
    for (const SlaTarget& target : policy.targets) {
      if (target.priority == priority) return {&policy, &target};
    }
    return {&policy, nullptr};
  }
  return {};
}

bool same_type(const std::vector<IssueType>& a, const std::vector<IssueType>& b) {
  if (a.empty() && b.empty()) return true;
  return std::any_of(a.begin(), a.end(),
                     [&](IssueType issue) { return std::find(b.begin(), b.end(), issue) != b.end(); });
}

}  // namespace earshot::desk
