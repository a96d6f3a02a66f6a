// One sentence for each type of event, for its schema and the event list of the documentation.
#pragma once

#include <array>
#include <string_view>

namespace earshot::test {

struct EventDescription {
  std::string_view stem;  // of the type, without prefix and version
  std::string_view sentence;
};

inline constexpr auto kEventDescriptions = std::to_array<EventDescription>({
    {"feedback.review", "A customer rated something or wrote about it."},
    {"feedback.survey_invited", "A survey was sent to a customer."},
    {"feedback.survey_answered", "A customer answered a survey, with or without a score."},
    {"feedback.mention", "Somebody wrote about us in public."},
    {"feedback.message", "A message between a customer and us, or a note about one."},
    {"feedback.call", "A call between a customer and us, with what was said if it is known."},
    {"feedback.edited", "What a customer had said was changed at its source."},
    {"feedback.deleted", "What a customer had said was removed at its source."},
    {"activity.order", "A customer ordered."},
    {"activity.return", "A customer gave something back."},
    {"activity.usage", "A customer used the product."},
    {"activity.payment", "A payment succeeded, failed, was refunded or disputed."},
    {"activity.contact", "A customer was in touch, in a way that nothing else says."},
    {"activity.subscription", "A subscription began or changed."},
    {"identity.linked", "Two identity keys are the same customer."},
    {"identity.unlinked", "Two identity keys are not the same customer: a standing veto."},
    {"identity.paired", "Two keys stood in one event, or a link was made or undone by hand."},
    {"identity.assigned", "A key belongs to a customer from here on."},
    {"facet.reassigned", "A key is another customer's from here on: what was heard under it is to follow."},
    {"facet.moved", "What was known of a key, on its way to its customer."},
    {"identity.proposed", "Several strong ids claim one key, or are said to be one: a person must decide."},
    {"activity.recorded", "What a customer said or did, analysed, with its customer and without personal data."},
    {"signal.raised", "Something a person should know about a customer."},
    {"signal.cleared", "A signal is over."},
    {"customer.changed", "What we know of a customer, as it stands."},
    {"case.requested", "Something happened that may need a case."},
    {"message.forwarded", "A message of, or to, a customer who has a case or has asked for one."},
    {"command.open_case", "A person opens a case."},
    {"command.assign", "A supervisor names the owner of a case."},
    {"command.take", "An agent makes a case theirs."},
    {"command.reply", "An agent answers the customer in public."},
    {"command.note", "An agent writes an internal note."},
    {"command.ask_customer", "An agent asks the customer: the case waits for them."},
    {"command.hold", "The case waits for another department or a supplier."},
    {"command.report", "What a case waited for has come."},
    {"command.transfer", "A case goes to another department."},
    {"command.resolve", "An agent resolves a case and says what the customer was told."},
    {"command.merge", "A case is part of another one."},
    {"command.set_priority", "A person sets the priority of a case."},
    {"command.agent_on_shift", "An agent begins to work."},
    {"command.agent_off_shift", "An agent stops working."},
    {"command.relabel", "What the analysis of a text should have said."},
    {"command.link", "A person says that two identity keys are one customer."},
    {"command.unlink", "A person says that two identity keys are not one customer."},
    {"command.accept", "A person says that the customers of a proposal are one."},
    {"command.refuse", "A person says that the customers of a proposal are not one."},
    {"command.answered", "What became of a command."},
    {"case.opened", "A case was opened."},
    {"case.attached", "Another message of the same matter joined a case."},
    {"case.assigned", "A case has an owner or a liaison."},
    {"case.replied", "A person answered the customer in public."},
    {"case.noted", "An internal note was written."},
    {"case.asked_customer", "The customer was asked; the case waits for them."},
    {"case.customer_answered", "The customer answered."},
    {"case.held", "The case waits for somebody other than the customer."},
    {"case.reported", "What the case waited for has come."},
    {"case.transferred", "The case went to another department."},
    {"case.prioritised", "The priority of a case changed."},
    {"case.escalated", "A case went up a level."},
    {"case.warned", "A deadline of a case is near."},
    {"case.breached", "A deadline of a case was missed."},
    {"case.resolved", "A case was resolved."},
    {"case.reopened", "A resolved case is open again."},
    {"case.closed", "A case is closed for good."},
    {"case.merged", "A case became part of another one."},
    {"case.moved", "A case is another customer's, with the identity key it came in under."},
    {"alert.raised", "Somebody must look at something."},
    {"measure.taken", "One item with all its dimensions, to be counted."},
    {"measure.summed", "What one shard has counted since it last told the tenant's own key."},
    {"kpi.reported", "The result of one window. No data is not zero."},
    {"dead_letter.received", "Data that could not be accepted, kept with its reason."},
    {"dead_letter.mended", "Somebody had a dead letter read again, as it is or edited: who, when, and what it became."},
    {"clock.ticked", "Time passed. Timers fire only on this."},
    {"config.changed", "Settings apply from here on."},
    {"import.began", "History is being recorded as if Earshot had been there."},
    {"connector.gap", "What we could not hear: from, to, reason."},
    {"connector.reached", "How far a live source has come, in one commit with what was heard up to there."},
    {"churn_model.fitted", "The silence model of a tenant applies from here on."},
});

// Empty for a type that nobody has described.
constexpr std::string_view describe(std::string_view type) {
  for (const EventDescription& one : kEventDescriptions) {
    if (type.starts_with("earshot.") && type.substr(8).starts_with(one.stem) &&
        type.substr(8 + one.stem.size()).starts_with(".v")) {
      return one.sentence;
    }
  }
  return {};
}

}  // namespace earshot::test
