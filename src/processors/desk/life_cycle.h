// The life of a case: what may happen in which state, as one table.
//
//        opened        taken, replied        ask_customer
//      ──────────► new ──────────────► open ◄────────────► pending_customer
//                   │      hold ┌──────┘│ ▲   customer wrote
//                   │           ▼       │ │
//                   │        on_hold ───┼─┘ reported, customer wrote
//                   ▼           ▼       ▼        14 d
//                  ─────────► resolved ─────────────────► closed
//                               │ customer wrote: open again
//
//      any of these but closed may be merged into another case of the same customer
//
// Pure: the table knows no case, only states, events and the facts that its rules ask for. What it does not list is
// refused with a code and changes nothing.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "earshot/event.h"

namespace earshot::desk {

enum class LifeEvent : std::uint8_t {
  opened,
  taken,          // its owner takes it
  human_replied,  // a public message of a person to the customer
  customer_wrote,
  asked_customer,
  held,
  reported,
  handed_over,  // another owner, department or priority
  noted,
  resolved,
  expired,  // no contact for as long as the settings say
  merged,
};
inline constexpr int kLifeEvents = 12;
inline constexpr int kCaseStates = 7;

enum class MergeTarget : std::uint8_t { fits, unknown, other_customer, wrong_state, itself };

// What the rules of the table ask for. Only those that belong to the event are read.
struct LifeFacts {
  bool courtesy = false;        // customer_wrote: only thanks
  bool within_reopen = true;    // customer_wrote, expired: less than `close_days` since the resolution
  bool told_customer = false;   // asked_customer, resolved: a public message, now; asked_customer: or before
  bool has_department = false;  // held
  bool has_reason = false;      // held
  bool has_promise = false;     // held: the next update, in the future
  bool has_resolution = false;  // resolved
  bool has_cause = false;       // resolved
  MergeTarget target = MergeTarget::fits;
};

struct Transition {
  CaseState state = CaseState::fresh;  // after the event; unchanged when refused
  std::string_view refusal;            // a code; empty: accepted
  bool accepted() const { return refusal.empty(); }
};

Transition next_state(CaseState state, LifeEvent event, const LifeFacts& facts);

// new, open, pending_customer, on_hold: somebody must still do something, and must be named.
constexpr bool is_unresolved(CaseState state) {
  return state == CaseState::fresh || state == CaseState::open || state == CaseState::pending_customer ||
         state == CaseState::on_hold;
}

// Codes of refusal. docs/cases.md explains them.
inline constexpr std::string_view kWrongState = "wrong_state";
inline constexpr std::string_view kFollowUp = "follow_up";  // a closed case never reopens: a new one follows it up
inline constexpr std::string_view kTooEarly = "too_early";
inline constexpr std::string_view kNeedsPublicMessage = "needs_public_message";
inline constexpr std::string_view kNeedsDepartment = "needs_department";
inline constexpr std::string_view kNeedsReason = "needs_reason";
inline constexpr std::string_view kNeedsPromise = "needs_promise";
inline constexpr std::string_view kNeedsResolution = "needs_resolution";
inline constexpr std::string_view kNeedsCause = "needs_cause";
inline constexpr std::string_view kUnknownTarget = "unknown_target";
inline constexpr std::string_view kOtherCustomer = "other_customer";
inline constexpr std::string_view kTargetClosed = "target_closed";
inline constexpr std::string_view kCycle = "cycle";

}  // namespace earshot::desk
