// Two cases of one matter become one. The case that stays takes over what the other had: issues, pressure, the first
// answer.
#include <algorithm>

#include "event/names.h"
#include "processors/desk/case_commands.h"
#include "processors/desk/case_times.h"
#include "processors/desk/deadlines.h"
#include "processors/desk/life_cycle.h"
#include "processors/desk/ownership.h"

namespace earshot::desk {
namespace {

// A merged case stands for the one it was merged into. There are no chains: every merge rewrites what was merged
// before.
std::optional<CaseId> root_of(CaseBook& book, CaseId id) {
  const state::Case* one = book.find_case(id);
  if (one == nullptr) return std::nullopt;
  return CaseId::parse(one->merged_into()).value_or(id);
}

MergeTarget judge(const state::Case& one, const state::Case* root) {
  if (root == nullptr) return MergeTarget::unknown;
  if (root->id() == one.id()) return MergeTarget::itself;
  if (root->customer() != one.customer()) return MergeTarget::other_customer;
  const bool can_take = is_unresolved(state_of(*root)) || state_of(*root) == CaseState::resolved;
  return can_take ? MergeTarget::fits : MergeTarget::wrong_state;
}

void redirect(CaseBook& book, state::Case& one, CaseId root_id) {
  state::Case& root = book.edit_case(root_id);
  for (const CaseId earlier : ids_of(one.absorbed())) {
    book.edit_case(earlier).set_merged_into(root.id());
    add_id(*root.mutable_absorbed(), earlier);
  }
  one.clear_absorbed();
  one.set_merged_into(root.id());
  add_id(*root.mutable_absorbed(), id_of(one));
}

void take_over(CaseBook& book, state::Case& root, const state::Case& one, const Change& cause) {
  for (const std::uint32_t issue : one.issues()) {
    if (std::find(root.issues().begin(), root.issues().end(), issue) == root.issues().end()) root.add_issues(issue);
  }
  root.set_last_text_ms(std::max(root.last_text_ms(), one.last_text_ms()));
  root.set_last_reply_ms(std::max(root.last_reply_ms(), one.last_reply_ms()));
  if (one.first_reply_ms() != 0 && count_first_response(book, root, from_millis(one.first_reply_ms()))) {
    settle_reply_clock(book, root, from_millis(one.first_reply_ms()));
  }
  Change change = cause;
  change.from = state_of(root);
  if (is_unresolved(state_of(root)) && one.priority() > root.priority()) {
    root.set_priority(one.priority());
    reapply_policy(book, root, change.at);
    change.step = CaseStep::prioritised;
  } else {
    change.step = CaseStep::attached;
  }
  book.publish(root, change);
}

}  // namespace

Refusal merge(Action action) {
  const auto& [book, one, command, at] = action;
  const auto root_id = command.into ? root_of(book, *command.into) : std::nullopt;
  LifeFacts facts;
  facts.target = judge(one, root_id ? book.find_case(*root_id) : nullptr);
  const Transition to = next_state(state_of(one), LifeEvent::merged, facts);
  if (!to.accepted()) {
    return {to.refusal, "a " + std::string(name_of(state_of(one))) + " case cannot be merged there (" +
                            std::string(to.refusal) + ")"};
  }
  if (!works_in(book.settings(), command.actor, book.department_of(one)) && command.actor != one.owner()) {
    return {kNotAllowed, command.actor + " is not of department " + one.department()};
  }
  Change change;
  change.step = CaseStep::merged;
  change.at = at;
  change.actor = command.actor;
  change.from = state_of(one);
  cancel_clocks(one);
  if (is_unresolved(state_of(one))) change.unowned = release(book, one, at);
  enter_state(book, one, to.state, at);
  one.set_close_due_ms(0);
  one.set_promised_ms(0);
  one.clear_locked_to();
  remove_id(*book.edit_customer(customer_of(one)).mutable_cases(), id_of(one));
  redirect(book, one, *root_id);
  book.publish(one, change);
  take_over(book, book.edit_case(*root_id), one, change);
  offer_queue(book, one.department(), at);
  return {};
}

}  // namespace earshot::desk
