#include "processors/desk/proposals.h"

namespace earshot::desk {
namespace {

enum Answer : std::uint32_t { open, accepted, refused };

CommandAnswered refuse(CommandAnswered answered, std::string_view code, std::string message) {
  answered.accepted = false;
  answered.code = code;
  answered.message = std::move(message);
  return answered;
}

struct TwoKeys {
  KeyHash first;
  KeyHash second;
  std::string first_kind;
  std::string second_kind;
};

void tell_identity(CaseBook& book, const TwoKeys& keys, bool same, const Event& event, const Command& command) {
  KeysPaired paired;
  paired.first = keys.first;
  paired.second = keys.second;
  paired.first_kind = keys.first_kind;
  paired.second_kind = keys.second_kind;
  paired.trusted = same;
  paired.undone = !same;
  paired.actor = command.actor;
  Step& step = book.step();
  step.emit(Topic::identity, tenant_key(step.tenant()), std::move(paired), std::min(event.time, step.now()));
}

CommandAnswered decide_pair(CaseBook& book, const Event& event, const Command& command, CommandAnswered answered) {
  if (command.keys.size() != 2 || command.keys[0] == command.keys[1])
    return refuse(answered, "needs_two_keys", "which two keys? name two different ones");
  const bool has_kinds = command.kinds.size() == 2;
  const TwoKeys keys{command.keys[0], command.keys[1], has_kinds ? command.kinds[0] : "",
                     has_kinds ? command.kinds[1] : ""};
  tell_identity(book, keys, command.kind == CommandKind::link, event, command);
  answered.accepted = true;
  return answered;
}

CommandAnswered decide_proposal(CaseBook& book, const Event& event, const Command& command, CommandAnswered answered) {
  Step& step = book.step();
  const auto* known = step.find<state::DeskProposal>(proposal_name(command.proposal));
  if (known == nullptr)
    return refuse(answered, "unknown_proposal", "there is no proposal \"" + command.proposal + "\"");
  if (known->answer() != Answer::open) {
    return refuse(answered, "already_answered",
                  known->actor() + (known->answer() == Answer::accepted ? " has accepted it" : " has refused it"));
  }
  auto& proposal = step.edit<state::DeskProposal>(proposal_name(command.proposal));
  const bool same = command.kind == CommandKind::accept;
  proposal.set_answer(same ? Answer::accepted : Answer::refused);
  proposal.set_actor(command.actor);
  proposal.set_reason(command.reason);
  proposal.set_answered_ms(to_millis(book.now()));
  const std::vector<CaseId> candidates = ids_of(proposal.candidates());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    for (std::size_t j = i + 1; j < candidates.size(); ++j) {
      const TwoKeys keys{
          {candidates[i].high, candidates[i].low}, {candidates[j].high, candidates[j].low}, "customer", "customer"};
      if (!same || i == 0) tell_identity(book, keys, same, event, command);
    }
  }
  answered.accepted = true;
  return answered;
}

}  // namespace

void on_proposal(CaseBook& book, const Event& event, const IdentityProposed& proposed) {
  Step& step = book.step();
  const std::string name = proposal_name(event.id);
  if (step.find<state::DeskProposal>(name) != nullptr) return;
  auto& proposal = step.edit<state::DeskProposal>(name);
  proposal.set_key_high(proposed.key.high);
  proposal.set_key_low(proposed.key.low);
  for (const CustomerId candidate : proposed.candidates)
    add_id(*proposal.mutable_candidates(), {candidate.high, candidate.low});
  proposal.set_at_ms(to_millis(event.time));
  auto& count = step.edit<state::DeskProposalCount>(kProposalCount);
  step.edit<state::DeskProposals>(proposals_name(count.count() / kProposalsPerChunk)).add_ids(event.id);
  count.set_count(count.count() + 1);

  AlertRaised raised;
  raised.severity = Severity::info;
  raised.title =
      "one key is claimed by " + std::to_string(proposed.candidates.size()) + " customers: a person must decide";
  if (!proposed.candidates.empty()) raised.customer = proposed.candidates.front();
  for (const CustomerId candidate : proposed.candidates) raised.reasons.push_back("claimed by " + candidate.hex());
  raised.reasons.push_back("earshot identity accept or refuse " + event.id);
  book.alert(proposed.key.hex(), std::move(raised), event.time);
}

CommandAnswered decide_identity(CaseBook& book, const Event& event, const Command& command, CommandAnswered answered) {
  const bool is_pair = command.kind == CommandKind::link || command.kind == CommandKind::unlink;
  return is_pair ? decide_pair(book, event, command, std::move(answered))
                 : decide_proposal(book, event, command, std::move(answered));
}

}  // namespace earshot::desk
