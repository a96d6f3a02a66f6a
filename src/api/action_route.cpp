// A person acts on a case, or corrects an analysis: the action becomes a command in the log, and desk's answer comes back out of it.
#include <random>

#include "api/api.h"
#include "event/json_reader.h"
#include "event/trace_parent.h"

namespace earshot::api {

namespace {

bool is_action_on_a_case(CommandKind kind) {
  return kind != CommandKind::open_case && kind != CommandKind::agent_on_shift && kind != CommandKind::agent_off_shift &&
         kind != CommandKind::relabel;
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

}  // namespace

void Api::act_on_case(Call call, Reply reply) { send_command(call, command_from, std::move(reply)); }

void Api::take_label(Call call, Reply reply) { send_command(call, label_from, std::move(reply)); }

void Api::send_command(const Call& call, Result<Command> (*read)(const Call&), Reply reply) {
  if (!call.request.header("content-type").starts_with("application/json")) {
    return reply.send(Problem{415, "unsupported_media_type", "an action is sent as application/json"});
  }
  auto command = read(call);
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
