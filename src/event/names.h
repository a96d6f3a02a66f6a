// The words for every enumeration, the same on the wire, in metrics, in tables and in docs.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "earshot/event.h"

namespace earshot {

// One overload per enumeration; the position in the list is the value.
constexpr auto names_of(Language) { return std::to_array<std::string_view>({"unknown", "en", "zh", "mixed"}); }
constexpr auto names_of(Sentiment) { return std::to_array<std::string_view>({"unknown", "neg", "neu", "pos"}); }
constexpr auto names_of(IssueType) {
  return std::to_array<std::string_view>({"none", "delivery", "order_error", "quality", "authenticity", "service",
                                          "price", "billing", "refund", "account", "app", "technical"});
}
constexpr auto names_of(Aspect) {
  return std::to_array<std::string_view>(
      {"food",      "portion",    "menu",       "packaging", "delivery", "service",  "staff", "price",
       "quality",   "fit",        "appearance", "comfort",   "battery",  "screen",   "sound", "performance",
       "usability", "connection", "place",      "ambience",  "hygiene",  "content",  "power", "fuel",
       "handling",  "interior",   "exterior",   "space",     "safety",   "equipment"});
}
constexpr auto names_of(UrgencyCause) {
  return std::to_array<std::string_view>(
      {"none", "safety", "fraud", "legal", "outage", "deadline", "repeated_contact", "long_wait", "operator_word"});
}
constexpr auto names_of(InputKind) {
  return std::to_array<std::string_view>({"review", "survey_invited", "survey_answered", "mention", "message", "call",
                                          "edited", "deleted", "order", "return", "usage", "payment", "contact",
                                          "subscription", "linked", "unlinked"});
}
constexpr auto names_of(SurveyFamily) { return std::to_array<std::string_view>({"nps", "csat", "ces"}); }
constexpr auto names_of(Direction) { return std::to_array<std::string_view>({"inbound", "outbound"}); }
constexpr auto names_of(Author) { return std::to_array<std::string_view>({"customer", "agent", "bot"}); }
constexpr auto names_of(Visibility) { return std::to_array<std::string_view>({"public", "internal"}); }
constexpr auto names_of(PaymentStatus) {
  return std::to_array<std::string_view>({"succeeded", "failed", "refunded", "disputed"});
}
constexpr auto names_of(SubscriptionStatus) {
  return std::to_array<std::string_view>({"active", "trial", "past_due", "cancelling", "cancelled"});
}
constexpr auto names_of(SignalKind) {
  return std::to_array<std::string_view>({"negative", "silent", "at_risk", "recovered"});
}
constexpr auto names_of(SignalLevel) { return std::to_array<std::string_view>({"watch", "act"}); }
constexpr auto names_of(CaseOrigin) {
  return std::to_array<std::string_view>(
      {"message", "review", "survey", "mention", "call", "payment", "silence", "agent"});
}
constexpr auto names_of(Priority) { return std::to_array<std::string_view>({"low", "normal", "high", "urgent"}); }
constexpr auto names_of(CaseState) {
  return std::to_array<std::string_view>(
      {"new", "open", "pending_customer", "on_hold", "resolved", "closed", "merged"});
}
constexpr auto names_of(CommandKind) {
  return std::to_array<std::string_view>({"open_case", "assign", "take", "reply", "note", "ask_customer", "hold",
                                          "report", "transfer", "resolve", "merge", "set_priority", "agent_on_shift",
                                          "agent_off_shift", "relabel", "link", "unlink", "accept", "refuse"});
}
constexpr auto names_of(CaseStep) {
  return std::to_array<std::string_view>({"opened", "attached", "assigned", "replied", "noted", "asked_customer",
                                          "customer_answered", "held", "reported", "transferred", "prioritised",
                                          "escalated", "warned", "breached", "resolved", "reopened", "closed", "merged",
                                          "moved"});
}
constexpr auto names_of(Severity) { return std::to_array<std::string_view>({"info", "warning", "critical"}); }
constexpr auto names_of(MeasureKind) {
  return std::to_array<std::string_view>({"feedback", "survey_invited", "survey_answer", "first_response", "case_step",
                                          "resolution", "sla_outcome", "signal", "dead_letter"});
}
constexpr auto names_of(DeadLetterReason) {
  return std::to_array<std::string_view>({"not_json", "too_large", "invalid_event", "unknown_type", "missing_block",
                                          "no_identity", "bad_time", "conflict", "too_many_hops", "connector"});
}

template <class Enum>
constexpr std::string_view name_of(Enum value) {
  return names_of(Enum{})[static_cast<std::size_t>(value)];
}

template <class Enum>
constexpr std::optional<Enum> parse_name(std::string_view text) {
  constexpr auto names = names_of(Enum{});
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

// What is said of a word that is none of these, with their list.
std::string is_none_of(std::span<const std::string_view> words);

template <class Enum>
std::string is_no_name_of() {
  return is_none_of(names_of(Enum{}));
}

}  // namespace earshot
