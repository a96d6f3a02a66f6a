#include "cli/labels.h"

#include <algorithm>
#include <set>

#include "cli/each_event.h"
#include "earshot/topics.h"
#include "event/names.h"
#include "processors/intake/intake.h"

namespace earshot::cli {
namespace {

constexpr std::uint16_t kYesPermille = 500;

using Name = std::pair<std::string, std::string>;  // source and id

// Tabs and line breaks would end a field.
std::string in_one_field(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return out;
}

std::string language_of(const Analysis& analysis) {
  if (analysis.language == Language::zh || analysis.language == Language::mixed) return "zh";
  return analysis.language == Language::en ? "en" : "und";
}

std::string issues_of(const Label& label) {
  std::string out;
  for (const IssueType issue : label.issues) out += (out.empty() ? "" : "|") + std::string(name_of(issue));
  return out.empty() ? "none" : out;
}

}  // namespace

Result<Labels> read_labels(const LogReader& log, const std::vector<TopicSpec>& topics, const std::string& tenant,
                           const Analyzer& analyzer) {
  std::set<std::string> refused;  // by desk, such as those of a stranger
  auto read = each_event(log, topics, Topic::cases, [&](const Event& event) {
    const auto* answered = std::get_if<CommandAnswered>(&event.body);
    if (answered != nullptr && event.tenant == tenant && !answered->accepted) refused.insert(answered->request);
  });
  if (!read) return std::move(read.error());
  std::map<Name, Command> commands;
  std::set<std::string> requests;  // a repeat of one changes nothing, whatever it says
  read = each_event(log, topics, Topic::desk, [&](const Event& event) {
    const auto* command = std::get_if<Command>(&event.body);
    const bool counts = command != nullptr && command->kind == CommandKind::relabel && event.tenant == tenant &&
                        command->target && command->sentiment;
    if (!counts || refused.contains(command->request) || !requests.insert(command->request).second) return;
    commands.insert_or_assign(Name{command->target->source, command->target->id}, *command);
  });
  if (!read) return std::move(read.error());
  std::map<Name, Label> found;
  read = each_event(log, topics, Topic::feedback, [&](const Event& event) {
    const auto* input = std::get_if<Input>(&event.body);
    if (input == nullptr || event.tenant != tenant) return;
    const auto command = commands.find({event.source, event.id});
    const auto text = command == commands.end() ? std::nullopt : text_to_read(*input);
    if (!text) return;
    const Command& said = command->second;
    const Analysis analysis = analyzer.analyze(*text, input->content.language, {.evidence = false});
    found[command->first] = {*text,       language_of(analysis),    input->channel, *said.sentiment,
                             said.issues, said.urgency.value_or(0), said.leaves};
  });
  if (!read) return std::move(read.error());
  Labels labels;
  for (auto& [name, label] : found) labels.rows.push_back(std::move(label));
  labels.without_text = commands.size() - found.size();
  return labels;
}

std::map<std::string, Agreement> agreement(const std::vector<Label>& labels, const Analyzer& analyzer) {
  std::map<std::string, Agreement> all;
  const auto count = [&](const std::string& label, bool agrees) {
    Agreement& one = all[label];
    ++one.said;
    one.agreed += agrees ? 1 : 0;
  };
  for (const Label& label : labels) {
    const Analysis analysis = analyzer.analyze(label.text, {}, {.evidence = false});
    count(std::string(name_of(label.sentiment)), analysis.sentiment == label.sentiment);
    for (const IssueType issue : label.issues) {
      count(std::string(name_of(issue)), std::any_of(analysis.issues.begin(), analysis.issues.end(),
                                                     [&](const IssueScore& score) { return score.type == issue; }));
    }
    if (label.leaves) count("leaves", analysis.leave_permille >= kYesPermille);
    if (label.urgency > 0) count("urgent", analysis.urgency == label.urgency);
  }
  return all;
}

std::string as_training_rows(const std::vector<Label>& labels) {
  std::string out = "#label\tlang\tdomain\ttext\tissue\tchurn\turgency\n";
  for (const Label& label : labels) {
    out += std::string(name_of(label.sentiment)) + "\t" + label.language + "\t" + in_one_field(label.channel) + "\t" +
           in_one_field(label.text) + "\t" + issues_of(label) + "\t" + (label.leaves ? "1" : "0") + "\t" +
           std::to_string(label.urgency) + "\n";
  }
  return out;
}

}  // namespace earshot::cli
