// One function a command: who may give it, what it needs, what it does. Each leaves everything untouched when it
// refuses.
#pragma once

#include <string>
#include <string_view>

#include "processors/desk/case_book.h"

namespace earshot::desk {

// Nothing: accepted.
struct Refusal {
  std::string_view code;
  std::string message;
  explicit operator bool() const { return !code.empty(); }
};

inline constexpr std::string_view kUnknownActor = "unknown_actor";
inline constexpr std::string_view kUnknownCase = "unknown_case";
inline constexpr std::string_view kUnknownAgent = "unknown_agent";
inline constexpr std::string_view kUnknownDepartment = "unknown_department";
inline constexpr std::string_view kNotAllowed = "not_allowed";
inline constexpr std::string_view kSupervisorOwns = "supervisor_owns";
inline constexpr std::string_view kOwnedByOther = "owned_by_other";
inline constexpr std::string_view kNeedsSupervisor = "needs_supervisor";
inline constexpr std::string_view kNeedsText = "needs_text";
inline constexpr std::string_view kNeedsSummary = "needs_summary";
inline constexpr std::string_view kNeedsPriority = "needs_priority";
inline constexpr std::string_view kSameDepartment = "same_department";

// A case, who acts on it, and when. `at` is never before what happened last.
struct Action {
  CaseBook& book;
  state::Case& one;
  const Command& command;
  Timestamp at;
};

Refusal assign(Action action);
Refusal take(Action action);
Refusal reply(Action action);
Refusal note(Action action);
Refusal ask_customer(Action action);
Refusal hold(Action action);
Refusal report(Action action);
Refusal transfer(Action action);
Refusal resolve(Action action);
Refusal merge(Action action);
Refusal set_priority(Action action);

}  // namespace earshot::desk
