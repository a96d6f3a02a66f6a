#include "processors/desk/labels.h"

#include <algorithm>

#include "base/hash.h"
#include "event/names.h"
#include "processors/desk/case_commands.h"
#include "processors/desk/deadlines.h"

namespace earshot::desk {
namespace {

CommandAnswered refuse(CommandAnswered answered, std::string_view code, std::string message) {
  answered.accepted = false;
  answered.code = code;
  answered.message = std::move(message);
  return answered;
}

std::string in_words(const Command& command) {
  std::string text = "analysis corrected: " + std::string(name_of(*command.sentiment));
  for (std::size_t i = 0; i < command.issues.size(); ++i)
    text += (i == 0 ? " · " : ", ") + std::string(name_of(command.issues[i]));
  return text;
}

void correct_case(CaseBook& book, const Event& event, const Command& command, CaseId id) {
  const state::Case* known = book.find_case(id);
  const Timestamp at = std::clamp(event.time, std::min(from_millis(known->changed_ms()), book.now()), book.now());
  state::Case& one = book.edit_case(id);
  run_due(book, one, at - Millis{1});
  one.set_sentiment(static_cast<std::uint32_t>(*command.sentiment));
  one.clear_issues();
  for (const IssueType issue : command.issues) one.add_issues(static_cast<std::uint32_t>(issue));
  Change change;
  change.step = CaseStep::noted;
  change.at = at;
  change.actor = command.actor;
  change.note = in_words(command);
  change.from = state_of(one);
  book.publish(one, change);
}

}  // namespace

std::string label_name(const Target& target) { return "label/" + fingerprint(target.source + "\n" + target.id).hex(); }

CommandAnswered relabel(CaseBook& book, const Event& event, const Command& command, CommandAnswered answered) {
  if (!command.target || command.target->source.empty() || command.target->id.empty())
    return refuse(answered, "needs_target", "which input is it? name its source and id as target");
  const bool has_sentiment = command.sentiment && *command.sentiment != Sentiment::unknown;
  if (!has_sentiment)
    return refuse(answered, "needs_sentiment", "a label says neg, neu or pos, and all issues there are");
  if (command.urgency && (*command.urgency < 0 || *command.urgency > 2))
    return refuse(answered, "bad_urgency", "urgency is 0, 1 or 2");
  if (command.case_id && book.find_case(*command.case_id) == nullptr)
    return refuse(answered, kUnknownCase, "there is no case " + command.case_id->hex());

  Step& step = book.step();
  const std::string name = label_name(*command.target);
  if (step.find<state::DeskLabel>(name) == nullptr) {
    state::DeskLabels& labels = step.edit<state::DeskLabels>(kLabels);
    labels.set_count(labels.count() + 1);
  }
  state::DeskLabel& label = step.edit<state::DeskLabel>(name);
  label.Clear();
  label.set_sentiment(static_cast<std::uint32_t>(*command.sentiment));
  for (const IssueType issue : command.issues) label.add_issues(static_cast<std::uint32_t>(issue));
  label.set_urgency(static_cast<std::uint32_t>(command.urgency.value_or(0)));
  label.set_leaves(command.leaves);
  label.set_actor(command.actor);
  label.set_at_ms(to_millis(std::min(event.time, book.now())));
  if (command.case_id) correct_case(book, event, command, *command.case_id);
  answered.case_id = command.case_id;
  answered.accepted = true;
  return answered;
}

}  // namespace earshot::desk
