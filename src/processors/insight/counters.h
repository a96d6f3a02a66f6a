// Everything insight counts, once: shards, sums on the wire and windows all use these positions and names.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace earshot::insight {

// KPIs that are published together when one of their counters changed.
enum class Group : std::uint8_t {
  feedback,
  csat,
  nps,
  ces,
  first_response,
  resolution,
  flow,
  sla,
  signals,
  dead_letters,
  lateness
};
inline constexpr int kGroups = 11;
constexpr std::uint32_t bit_of(Group group) { return 1u << static_cast<std::uint32_t>(group); }
inline constexpr std::uint32_t kAllGroups = (1u << kGroups) - 1;

// Frequent ones first: a tally is as long as its last counter that is in use.
enum class Counter : std::uint8_t {
  negative,
  neutral,
  positive,
  unknown,
  complaints,
  nps_0,
  nps_10 = nps_0 + 10,
  csat_1,
  csat_5 = csat_1 + 4,
  ces_1,
  ces_7 = ces_1 + 6,
  sent,  // by family: nps, csat, ces
  responded = sent + 3,
  late = responded + 3,
  partial = late + 3,
  invalid = partial + 3,
  signals_raised = invalid + 3,
  signals_cleared,
  dead_letters,
  too_late,
  too_early,
  opened,
  reopened,
  resolution_events,
  merged,
  closed_unresolved,
  cases,
  resolved_hour,
  resolved_day,
  active,   // change of the number of active cases
  waiting,  // change of the number of cases without a first response
  sla_met,  // by metric, as kSlaMetrics
  sla_breached = sla_met + 5,
  silences_reached = sla_breached + 5,  // asked for a case; and those of them who were heard again
  reached_returned,
  silences_untouched,  // kept without one, to compare
  untouched_returned,
  silences_waiting,  // found no room for a case that day
  end,
};
inline constexpr int kCounters = static_cast<int>(Counter::end);

constexpr Counter operator+(Counter base, int step) { return static_cast<Counter>(static_cast<int>(base) + step); }

inline constexpr std::array<std::string_view, 3> kFamilies{"nps", "csat", "ces"};  // as SurveyFamily
inline constexpr std::array<std::string_view, 5> kSlaMetrics{"first_reply", "next_reply", "periodic_update",
                                                             "requester_wait", "full_resolution"};

struct CounterInfo {
  std::string_view name;
  Group group;
};

inline constexpr std::array<CounterInfo, kCounters> kCounterInfos{{
    {"negative", Group::feedback},
    {"neutral", Group::feedback},
    {"positive", Group::feedback},
    {"unknown", Group::feedback},
    {"complaints", Group::feedback},
    {"nps_0", Group::nps},
    {"nps_1", Group::nps},
    {"nps_2", Group::nps},
    {"nps_3", Group::nps},
    {"nps_4", Group::nps},
    {"nps_5", Group::nps},
    {"nps_6", Group::nps},
    {"nps_7", Group::nps},
    {"nps_8", Group::nps},
    {"nps_9", Group::nps},
    {"nps_10", Group::nps},
    {"csat_1", Group::csat},
    {"csat_2", Group::csat},
    {"csat_3", Group::csat},
    {"csat_4", Group::csat},
    {"csat_5", Group::csat},
    {"ces_1", Group::ces},
    {"ces_2", Group::ces},
    {"ces_3", Group::ces},
    {"ces_4", Group::ces},
    {"ces_5", Group::ces},
    {"ces_6", Group::ces},
    {"ces_7", Group::ces},
    {"nps_sent", Group::nps},
    {"csat_sent", Group::csat},
    {"ces_sent", Group::ces},
    {"nps_responded", Group::nps},
    {"csat_responded", Group::csat},
    {"ces_responded", Group::ces},
    {"nps_late", Group::nps},
    {"csat_late", Group::csat},
    {"ces_late", Group::ces},
    {"nps_partial", Group::nps},
    {"csat_partial", Group::csat},
    {"ces_partial", Group::ces},
    {"nps_invalid", Group::nps},
    {"csat_invalid", Group::csat},
    {"ces_invalid", Group::ces},
    {"signals_raised", Group::signals},
    {"signals_cleared", Group::signals},
    {"dead_letters", Group::dead_letters},
    {"too_late", Group::lateness},
    {"too_early", Group::lateness},
    {"opened", Group::flow},
    {"reopened", Group::flow},
    {"resolution_events", Group::flow},
    {"merged", Group::flow},
    {"closed_unresolved", Group::flow},
    {"cases", Group::flow},
    {"resolved_hour", Group::flow},
    {"resolved_day", Group::flow},
    {"active", Group::flow},
    {"waiting", Group::flow},
    {"met_first_reply", Group::sla},
    {"met_next_reply", Group::sla},
    {"met_periodic_update", Group::sla},
    {"met_requester_wait", Group::sla},
    {"met_full_resolution", Group::sla},
    {"breached_first_reply", Group::sla},
    {"breached_next_reply", Group::sla},
    {"breached_periodic_update", Group::sla},
    {"breached_requester_wait", Group::sla},
    {"breached_full_resolution", Group::sla},
    {"silences_reached", Group::signals},
    {"reached_returned", Group::signals},
    {"silences_untouched", Group::signals},
    {"untouched_returned", Group::signals},
    {"silences_waiting", Group::signals},
}};
static_assert(kCounterInfos.back().name == "silences_waiting", "every counter has its name");

enum class Span : std::uint8_t {
  first_response,
  first_response_business,
  resolution,
  resolution_business,
  first_resolution,
  first_resolution_business,
};
inline constexpr int kSpans = 6;
inline constexpr std::array<std::string_view, kSpans> kSpanNames{"first_response",   "first_response_business",
                                                                 "resolution",       "resolution_business",
                                                                 "first_resolution", "first_resolution_business"};
constexpr Group group_of(Span span) {
  return span <= Span::first_response_business ? Group::first_response : Group::resolution;
}
constexpr Group group_of(Counter counter) { return kCounterInfos[static_cast<std::size_t>(counter)].group; }
constexpr std::string_view name_of(Counter counter) { return kCounterInfos[static_cast<std::size_t>(counter)].name; }
constexpr std::string_view name_of(Span span) { return kSpanNames[static_cast<std::size_t>(span)]; }

constexpr std::optional<Counter> counter_named(std::string_view name) {
  for (int i = 0; i < kCounters; ++i) {
    if (kCounterInfos[static_cast<std::size_t>(i)].name == name) return static_cast<Counter>(i);
  }
  return std::nullopt;
}

constexpr std::optional<Span> span_named(std::string_view name) {
  for (int i = 0; i < kSpans; ++i) {
    if (kSpanNames[static_cast<std::size_t>(i)] == name) return static_cast<Span>(i);
  }
  return std::nullopt;
}

}  // namespace earshot::insight
