#include "processors/desk/case_commands.h"

#include <algorithm>

#include "base/utf8.h"
#include "event/names.h"
#include "processors/desk/case_times.h"
#include "processors/desk/commands.h"
#include "processors/desk/conversation.h"
#include "processors/desk/deadlines.h"
#include "processors/desk/life_cycle.h"
#include "processors/desk/ownership.h"

namespace earshot::desk {
namespace {

Refusal allowed() { return {}; }

Refusal refused(const Action& action, std::string_view code) {
  return {code, "the case is " + std::string(name_of(state_of(action.one))) + ": " +
                    std::string(name_of(action.command.kind)) + " is refused (" + std::string(code) + ")"};
}

bool is_human(const Action& action) { return !is_automation(action.book.settings(), action.command.actor); }

// People of the case's department and its owner may act on it; one that a supervisor has taken over is theirs alone.
Refusal may_act(const Action& action) {
  const std::string& actor = action.command.actor;
  if (!action.one.locked_to().empty() && actor != action.one.locked_to()) {
    return {kSupervisorOwns, action.one.locked_to() + " keeps this case until it is resolved"};
  }
  if (!is_human(action)) return allowed();
  if (actor == action.one.owner() || works_in(action.book.settings(), actor, action.book.department_of(action.one)))
    return allowed();
  return {kNotAllowed, actor + " is not of department " + action.one.department() + " and does not own the case"};
}

bool leads(const DepartmentSettings& department, const std::string& actor) {
  return actor == department.supervisor || actor == department.liaison || actor == department.deputy;
}

Change change_of(const Action& action, CaseStep step) {
  Change change;
  change.step = step;
  change.at = action.at;
  change.actor = action.command.actor;
  change.from = state_of(action.one);
  return change;
}

std::string short_note(const std::string& text) { return std::string(utf8_prefix(text, kNoteBytesMax)); }

// A person who moves an open case of their department has it in hand.
void take_by_acting(const Action& action, Change& change) {
  action.one.set_touched(true);
  const bool is_theirs = works_in(action.book.settings(), action.command.actor, action.book.department_of(action.one));
  if (!action.one.taken() && is_theirs && is_human(action))
    change.unowned = give_to(action.book, action.one, action.command.actor, action.at);
  if (action.one.owner() == action.command.actor) mark_taken(action.one);
}

// The part of a command that the customer reads.
void tell_customer(const Action& action, Change& change) {
  if (action.command.text.empty() || !is_human(action)) return;
  change.unowned = count_reply(action.book, action.one, {action.at, action.command.actor, 0});
}

}  // namespace

Refusal assign(Action action) {
  const auto& [book, one, command, at] = action;
  const DepartmentSettings& department = book.department_of(one);
  const Transition to = next_state(state_of(one), LifeEvent::handed_over, {});
  if (!to.accepted()) return refused(action, to.refusal);
  if (!is_known_person(book.settings(), command.agent))
    return {kUnknownAgent, "there is nobody called \"" + command.agent + "\""};
  if (const Refusal refusal = may_act(action)) return refusal;
  if (!leads(department, command.actor) && command.agent != command.actor) {
    return {kNotAllowed, "only the supervisor or liaison of " + department.name + " names an owner"};
  }
  if (!works_in(book.settings(), command.agent, department))
    return {kNotAllowed, command.agent + " is not of department " + department.name};
  Change change = change_of(action, CaseStep::assigned);
  one.set_touched(true);
  change.unowned = give_to(book, one, command.agent, at);
  one.clear_locked_to();
  one.set_take_stage(0);
  begin_taking(book, one, at);
  if (command.agent == command.actor) mark_taken(one);
  book.publish(one, change);
  return allowed();
}

Refusal take(Action action) {
  const auto& [book, one, command, at] = action;
  const Transition to = next_state(state_of(one), LifeEvent::taken, {});
  if (!to.accepted()) return refused(action, to.refusal);
  if (const Refusal refusal = may_act(action)) return refusal;
  const bool is_anothers = one.taken() && one.owner() != command.actor;
  if (is_anothers && !leads(book.department_of(one), command.actor)) {
    return {kOwnedByOther, one.owner() + " has taken this case; the supervisor or liaison can assign it"};
  }
  Change change = change_of(action, CaseStep::assigned);
  change.unowned = give_to(book, one, command.actor, at);
  mark_taken(one);
  enter_state(book, one, to.state, at);
  book.publish(one, change);
  return allowed();
}

Refusal reply(Action action) {
  if (action.command.text.empty()) return {kNeedsText, "a reply needs a text"};
  if (!is_human(action)) {
    const Transition noted = next_state(state_of(action.one), LifeEvent::noted, {});
    if (!noted.accepted()) return refused(action, noted.refusal);
    Change change = change_of(action, CaseStep::noted);
    change.note = "automatic";
    action.book.publish(action.one, change);
    return allowed();
  }
  const Transition to = human_replied(action.book, action.one, {action.at, action.command.actor, 0});
  return to.accepted() ? allowed() : refused(action, to.refusal);
}

Refusal note(Action action) {
  if (action.command.text.empty()) return {kNeedsText, "a note needs a text"};
  const Transition to = next_state(state_of(action.one), LifeEvent::noted, {});
  if (!to.accepted()) return refused(action, to.refusal);
  action.book.publish(action.one, change_of(action, CaseStep::noted));
  return allowed();
}

Refusal ask_customer(Action action) {
  const auto& [book, one, command, at] = action;
  LifeFacts facts;
  facts.told_customer = !command.text.empty() || one.last_reply_ms() != 0;
  const Transition to = next_state(state_of(one), LifeEvent::asked_customer, facts);
  if (!to.accepted()) return refused(action, to.refusal);
  if (const Refusal refusal = may_act(action)) return refusal;
  Change change = change_of(action, CaseStep::asked_customer);
  tell_customer(action, change);
  take_by_acting(action, change);
  one.set_promised_ms(0);
  enter_state(book, one, to.state, at);
  book.publish(one, change);
  return allowed();
}

Refusal hold(Action action) {
  const auto& [book, one, command, at] = action;
  LifeFacts facts;
  facts.has_department = !command.department.empty();
  facts.has_reason = !command.reason.empty();
  facts.has_promise = command.promised.has_value() && *command.promised > at;
  const Transition to = next_state(state_of(one), LifeEvent::held, facts);
  if (!to.accepted()) return refused(action, to.refusal);
  if (const Refusal refusal = may_act(action)) return refusal;
  Change change = change_of(action, CaseStep::held);
  take_by_acting(action, change);
  one.set_promised_ms(to_millis(*command.promised));
  enter_state(book, one, to.state, at);
  change.note = short_note("waits for " + command.department + ": " + command.reason);
  book.publish(one, change);
  return allowed();
}

Refusal report(Action action) {
  const auto& [book, one, command, at] = action;
  const Transition to = next_state(state_of(one), LifeEvent::reported, {});
  if (!to.accepted()) return refused(action, to.refusal);
  Change change = change_of(action, CaseStep::reported);
  one.set_promised_ms(0);
  enter_state(book, one, to.state, at);
  change.note = short_note(command.text);
  book.publish(one, change);
  return allowed();
}

Refusal transfer(Action action) {
  const auto& [book, one, command, at] = action;
  const Transition to = next_state(state_of(one), LifeEvent::handed_over, {});
  if (!to.accepted()) return refused(action, to.refusal);
  const DepartmentSettings* target = find_department(book.settings(), command.department);
  if (target == nullptr) return {kUnknownDepartment, "there is no department \"" + command.department + "\""};
  if (target->name == one.department()) return {kSameDepartment, "the case is in " + target->name + " already"};
  if (command.text.empty())
    return {kNeedsSummary, "the next person needs a summary, so that the customer tells the story once"};
  const bool was_there =
      std::find(one.departments().begin(), one.departments().end(), target->name) != one.departments().end();
  const bool is_too_many = one.moves() + 1 > book.settings().transfers_free;
  const bool decides = command.actor == target->supervisor;
  if ((was_there || is_too_many) && !decides) {
    return {kNeedsSupervisor, std::string(was_there ? "the case was in " + target->name + " before"
                                                    : "the case was passed on often enough") +
                                  ": only " + target->supervisor + ", its supervisor, may take it there"};
  }
  const Refusal refusal = may_act(action);
  if (refusal && !(decides && one.locked_to().empty())) return refusal;
  Change change = change_of(action, CaseStep::transferred);
  one.set_touched(true);
  change.unowned = release(book, one, at);
  one.clear_owner();
  one.clear_locked_to();
  one.set_department(target->name);
  one.add_departments(target->name);
  one.set_moves(one.moves() + 1);
  one.set_transfers(one.transfers() + 1);
  if (was_there || is_too_many) {
    give_to(book, one, target->supervisor, at);
    mark_taken(one);
    one.set_locked_to(target->supervisor);
  } else {
    const auto* customer = book.find_customer(customer_of(one));
    find_owner(book, one, at, customer == nullptr ? "" : customer->last_agent());
  }
  reapply_policy(book, one, at);
  change.note = short_note(command.text);
  book.publish(one, change);
  return allowed();
}

Refusal resolve(Action action) {
  const auto& [book, one, command, at] = action;
  LifeFacts facts;
  facts.has_resolution = !command.resolution.empty();
  facts.has_cause = !command.cause.empty();
  facts.told_customer = !command.text.empty();
  const Transition to = next_state(state_of(one), LifeEvent::resolved, facts);
  if (!to.accepted()) return refused(action, to.refusal);
  if (const Refusal refusal = may_act(action)) return refusal;
  Change change = change_of(action, CaseStep::resolved);
  tell_customer(action, change);
  take_by_acting(action, change);
  if (one.owner().empty()) change.unowned = give_to(book, one, command.actor, at);
  settle_resolution_clock(book, one, at);
  cancel_clocks(one);  // resolved without a person's answer: that clock is neither met nor breached
  enter_state(book, one, to.state, at);
  (void)release(book, one, at);  // it has an owner: whoever resolves it
  one.clear_locked_to();
  one.set_promised_ms(0);
  one.set_resolution_code(std::string(utf8_prefix(command.resolution, kRequestBytesMax)));
  one.set_cause_code(std::string(utf8_prefix(command.cause, kRequestBytesMax)));
  one.set_close_due_ms(to_millis(at + std::chrono::days{book.settings().close_days}));
  measure_resolution(book, one, at);
  book.publish(one, change);
  offer_queue(book, one.department(), at);
  return allowed();
}

Refusal set_priority(Action action) {
  const auto& [book, one, command, at] = action;
  const Transition to = next_state(state_of(one), LifeEvent::handed_over, {});
  if (!to.accepted()) return refused(action, to.refusal);
  if (!command.priority) return {kNeedsPriority, "which priority?"};
  if (const Refusal refusal = may_act(action)) return refusal;
  Change change = change_of(action, CaseStep::prioritised);
  one.set_priority(static_cast<std::uint32_t>(*command.priority));
  reapply_policy(book, one, at);
  change.note = short_note(command.reason);
  book.publish(one, change);
  return allowed();
}

}  // namespace earshot::desk
