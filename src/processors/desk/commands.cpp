#include "processors/desk/commands.h"

#include <algorithm>
#include <charconv>

#include "event/names.h"
#include "processors/desk/case_commands.h"
#include "processors/desk/case_moves.h"
#include "processors/desk/deadlines.h"
#include "processors/desk/labels.h"
#include "processors/desk/openings.h"
#include "processors/desk/ownership.h"
#include "processors/desk/proposals.h"

namespace earshot::desk {
namespace {

constexpr std::string_view kRequestTimer = "requests/";
constexpr std::uint32_t kRequestsPerChunk = 500;

CommandAnswered refuse(CommandAnswered answered, std::string_view code, std::string message) {
  answered.accepted = false;
  answered.code = code;
  answered.message = std::move(message);
  return answered;
}

Refusal carry_out(Action action) {
  switch (action.command.kind) {
    case CommandKind::assign: return assign(action);
    case CommandKind::take: return take(action);
    case CommandKind::reply: return reply(action);
    case CommandKind::note: return note(action);
    case CommandKind::ask_customer: return ask_customer(action);
    case CommandKind::hold: return hold(action);
    case CommandKind::report: return report(action);
    case CommandKind::transfer: return transfer(action);
    case CommandKind::resolve: return resolve(action);
    case CommandKind::merge: return merge(action);
    case CommandKind::set_priority: return set_priority(action);
    case CommandKind::open_case:
    case CommandKind::agent_on_shift:
    case CommandKind::agent_off_shift:
    case CommandKind::relabel:
    case CommandKind::link:
    case CommandKind::unlink:
    case CommandKind::accept:
    case CommandKind::refuse: break;
  }
  EARSHOT_CHECK(false, "only commands on a case are carried out here");
}

CommandAnswered on_case(CaseBook& book, const Event& event, const Command& command, CommandAnswered answered) {
  if (!command.case_id) return refuse(answered, kUnknownCase, "which case?");
  const state::Case* known = book.find_case(*command.case_id);
  if (known == nullptr) return refuse(answered, kUnknownCase, "there is no case " + command.case_id->hex());
  answered.case_id = command.case_id;
  // A command is of the moment it was given, but nothing happens before what has happened.
  const Timestamp at = std::clamp(event.time, std::min(from_millis(known->changed_ms()), book.now()), book.now());
  state::Case& one = book.edit_case(*command.case_id);
  run_due(book, one, at - Millis{1});
  const Refusal refusal = carry_out({book, one, command, at});
  if (refusal) return refuse(answered, refusal.code, refusal.message);
  answered.accepted = true;
  return answered;
}

CommandAnswered open_by_hand(CaseBook& book, const Event& event, const Command& command, CommandAnswered answered) {
  if (!command.customer) return refuse(answered, "needs_customer", "whose case is it?");
  CaseRequested request;
  request.customer = customer_now(book, *command.customer);
  request.facet =
      KeyHash{command.customer->high, command.customer->low};  // no key was used: the customer's own name stands in
  request.origin = CaseOrigin::agent;
  request.at = std::min(event.time, book.now());
  request.channel = "agent";
  request.issues = command.issues;
  request.reasons = {"opened by " + command.actor};
  const Opened opened = open_or_join(book, request, "command " + command.request, command.actor);
  answered.case_id = opened.id;
  answered.accepted = true;
  if (!opened.is_new) answered.code = "joined";
  if (opened.is_new && command.priority) {
    state::Case& one = book.edit_case(opened.id);
    if (*command.priority > priority_of(one)) {
      one.set_priority(static_cast<std::uint32_t>(*command.priority));
      reapply_policy(book, one, request.at);
      Change change;
      change.step = CaseStep::prioritised;
      change.at = request.at;
      change.actor = command.actor;
      change.from = state_of(one);
      book.publish(one, change);
    }
  }
  return answered;
}

CommandAnswered change_shift(CaseBook& book, const Command& command, CommandAnswered answered) {
  const std::string handle = command.agent.empty() ? command.actor : command.agent;
  if (!is_known_person(book.settings(), handle))
    return refuse(answered, kUnknownAgent, "there is nobody called \"" + handle + "\"");
  const bool is_on = command.kind == CommandKind::agent_on_shift;
  book.edit_person(handle).set_shift(is_on ? 1 : 2);
  if (is_on) {
    if (const AgentSettings* agent = find_agent(book.settings(), handle)) {
      for (const std::string& department : agent->departments) offer_queue(book, department, book.now());
    }
  } else {
    hand_on(book, handle, HandOn::untaken, book.now());
  }
  answered.accepted = true;
  return answered;
}

CommandAnswered decide(CaseBook& book, const Event& event, const Command& command) {
  CommandAnswered answered;
  answered.request = command.request;
  if (!is_automation(book.settings(), command.actor) && !is_known_person(book.settings(), command.actor)) {
    return refuse(answered, kUnknownActor,
                  "there is nobody called \"" + command.actor + "\" in the settings of the desk");
  }
  switch (command.kind) {
    case CommandKind::open_case: return open_by_hand(book, event, command, answered);
    case CommandKind::agent_on_shift:
    case CommandKind::agent_off_shift: return change_shift(book, command, answered);
    case CommandKind::relabel: return relabel(book, event, command, answered);
    case CommandKind::link:
    case CommandKind::unlink:
    case CommandKind::accept:
    case CommandKind::refuse: return decide_identity(book, event, command, answered);
    default: return on_case(book, event, command, answered);
  }
}

std::int64_t day_of(Timestamp at) { return std::chrono::floor<std::chrono::days>(at).time_since_epoch().count(); }

void remember(CaseBook& book, const CommandAnswered& answered) {
  Step& step = book.step();
  state::DeskAnswer& kept = step.edit<state::DeskAnswer>("request/" + answered.request);
  kept.set_accepted(answered.accepted);
  kept.set_code(answered.code);
  kept.set_message(answered.message);
  if (answered.case_id) kept.set_case_id(answered.case_id->hex());
  const std::int64_t day = day_of(book.now());
  state::DeskRequestDay& counted = step.edit<state::DeskRequestDay>("request-day/" + std::to_string(day));
  const std::string list = "requests/" + std::to_string(day);
  // The answers of a day go together, when the last of them is old enough.
  if (counted.count() == 0) step.set_timer(list, book.now() + std::chrono::days{book.settings().request_days + 1});
  step.edit<state::DeskRequests>(list + "/" + std::to_string(counted.count() / kRequestsPerChunk))
      .add_ids(answered.request);
  counted.set_count(counted.count() + 1);
}

}  // namespace

void on_command(CaseBook& book, const Event& event, const Command& command) {
  if (command.request.empty() || command.request.size() > kRequestBytesMax) {
    CommandAnswered answered;
    answered.request = command.request.substr(0, kRequestBytesMax);
    return book.answer(
        refuse(answered, "bad_request",
               "a command needs a request id of at most " + std::to_string(kRequestBytesMax) + " bytes"));
  }
  if (const auto* kept = book.step().find<state::DeskAnswer>("request/" + command.request)) {
    book.step().tell_apart(1);  // every repeat is told the same
    return book.answer(
        {command.request, kept->accepted(), kept->code(), kept->message(), CaseId::parse(kept->case_id())});
  }
  const CommandAnswered answered = decide(book, event, command);
  remember(book, answered);
  book.answer(answered);
}

bool forget_requests(CaseBook& book, const std::string& timer) {
  if (!timer.starts_with(kRequestTimer)) return false;
  Step& step = book.step();
  const std::string day = "request-day/" + timer.substr(kRequestTimer.size());
  const auto* counted = step.find<state::DeskRequestDay>(day);
  if (counted == nullptr) return true;
  const std::uint32_t chunks = (counted->count() + kRequestsPerChunk - 1) / kRequestsPerChunk;
  for (std::uint32_t chunk = 0; chunk < chunks; ++chunk) {
    const std::string list = timer + "/" + std::to_string(chunk);
    const auto* requests = step.find<state::DeskRequests>(list);
    if (requests == nullptr) continue;
    for (const std::string& id : requests->ids()) step.erase("request/" + id);
    step.erase(list);
  }
  step.erase(day);
  return true;
}

}  // namespace earshot::desk
