#include "processors/desk/settings.h"

#include <algorithm>
#include <set>

#include "event/json_reader.h"
#include "event/names.h"
#include "processors/desk/calendars.h"

namespace earshot::desk {
namespace {

Error invalid(std::string message) { return {ErrorKind::Invalid, std::move(message)}; }

template <class Items, class Member>
auto find_named(const Items& items, Member member, std::string_view name) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.*member == name; });
  return found == items.end() ? nullptr : &*found;
}

// The first name that is empty or stands twice.
template <class Items, class Member>
Result<void> names_are_unique(const Items& items, Member member, std::string_view what) {
  std::set<std::string_view> seen;
  for (const auto& item : items) {
    const std::string& name = item.*member;
    if (name.empty()) return invalid("a " + std::string(what) + " has no name");
    if (name.size() > 64)
      return invalid(std::string(what) + " " + name.substr(0, 64) + ": a name has at most 64 bytes");
    if (!seen.insert(name).second) return invalid(std::string(what) + " " + name + " stands twice");
  }
  return {};
}

bool is_catch_all(const RoutingRule& rule) {
  return rule.issues.empty() && rule.languages.empty() && rule.channels.empty() && rule.products.empty() &&
         rule.regions.empty() && rule.tiers.empty() && rule.sentiments.empty() && rule.origins.empty();
}

Result<void> validate_departments(const DeskSettings& settings) {
  if (settings.departments.size() > kDepartmentsMax)
    return invalid("more than " + std::to_string(kDepartmentsMax) + " departments");
  if (auto unique = names_are_unique(settings.departments, &DepartmentSettings::name, "department"); !unique)
    return unique;
  for (const DepartmentSettings& department : settings.departments) {
    const std::string what = "department " + department.name;
    if (department.liaison.empty())
      return invalid(what + " has no liaison: name the person who answers for cases that nobody took");
    if (department.deputy.empty()) return invalid(what + " has no deputy: name who stands in for the liaison");
    if (department.deputy == department.liaison)
      return invalid(what + ": the deputy must be another person than the liaison");
    if (department.supervisor.empty())
      return invalid(what + " has no supervisor: name who decides when a case is passed around");
    if (!find_named(settings.calendars, &CalendarSettings::name, department.calendar)) {
      return invalid(what + ": there is no calendar " + department.calendar);
    }
  }
  return {};
}

