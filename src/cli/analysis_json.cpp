#include "cli/analysis_json.h"

#include <algorithm>

#include "cli/json_text.h"
#include "event/names.h"

namespace earshot::cli {
namespace {

constexpr std::uint16_t kYesPermille = 500;

// `"name":0.123` for each, with commas between.
void append_share(std::string_view name, std::uint32_t permille, std::string& out) {
  if (out.back() != '{') out.push_back(',');
  append_json_string(name, out);
  out.push_back(':');
  append_permille(permille, out);
}

void append_number(std::string_view name, std::uint32_t value, std::string& out) {
  out.append(",\"").append(name).append("\":").append(std::to_string(value));
}

void append_yes_no(std::string_view name, bool yes, std::string& out) {
  out.append(",\"").append(name).append(yes ? "\":true" : "\":false");
}

// `,"name":[…]`, each item written by `append`.
template <class Items, class Append>
void append_list(std::string_view name, const Items& items, std::string& out, Append append) {
  out.append(",\"").append(name).append("\":[");
  for (const auto& item : items) {
    if (out.back() != '[') out.push_back(',');
    append(item);
  }
  out.push_back(']');
}

void append_issues(const Analysis& analysis, std::string& out) {
  append_list("labels", analysis.issues, out,
              [&](const IssueScore& issue) { append_json_string(text::name_of(issue.type), out); });
  out += ",\"issue_probs\":{";
  for (std::size_t i = 1; i < kIssueTypes; ++i)
    append_share(text::name_of(static_cast<IssueType>(i)), analysis.issue_permille[i], out);
  out.push_back('}');
}

void append_aspects(const Analysis& analysis, std::string& out) {
  append_list("aspects", analysis.aspects, out, [&](const AspectScore& score) {
    out += "{\"aspect\":";
    append_json_string(text::name_of(score.aspect), out);
    out += ",\"polarity\":";
    append_json_string(name_of(score.polarity), out);
    out += ",\"p\":";
    append_permille(score.permille, out);
    out.push_back('}');
  });
}

void append_intents(const Analysis& analysis, std::string& out) {
  out += ",\"intents\":{";
  append_share("leave", analysis.leave_permille, out);
  append_share("complain", analysis.complaint_permille, out);
  append_share("ask", analysis.ask_permille, out);
  append_share("praise", analysis.complaint ? analysis.positive_permille / 2u : analysis.positive_permille, out);
  append_share("suggest", analysis.suggest_permille, out);
  out.push_back('}');
}

void append_clauses(const Analysis& analysis, std::string& out) {
  append_list("clauses", analysis.clauses, out, [&](const Clause& clause) {
    out += "{\"from\":" + std::to_string(clause.from) + ",\"to\":" + std::to_string(clause.to) + ",\"p_neg\":";
    append_permille(clause.negative_permille, out);
    out += ",\"p_pos\":";
    append_permille(clause.positive_permille, out);
    out.push_back('}');
  });
}

void append_evidence(const Analysis& analysis, std::string& out) {
  append_list("evidence", analysis.evidence, out, [&](const Evidence& evidence) {
    out += "{\"label\":";
    append_json_string(evidence.label, out);
    out += ",\"from\":" + std::to_string(evidence.from) + ",\"to\":" + std::to_string(evidence.to) + ",\"weight\":";
    append_permille(static_cast<std::uint32_t>(std::max(0, evidence.weight_milli)), out);
    out.push_back('}');
  });
}

}  // namespace

void append_analysis(const Analysis& analysis, const AnalyzeOptions& options, std::string& out) {
  out.append(",\"lang\":\"")
      .append(name_of(analysis.language))
      .append("\",\"label\":\"")
      .append(name_of(analysis.sentiment));
  out += "\",\"probs\":{";
  append_share("neg", analysis.negative_permille, out);
  append_share("neu", analysis.neutral_permille, out);
  append_share("pos", analysis.positive_permille, out);
  out += "},\"p_neg\":";
  append_permille(analysis.negative_permille, out);
  append_yes_no("complaint", analysis.complaint, out);
  append_yes_no("courtesy", analysis.courtesy, out);
  append_issues(analysis, out);
  append_aspects(analysis, out);
  append_intents(analysis, out);
  append_number("churn", analysis.leave_permille >= kYesPermille ? 1 : 0, out);
  out += ",\"p_churn\":";
  append_permille(analysis.leave_permille, out);
  append_number("urgency", analysis.urgency, out);
  out += ",\"urgency_cause\":";
  append_json_string(name_of(analysis.urgency_cause), out);
  append_list("alarms", analysis.alarms, out, [&](UrgencyCause cause) { append_json_string(name_of(cause), out); });
  if (options.by_agent) append_yes_no("agent_fault", analysis.agent_fault, out);
  if (!options.evidence) return;
  append_clauses(analysis, out);
  append_evidence(analysis, out);
}

}  // namespace earshot::cli
