#include "processors/desk/conversation.h"

#include <algorithm>

#include "processors/desk/case_times.h"
#include "processors/desk/customers.h"
#include "processors/desk/deadlines.h"
#include "processors/desk/openings.h"
#include "processors/desk/ownership.h"

namespace earshot::desk {
namespace {

// The case was resolved and the customer came back: the same owner if they are there, else whoever is. People hear of
// it now.
void reopen(CaseBook& book, state::Case& one) {
  const Timestamp at = book.now();
  one.set_reopens(one.reopens() + 1);
  one.set_close_due_ms(0);
  one.clear_resolution_code();
  one.clear_cause_code();
  const std::string owner = one.owner();
  const bool is_there = is_known_person(book.settings(), owner) && is_on_shift(book, owner, at);
  if (is_there) {
    one.clear_owner();
    give_to(book, one, owner, at);
    one.set_take_stage(0);
    begin_taking(book, one, at);
  } else {
    one.clear_owner();
    find_owner(book, one, at, "");
  }
  start_resolution_clock(book, one, from_millis(one.entered_ms()));
}

void note_message(CaseBook& book, state::Case& one, const MessageForwarded& message, const std::string& what) {
  if (!next_state(state_of(one), LifeEvent::noted, {}).accepted()) return;
  Change change;
  change.step = CaseStep::noted;
  change.at = message.at;
  change.from = state_of(one);
  change.actor = message.message.agent;
  change.note = what;
  change.place = message.place;
  book.publish(one, change);
}

void on_outbound(CaseBook& book, state::Case& one, const MessageForwarded& message) {
  const Message& sent = message.message;
  const bool is_human = sent.by == Author::agent && !is_automation(book.settings(), sent.agent);
  if (sent.visibility == Visibility::internal) return note_message(book, one, message, "internal");
  if (!is_human) return note_message(book, one, message, "automatic");
  // An answer from before the customer began to wait answers something else.
  const bool is_early = to_millis(message.at) < one.opened_ms();
  if (is_early || !human_replied(book, one, {message.at, sent.agent, message.place}).accepted())
    note_message(book, one, message, "message");
}

}  // namespace

Transition customer_wrote(CaseBook& book, state::Case& one, const CustomerMessage& message) {
  const CaseState before = state_of(one);
  LifeFacts facts;
  facts.courtesy = message.courtesy;
  facts.within_reopen = one.close_due_ms() == 0 || to_millis(message.at) < one.close_due_ms();
  const Transition to = next_state(before, LifeEvent::customer_wrote, facts);
  if (!to.accepted()) return to;
  one.set_last_text_ms(std::max<std::int64_t>(one.last_text_ms(), to_millis(message.at)));
  if (one.wait_start_ms() == 0) {
    begin_waiting(one, message.at);
    start_reply_clock(book, one, from_millis(one.wait_start_ms()));
  }
  Change change;
  change.at = message.at;
  change.from = before;
  change.place = message.place;
  change.step = CaseStep::attached;
  if (to.state != before) {
    change.step = before == CaseState::resolved ? CaseStep::reopened : CaseStep::customer_answered;
    enter_state(book, one, to.state, message.at);
    one.set_promised_ms(0);
    if (before == CaseState::resolved) reopen(book, one);
    change.at =
        from_millis(one.entered_ms());  // a message that was heard of late changes nothing before what has happened
  }
  book.publish(one, change);
  return to;
}

Millis count_reply(CaseBook& book, state::Case& one, const Reply& reply) {
  Millis unowned{};
  one.set_last_reply_ms(std::max<std::int64_t>(one.last_reply_ms(), to_millis(reply.at)));
  one.set_touched(true);
  const bool is_free = one.locked_to().empty() && !one.taken();
  if (is_free && is_unresolved(state_of(one)) && works_in(book.settings(), reply.actor, book.department_of(one))) {
    unowned = give_to(book, one, reply.actor, reply.at);
  }
  if (one.owner() == reply.actor) mark_taken(one);
  if (is_known_person(book.settings(), reply.actor)) book.edit_customer(customer_of(one)).set_last_agent(reply.actor);
  if (count_first_response(book, one, reply.at)) settle_reply_clock(book, one, reply.at);
  return unowned;
}

Transition human_replied(CaseBook& book, state::Case& one, const Reply& reply) {
  const CaseState before = state_of(one);
  const Transition to = next_state(before, LifeEvent::human_replied, {});
  if (!to.accepted()) return to;
  Change change;
  change.step = CaseStep::replied;
  change.at = reply.at;
  change.actor = reply.actor;
  change.from = before;
  change.place = reply.place;
  change.unowned = count_reply(book, one, reply);
  if (to.state != before) enter_state(book, one, to.state, reply.at);
  book.publish(one, change);
  return to;
}

void on_message(CaseBook& book, std::uint64_t event, const MessageForwarded& message, const std::string& opening) {
  if (book.find_customer(message.customer) == nullptr) return;  // no case was ever opened
  if (!is_new_event(book, message.customer, event)) return;
  close_expired(book, message.customer, message.at);
  const auto id = find_conversation(book, message.customer, message.thread);
  const bool is_inbound = message.message.direction == Direction::inbound;
  if (id) {
    state::Case& one = book.edit_case(*id);
    run_due(book, one, message.at - Millis{1});
    if (!is_inbound) return on_outbound(book, one, message);
    if (customer_wrote(book, one, {message.at, message.courtesy, message.place}).accepted()) return;
  }
  if (!is_inbound || message.courtesy) return;
  if (const auto closed = find_followed(book, message.customer, message.thread, {}, true))
    open_follow_up(book, *closed, message, opening);
}

}  // namespace earshot::desk