Result<void> validate_agents(const DeskSettings& settings) {
  if (settings.agents.size() > kAgentsMax) return invalid("more than " + std::to_string(kAgentsMax) + " agents");
  if (auto unique = names_are_unique(settings.agents, &AgentSettings::handle, "agent"); !unique) return unique;
  for (const AgentSettings& agent : settings.agents) {
    const std::string what = "agent " + agent.handle;
    if (agent.departments.empty()) return invalid(what + " is in no department");
    for (const std::string& department : agent.departments) {
      if (!find_department(settings, department)) return invalid(what + ": there is no department " + department);
    }
    if (agent.capacity < 1 || agent.capacity > 1'000) return invalid(what + ": capacity is not within 1 and 1000");
    if (!agent.calendar.empty() && !find_named(settings.calendars, &CalendarSettings::name, agent.calendar)) {
      return invalid(what + ": there is no calendar " + agent.calendar);
    }
  }
  return {};
}

Result<void> validate_rules(const DeskSettings& settings) {
  if (settings.rules.empty()) return invalid("there is no routing rule");
  if (settings.rules.size() > kRulesMax) return invalid("more than " + std::to_string(kRulesMax) + " routing rules");
  for (std::size_t i = 0; i < settings.rules.size(); ++i) {
    const RoutingRule& rule = settings.rules[i];
    const std::string what = "routing rule " + (rule.name.empty() ? std::to_string(i + 1) : rule.name);
    if (!find_department(settings, rule.department))
      return invalid(what + ": there is no department " + rule.department);
    const bool is_last = i + 1 == settings.rules.size();
    if (is_last && !is_catch_all(rule))
      return invalid(what + ": the last rule must take everything; leave its conditions out");
    if (!is_last && is_catch_all(rule))
      return invalid(what + " takes everything, so the rules after it are never reached");
  }
  return {};
}

Result<void> validate_policies(const DeskSettings& settings) {
  if (settings.policies.size() > kPoliciesMax)
    return invalid("more than " + std::to_string(kPoliciesMax) + " policies");
  if (auto unique = names_are_unique(settings.policies, &SlaPolicy::name, "policy"); !unique) return unique;
  for (const SlaPolicy& policy : settings.policies) {
    const std::string what = "policy " + policy.name;
    if (!policy.calendar.empty() && !find_named(settings.calendars, &CalendarSettings::name, policy.calendar)) {
      return invalid(what + ": there is no calendar " + policy.calendar);
    }
    for (const std::string& department : policy.departments) {
      if (!find_department(settings, department)) return invalid(what + ": there is no department " + department);
    }
    std::set<Priority> seen;
    for (const SlaTarget& target : policy.targets) {
      if (!seen.insert(target.priority).second)
        return invalid(what + ": two targets for " + std::string(name_of(target.priority)));
      for (const std::int64_t minutes : {target.first_reply_minutes, target.resolution_minutes}) {
        if (minutes < 0 || minutes > kLimitMax)
          return invalid(what + ": a target is not within 0 and " + std::to_string(kLimitMax) + " minutes");
      }
    }
  }
  return {};
}

Result<void> validate_calendars(const DeskSettings& settings) {
  if (settings.calendars.size() > kCalendarsMax)
    return invalid("more than " + std::to_string(kCalendarsMax) + " calendars");
  if (auto unique = names_are_unique(settings.calendars, &CalendarSettings::name, "calendar"); !unique) return unique;
  for (const CalendarSettings& calendar : settings.calendars) {
    if (auto made = make_calendar(calendar); !made) return std::move(made.error());
  }
  for (const DepartmentSettings& department : settings.departments) {
    // A desk that never opens would leave its cases without an owner for ever.
    const auto* hours = find_named(settings.calendars, &CalendarSettings::name, department.calendar);
    if (!hours->week.empty()) continue;
    return invalid("department " + department.name + ": calendar " + hours->name +
                   " has no week, so it would never open");
  }
  return {};
}

Result<void> validate_limits(const DeskSettings& v) {
  struct Limit {
    std::string_view name;
    std::int64_t value;
    std::int64_t max;
  };
  const Limit limits[] = {{"take_business_minutes", v.take_business_minutes, kLimitMax},
                          {"close_days", v.close_days, 3'650},
                          {"dedupe_hours", v.dedupe_hours, 8'760},
                          {"similar_bits", v.similar_bits, 64},
                          {"reach_high", v.reach_high, INT64_MAX},
                          {"repeat_count", v.repeat_count, 1'000},
                          {"repeat_days", v.repeat_days, 3'650},
                          {"transfers_free", v.transfers_free, 1'000},
                          {"request_days", v.request_days, 3'650}};
  for (const Limit& limit : limits) {
    if (limit.value >= 1 && limit.value <= limit.max) continue;
    return invalid(std::string(limit.name) + " is not within 1 and " + std::to_string(limit.max));
  }
  std::set<std::string_view> seen;
  for (const TierFloor& floor : v.tiers) {
    if (floor.tier.empty() || !seen.insert(floor.tier).second)
      return invalid("tier \"" + floor.tier + "\" is empty or stands twice");
  }
  return {};
}

std::vector<DepartmentSettings> default_departments() {
  using enum IssueType;
  return {{"support", "liaison-1", "deputy-1", "supervisor-1", {service, account}, "always"},
          {"logistics", "liaison-2", "deputy-2", "supervisor-2", {delivery, order_error}, "office"},
          {"product", "liaison-3", "deputy-3", "supervisor-3", {quality, authenticity, app, technical}, "office"},
          {"billing", "liaison-4", "deputy-4", "supervisor-4", {refund, billing, price}, "office"}};
}

std::vector<AgentSettings> default_agents() {
  const std::vector<std::string> departments{"support", "support", "support", "logistics", "logistics",
                                             "product", "product", "billing", "billing"};
  std::vector<AgentSettings> agents;
  for (std::size_t i = 0; i < departments.size(); ++i) {
    AgentSettings& agent = agents.emplace_back();
    agent.handle = "agent-" + std::to_string(i + 1);
    agent.departments = {departments[i]};
  }
  return agents;
}

std::vector<SlaPolicy> default_policies() {
  SlaPolicy urgent;
  urgent.name = "urgent";
  urgent.priorities = {Priority::urgent};
  urgent.targets = {{Priority::urgent, 60, 8 * 60}};
  SlaPolicy standard;
  standard.name = "standard";
  standard.calendar = "office";
  standard.targets = {
      {Priority::high, 2 * 60, 9 * 60}, {Priority::normal, 4 * 60, 27 * 60}, {Priority::low, 9 * 60, 45 * 60}};
  return {urgent, standard};
}

// A department takes the issues it says it is for; the first one takes the rest.
std::vector<RoutingRule> rules_of(const std::vector<DepartmentSettings>& departments) {
  std::vector<RoutingRule> rules;
  for (const DepartmentSettings& department : departments) {
    if (department.issues.empty()) continue;
    RoutingRule& rule = rules.emplace_back();
    rule.name = department.name;
    rule.issues = department.issues;
    rule.department = department.name;
  }
  RoutingRule& rest = rules.emplace_back();
  rest.name = "everything else";
  rest.department = departments.front().name;
  return rules;
}

}  // namespace

DeskSettings default_desk_settings() {
  DeskSettings settings;
  complete(settings);
  return settings;
}

void complete(DeskSettings& settings) {
  if (settings.departments.empty()) {
    settings.departments = default_departments();
    if (settings.agents.empty()) settings.agents = default_agents();
  }
  for (DepartmentSettings& department : settings.departments) {
    if (department.calendar.empty()) department.calendar = "office";
  }
  if (settings.rules.empty()) settings.rules = rules_of(settings.departments);
  if (settings.policies.empty()) settings.policies = default_policies();
  const auto has = [&](std::string_view name) {
    return find_named(settings.calendars, &CalendarSettings::name, name) != nullptr;
  };
  if (!has("always")) settings.calendars.push_back({"always", "UTC", {"mon-sun 00:00-24:00"}, {}, {}});
  if (!has("office")) settings.calendars.push_back({"office", "UTC", {"mon-fri 09:00-18:00"}, {}, {}});
}

Result<void> validate(const DeskSettings& settings) {
  for (const auto check : {validate_limits, validate_departments, validate_agents, validate_rules, validate_policies,
                           validate_calendars}) {
    if (auto checked = check(settings); !checked) return checked;
  }
  return {};
}

Result<DeskSettings> read_desk_settings(std::string_view json) {
  auto settings = read_json<DeskSettings>(json);
  if (!settings) return std::move(settings.error()).in("desk");
  complete(*settings);
  if (auto checked = validate(*settings); !checked) return std::move(checked.error()).in("desk");
  return settings;
}

bool is_known_person(const DeskSettings& settings, std::string_view handle) {
  if (handle.empty()) return false;
  if (find_agent(settings, handle) != nullptr) return true;
  return std::any_of(
      settings.departments.begin(), settings.departments.end(), [&](const DepartmentSettings& department) {
        return department.liaison == handle || department.deputy == handle || department.supervisor == handle;
      });
}

const DepartmentSettings* find_department(const DeskSettings& settings, std::string_view name) {
  return find_named(settings.departments, &DepartmentSettings::name, name);
}

const AgentSettings* find_agent(const DeskSettings& settings, std::string_view handle) {
  return find_named(settings.agents, &AgentSettings::handle, handle);
}

bool is_automation(const DeskSettings& settings, std::string_view actor) {
  return std::find(settings.automations.begin(), settings.automations.end(), actor) != settings.automations.end();
}

bool works_in(const DeskSettings& settings, std::string_view handle, const DepartmentSettings& department) {
  if (handle.empty()) return false;
  if (handle == department.liaison || handle == department.deputy || handle == department.supervisor) return true;
  const AgentSettings* agent = find_agent(settings, handle);
  return agent != nullptr &&
         std::find(agent->departments.begin(), agent->departments.end(), department.name) != agent->departments.end();
}

}  // namespace earshot::desk
