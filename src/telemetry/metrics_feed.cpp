#include <array>
#include <string>
#include <type_traits>

#include "event/names.h"
#include "telemetry/metrics.h"

namespace earshot {
namespace {

// Names come from outside: a flood of new ones is handed on instead of kept.
constexpr std::size_t kCountsMax = 4096;

// Only the usual scales are answers of these metrics; insight maps the others.
std::string_view score_text(std::int64_t score) {
  static constexpr std::array<std::string_view, 11> kScores{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"};
  return kScores[static_cast<std::size_t>(score)];
}

// `state=open,department=care` → the two values; nothing if the dimension is another.
bool split_state_and_department(std::string_view dimension, std::string_view& state, std::string_view& department) {
  constexpr std::string_view kState = "state=";
  constexpr std::string_view kDepartment = ",department=";
  if (dimension.substr(0, kState.size()) != kState) return false;
  const auto comma = dimension.find(kDepartment);
  if (comma == std::string_view::npos) return false;
  state = dimension.substr(kState.size(), comma - kState.size());
  department = dimension.substr(comma + kDepartment.size());
  return true;
}

}  // namespace

void MetricsFeed::count(Metric metric, LabelValues labels) {
  key_.clear();
  key_.push_back(static_cast<char>(metric));
  for (const std::string_view value : labels.values) key_.append(value).push_back('\0');
  auto found = counts_.find(std::string_view(key_));
  if (found == counts_.end() && counts_.size() >= kCountsMax) {
    flush();
    counts_.clear();
  }
  if (found == counts_.end()) found = counts_.try_emplace(key_, Count{metric, 0}).first;
  ++found->second.n;
}

void MetricsFeed::observe(const MeasureTaken& measure) {
  switch (measure.kind) {
    case MeasureKind::feedback: count(Metric::feedback, {{measure.channel, name_of(measure.sentiment)}}); break;
    case MeasureKind::first_response:
      metrics_.observe(Metric::first_response, {}, static_cast<double>(measure.value) / 1000.0);
      break;
    case MeasureKind::sla_outcome: count(Metric::sla_outcomes, {{measure.sla_metric, measure.outcome}}); break;
    case MeasureKind::survey_answer: {
      if (!measure.survey || !measure.survey->score) break;
      const Survey& survey = *measure.survey;
      const bool is_csat = survey.family == SurveyFamily::csat && survey.min == 1 && survey.max == 5;
      const bool is_nps = survey.family == SurveyFamily::nps && survey.min == 0 && survey.max == 10;
      if ((!is_csat && !is_nps) || *survey.score < survey.min || *survey.score > survey.max) break;
      count(is_csat ? Metric::csat_answers : Metric::nps_answers, {{score_text(*survey.score)}});
      break;
    }
    default: break;
  }
}

void MetricsFeed::observe(const CaseChanged& change, std::string_view tenant) {
  if (change.step != CaseStep::opened) return;
  const IssueType issue = change.issues.empty() ? IssueType::none : change.issues.front();
  count(Metric::cases_opened, {{tenant, name_of(issue), change.channel}});
}

void MetricsFeed::observe(const KpiReported& report, std::string_view tenant) {
  std::string_view state;
  std::string_view department;
  if (report.kpi != "active" || !split_state_and_department(report.dimension, state, department)) return;
  metrics_.set_part(Metric::cases_active, {{state, department}}, tenant, static_cast<double>(report.count));
}

void MetricsFeed::observe(const Event& event) {
  if (const auto* measure = std::get_if<MeasureTaken>(&event.body)) return observe(*measure);
  if (const auto* change = std::get_if<CaseChanged>(&event.body)) return observe(*change, event.tenant);
  if (const auto* report = std::get_if<KpiReported>(&event.body)) return observe(*report, event.tenant);
  if (const auto* letter = std::get_if<DeadLetter>(&event.body)) return count(Metric::dead_letters, {{stage_, name_of(letter->reason)}});
  if (const auto* alert = std::get_if<AlertRaised>(&event.body)) return count(Metric::alerts, {{name_of(alert->severity)}});
  if (const auto* signal = std::get_if<SignalChanged>(&event.body); signal != nullptr && signal->raised) {
    count(Metric::signals, {{name_of(signal->kind), name_of(signal->level)}});
  }
}

void MetricsFeed::flush() {
  for (auto& [key, counted] : counts_) {
    if (counted.n == 0) continue;
    LabelValues labels;
    std::string_view rest = std::string_view(key).substr(1);
    for (std::string_view& value : labels.values) {
      const auto end = rest.find('\0');
      value = rest.substr(0, end);
      rest.remove_prefix(end + 1);
    }
    metrics_.add(counted.metric, labels, static_cast<double>(counted.n));
    counted.n = 0;
  }
}

}  // namespace earshot
