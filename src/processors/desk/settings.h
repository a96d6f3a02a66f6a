// Who works at the desk, what they are for, and what was promised: the tenant's settings of cases.
//
// They come as JSON in `config.changed`, section `desk`. Whatever is left out has a default, so that `{}` is a working
// desk. Settings that were read with read_desk_settings() are complete and valid: the rest of the desk relies on that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/event.h"
#include "earshot/result.h"

namespace earshot::desk {

// A business calendar as people write it down.
struct CalendarSettings {
  std::string name;
  std::string zone;                  // IANA, `Europe/Berlin`; empty: UTC
  std::vector<std::string> week;     // `mon-fri 09:00-18:00`; several for one day are several intervals
  std::vector<std::string> closed;   // `2026-12-25`
  std::vector<std::string> special;  // `2026-10-10 09:00-17:00`: open on that date, whatever week and closed say
  bool operator==(const CalendarSettings&) const = default;
};

struct DepartmentSettings {
  std::string name;
  std::string liaison;            // answers for every case that nobody took
  std::string deputy;             // when the liaison is off shift
  std::string supervisor;         // after the liaison; allows what is refused to others
  std::vector<IssueType> issues;  // what it is for, when no routing rules are given
  std::string calendar;           // its business hours
  bool operator==(const DepartmentSettings&) const = default;
};

struct AgentSettings {
  std::string handle;
  std::vector<std::string> departments;
  std::vector<IssueType> issues;    // skills; none: all
  std::vector<Language> languages;  // none: all
  std::int64_t capacity = 20;       // cases at a time
  std::string calendar;             // shifts; none: always, until they say that they are off
  bool operator==(const AgentSettings&) const = default;
};

// The first rule whose every list is empty or contains the matter decides.
struct RoutingRule {
  std::string name;
  std::vector<IssueType> issues;
  std::vector<Language> languages;
  std::vector<std::string> channels;
  std::vector<std::string> products;
  std::vector<std::string> regions;
  std::vector<std::string> tiers;
  std::vector<Sentiment> sentiments;
  std::vector<CaseOrigin> origins;
  std::string department;
  std::optional<Priority> priority;  // none: normal
  bool operator==(const RoutingRule&) const = default;
};

// Minutes of the policy's calendar; 0: no such deadline.
struct SlaTarget {
  Priority priority = Priority::normal;
  std::int64_t first_reply_minutes = 0;
  std::int64_t resolution_minutes = 0;
  bool operator==(const SlaTarget&) const = default;
};

// The first policy whose every list is empty or contains the case decides. No policy, or no target: no deadline.
struct SlaPolicy {
  std::string name;
  std::vector<Priority> priorities;
  std::vector<IssueType> issues;
  std::vector<std::string> channels;
  std::vector<std::string> tiers;
  std::vector<std::string> departments;
  std::string calendar;  // none: elapsed time
  std::vector<SlaTarget> targets;
  bool operator==(const SlaPolicy&) const = default;
};

// A customer of this tier never gets less than this.
struct TierFloor {
  std::string tier;
  Priority priority = Priority::normal;
  bool operator==(const TierFloor&) const = default;
};

struct DeskSettings {
  std::vector<DepartmentSettings> departments;
  std::vector<AgentSettings> agents;
  std::vector<RoutingRule> rules;  // the last one is a catch-all; none: from the issues of the departments
  std::vector<SlaPolicy> policies;
  std::vector<CalendarSettings> calendars;
  std::vector<TierFloor> tiers;
  std::vector<std::string> automations;     // actors who are no people: what they write is no reply
  std::int64_t take_business_minutes = 15;  // unowned or not taken: then the liaison, then the supervisor
  std::int64_t close_days = 14;             // after resolution; until then the customer's message reopens
  std::int64_t dedupe_hours = 24;           // a similar text within this joins the case
  std::int64_t similar_bits = 8;            // of the 64 of two simhashes that may differ
  std::int64_t reach_high = 10'000;         // a public audience above this makes it high
  std::int64_t repeat_count = 3;            // this many cases of a type …
  std::int64_t repeat_days = 30;            // … within this many days make it high
  std::int64_t transfers_free = 2;          // the next one needs a supervisor
  std::int64_t request_days = 30;           // answers to commands are kept
  bool operator==(const DeskSettings&) const = default;
};

inline constexpr std::size_t kDepartmentsMax = 64;
inline constexpr std::size_t kAgentsMax = 1'000;
inline constexpr std::size_t kRulesMax = 500;
inline constexpr std::size_t kPoliciesMax = 100;
inline constexpr std::size_t kCalendarsMax = 100;
inline constexpr std::int64_t kLimitMax = 1'000'000;  // of any number above

// Four departments, nine agents, two policies, a calendar that is always open and one of office hours.
DeskSettings default_desk_settings();

// Fills what is left out: departments with their agents, rules, policies and the calendars `always` and `office`.
void complete(DeskSettings& settings);

// Says what is wrong with complete settings, and where.
Result<void> validate(const DeskSettings& settings);

// JSON to complete, valid settings. An unknown key is an error that names the nearest known one.
Result<DeskSettings> read_desk_settings(std::string_view json);

// A person the settings name: agent, liaison, deputy or supervisor.
bool is_known_person(const DeskSettings& settings, std::string_view handle);
const DepartmentSettings* find_department(const DeskSettings& settings, std::string_view name);
const AgentSettings* find_agent(const DeskSettings& settings, std::string_view handle);
// An actor that is no person: what it writes is no reply.
bool is_automation(const DeskSettings& settings, std::string_view actor);
// Agent, liaison, deputy or supervisor of this department.
bool works_in(const DeskSettings& settings, std::string_view handle, const DepartmentSettings& department);

// ---- JSON ---------------------------------------------------------------------------------------------------------

template <class F>
void fields(F& f, CalendarSettings& v) {
  f.required("name", v.name);
  f.optional("zone", v.zone);
  f.optional("week", v.week);
  f.optional("closed", v.closed);
  f.optional("special", v.special);
}
template <class F>
void fields(F& f, DepartmentSettings& v) {
  f.required("name", v.name);
  f.optional("liaison", v.liaison);
  f.optional("deputy", v.deputy);
  f.optional("supervisor", v.supervisor);
  f.optional("issues", v.issues);
  f.optional("calendar", v.calendar);
}
template <class F>
void fields(F& f, AgentSettings& v) {
  f.required("handle", v.handle);
  f.optional("departments", v.departments);
  f.optional("issues", v.issues);
  f.optional("languages", v.languages);
  f.optional("capacity", v.capacity);
  f.optional("calendar", v.calendar);
}
template <class F>
void fields(F& f, RoutingRule& v) {
  f.optional("name", v.name);
  f.optional("issues", v.issues);
  f.optional("languages", v.languages);
  f.optional("channels", v.channels);
  f.optional("products", v.products);
  f.optional("regions", v.regions);
  f.optional("tiers", v.tiers);
  f.optional("sentiments", v.sentiments);
  f.optional("origins", v.origins);
  f.required("department", v.department);
  f.optional("priority", v.priority);
}
template <class F>
void fields(F& f, SlaTarget& v) {
  f.required("priority", v.priority);
  f.optional("first_reply_minutes", v.first_reply_minutes);
  f.optional("resolution_minutes", v.resolution_minutes);
}
template <class F>
void fields(F& f, SlaPolicy& v) {
  f.required("name", v.name);
  f.optional("priorities", v.priorities);
  f.optional("issues", v.issues);
  f.optional("channels", v.channels);
  f.optional("tiers", v.tiers);
  f.optional("departments", v.departments);
  f.optional("calendar", v.calendar);
  f.optional("targets", v.targets);
}
template <class F>
void fields(F& f, TierFloor& v) {
  f.required("tier", v.tier);
  f.required("priority", v.priority);
}
template <class F>
void fields(F& f, DeskSettings& v) {
  f.optional("departments", v.departments);
  f.optional("agents", v.agents);
  f.optional("rules", v.rules);
  f.optional("policies", v.policies);
  f.optional("calendars", v.calendars);
  f.optional("tiers", v.tiers);
  f.optional("automations", v.automations);
  f.optional("take_business_minutes", v.take_business_minutes);
  f.optional("close_days", v.close_days);
  f.optional("dedupe_hours", v.dedupe_hours);
  f.optional("similar_bits", v.similar_bits);
  f.optional("reach_high", v.reach_high);
  f.optional("repeat_count", v.repeat_count);
  f.optional("repeat_days", v.repeat_days);
  f.optional("transfers_free", v.transfers_free);
  f.optional("request_days", v.request_days);
}

}  // namespace earshot::desk
