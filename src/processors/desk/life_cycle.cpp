#include "processors/desk/life_cycle.h"

namespace earshot::desk {
namespace {

// One cell: where the event leads, or why it does not.
struct Cell {
  enum class What : std::uint8_t { refuse, stay, go } what = What::refuse;
  CaseState to = CaseState::fresh;
  std::string_view code = kWrongState;
};

constexpr Cell no{};
constexpr Cell stay{Cell::What::stay};
constexpr Cell follow{Cell::What::refuse, CaseState::closed, kFollowUp};
constexpr Cell go(CaseState to) { return {Cell::What::go, to}; }

constexpr Cell open = go(CaseState::open);
constexpr Cell pend = go(CaseState::pending_customer);
constexpr Cell hold = go(CaseState::on_hold);
constexpr Cell done = go(CaseState::resolved);
constexpr Cell shut = go(CaseState::closed);
constexpr Cell join = go(CaseState::merged);

constexpr std::array<std::array<Cell, kCaseStates>, kLifeEvents> kTable{{
    //                     new   open  pend  hold  resolved closed  merged
    /* opened         */ {{no, no, no, no, no, no, no}},
    /* taken          */ {{open, stay, stay, stay, no, no, no}},
    /* human_replied  */ {{open, stay, stay, stay, no, no, no}},
    /* customer_wrote */ {{stay, stay, open, open, open, follow, no}},
    /* asked_customer */ {{pend, pend, no, pend, no, no, no}},
    /* held           */ {{hold, hold, no, no, no, no, no}},
    /* reported       */ {{no, no, no, open, no, no, no}},
    /* handed_over    */ {{stay, stay, stay, stay, no, no, no}},
    /* noted          */ {{stay, stay, stay, stay, stay, no, no}},
    /* resolved       */ {{done, done, done, done, no, no, no}},
    /* expired        */ {{no, no, no, no, shut, no, no}},
    /* merged         */ {{join, join, join, join, join, no, no}},
}};

std::string_view refusal_of_target(MergeTarget target) {
  switch (target) {
    case MergeTarget::fits: return {};
    case MergeTarget::unknown: return kUnknownTarget;
    case MergeTarget::other_customer: return kOtherCustomer;
    case MergeTarget::wrong_state: return kTargetClosed;
    case MergeTarget::itself: return kCycle;
  }
  return kUnknownTarget;
}

// The rules beside the table: what must be there for a listed event to be accepted.
std::string_view broken_rule(CaseState state, LifeEvent event, const LifeFacts& facts) {
  switch (event) {
    case LifeEvent::asked_customer: return facts.told_customer ? std::string_view{} : kNeedsPublicMessage;
    case LifeEvent::held:
      if (!facts.has_department) return kNeedsDepartment;
      if (!facts.has_reason) return kNeedsReason;
      return facts.has_promise ? std::string_view{} : kNeedsPromise;
    case LifeEvent::resolved:
      if (!facts.has_resolution) return kNeedsResolution;
      if (!facts.has_cause) return kNeedsCause;
      return facts.told_customer ? std::string_view{} : kNeedsPublicMessage;
    case LifeEvent::expired: return facts.within_reopen ? kTooEarly : std::string_view{};
    case LifeEvent::customer_wrote:
      // The timer that closes may be behind: the time decides, not the timer.
      return state == CaseState::resolved && !facts.within_reopen ? kFollowUp : std::string_view{};
    case LifeEvent::merged: return refusal_of_target(facts.target);
    default: return {};
  }
}

}  // namespace

Transition next_state(CaseState state, LifeEvent event, const LifeFacts& facts) {
  const Cell& cell = kTable[static_cast<std::size_t>(event)][static_cast<std::size_t>(state)];
  if (cell.what == Cell::What::refuse) return {state, cell.code};
  if (const auto refusal = broken_rule(state, event, facts); !refusal.empty()) return {state, refusal};
  // Thanks after a resolution are no new matter.
  if (event == LifeEvent::customer_wrote && state == CaseState::resolved && facts.courtesy) return {state, {}};
  return {cell.what == Cell::What::go ? cell.to : state, {}};
}

}  // namespace earshot::desk
