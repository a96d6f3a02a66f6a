// A person acts on a case, corrects an analysis or says who is who: the action becomes a command in the log, and desk's
// answer comes back out of it.
#include <random>

#include "api/api.h"
#include "api/identity_answers.h"
#include "api/requests.h"
#include "base/hash.h"
#include "event/json_reader.h"
#include "event/trace_parent.h"

namespace earshot::api {

namespace {

bool is_about_identity(CommandKind kind) {
  return kind == CommandKind::link || kind == CommandKind::unlink || kind == CommandKind::accept ||
         kind == CommandKind::refuse;
}

bool is_action_on_a_case(CommandKind kind) {
  return kind != CommandKind::open_case && kind != CommandKind::agent_on_shift &&
         kind != CommandKind::agent_off_shift && kind != CommandKind::relabel && !is_about_identity(kind);
}

// Names a request that its sender did not name. Nothing depends on its value.
std::string made_up_request() {
  std::random_device device;
  const auto half = [&device] { return std::uint64_t{device()} << 32 | device(); };
  return "api-" + Fingerprint{half(), half()}.hex();
}

Result<Command> command_from(const Call& call) {
  const auto id = CaseId::parse(call.parts.at(0));
  if (!id) return Error{ErrorKind::NotFound, "there is no case of this name: its id is 32 hex digits"};
  auto action = read_json<ActionRequest>(call.request.body);
  if (!action) return std::move(action.error());
  if (!is_action_on_a_case(action->action)) return Error{ErrorKind::Invalid, "action is not one on a case"};
  if (action->actor.empty()) return Error{ErrorKind::Invalid, "actor is empty: name the person who acts"};
  Command command;
  command.kind = action->action;
  command.request = action->request.empty() ? made_up_request() : std::move(action->request);
  command.actor = std::move(action->actor);
  command.case_id = *id;
  command.agent = std::move(action->agent);
  command.department = std::move(action->department);
  command.text = std::move(action->text);
  command.reason = std::move(action->reason);
  command.resolution = std::move(action->resolution);
  command.cause = std::move(action->cause);
  command.promised = action->promised;
  command.into = action->into;
  command.priority = action->priority;
  command.issues = std::move(action->issues);
  return command;
}

Result<Command> label_from(const Call& call) {
  auto label = read_json<LabelRequest>(call.request.body);
  if (!label) return std::move(label.error());
  if (label->actor.empty()) return Error{ErrorKind::Invalid, "actor is empty: name the person who says so"};
  Command command;
  command.kind = CommandKind::relabel;
  command.request = label->request.empty() ? made_up_request() : std::move(label->request);
  command.actor = std::move(label->actor);
  command.case_id = label->case_id;
  command.target = Target{std::move(label->source), std::move(label->id)};
  command.sentiment = label->sentiment;
  command.issues = std::move(label->issues);
  command.urgency = label->urgency;
  command.leaves = label->leaves;
  return command;
}

// Keys are hashed here: none stands in a command.
Result<Command> identity_command_from(const Call& call, const std::string& secret) {
  auto given = read_json<IdentityRequest>(call.request.body);
  if (!given) return std::move(given.error());
  if (!is_about_identity(given->action))
    return Error{ErrorKind::Invalid, "action is not link, unlink, accept or refuse"};
  if (given->actor.empty()) return Error{ErrorKind::Invalid, "actor is empty: name the person who decides"};
  const bool is_pair = given->action == CommandKind::link || given->action == CommandKind::unlink;
  if (is_pair && given->keys.size() != 2)
    return Error{ErrorKind::Invalid, "keys are two, such as customer:12 and email:user-12@example.com"};
  if (!is_pair && given->proposal.empty()) return Error{ErrorKind::Invalid, "proposal is empty: which one?"};
  Command command;
  command.kind = given->action;
  command.request = given->request.empty() ? made_up_request() : std::move(given->request);
  command.actor = std::move(given->actor);
  command.reason = std::move(given->reason);
  command.proposal = std::move(given->proposal);
  for (const std::string& key : given->keys) {
    const std::size_t colon = key.find(':');
    const auto hash = KeyHash::parse(key);
    if (!hash && (colon == std::string::npos || colon == 0 || colon + 1 == key.size())) {
      return Error{ErrorKind::Invalid, "\"" + key + "\" is neither a key such as customer:12 nor 32 hex digits"};
    }
    command.keys.push_back(hash ? *hash : hash_key(secret, key));
    command.kinds.push_back(hash ? "" : key.substr(0, colon));
  }
  return command;
}

}  // namespace

void Api::act_on_case(Call call, Reply reply) { send_command(call, command_from(call), std::move(reply)); }

void Api::take_label(Call call, Reply reply) { send_command(call, label_from(call), std::move(reply)); }

void Api::decide_identity(Call call, Reply reply) {
  send_command(call, identity_command_from(call, parts_.state.secret), std::move(reply));
}

void Api::send_command(const Call& call, Result<Command> command, Reply reply) {
  if (!call.request.header("content-type").starts_with("application/json")) {
    return reply.send(Problem{415, "unsupported_media_type", "an action is sent as application/json"});
  }
  if (!command) return reply.send(problem_of(command.error()));
  const std::string tenant = call.who.tenant;
  const std::string request = command->request;
  const auto until = std::chrono::steady_clock::now() + settings_.answer_wait;
  if (auto expected = answers_.expect({tenant, request, until}, reply); !expected)
    return reply.send(problem_of(expected.error()));

  Event event;
  event.id = request;
  event.source = "/earshot/api";
  event.tenant = tenant;
  event.time = parts_.clock.now();
  if (const auto trace = call.request.header("traceparent"); is_trace_parent(trace)) event.trace_parent = trace;
  event.body = std::move(*command);
  Offer offer{.connector = "api", .received = event.time, .tenant = tenant};
  offer.events.push_back(std::move(event));
  // Taken: desk will answer. Not taken: this answer is the first, and the first counts.
  parts_.intake.offer(std::move(offer), [reply](Result<OfferOutcome> outcome) {
    if (!outcome) reply.send(problem_of(outcome.error()));
  });
}

}  // namespace earshot::api
