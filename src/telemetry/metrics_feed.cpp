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

}  // namespace

void expect_tenant(Metrics& metrics, std::string_view tenant) {
  for (const std::string_view issue : names_of(IssueType{})) metrics.expect(Metric::issues, {{tenant, issue}});
  for (std::int64_t score = 1; score <= 5; ++score) metrics.expect(Metric::csat_answers, {{tenant, score_text(score)}});
  for (std::int64_t score = 0; score <= 10; ++score) metrics.expect(Metric::nps_answers, {{tenant, score_text(score)}});
  for (const std::string_view metric : {"first_reply", "full_resolution"}) {
    for (const std::string_view outcome : {"met", "breached"})
      metrics.expect(Metric::sla_outcomes, {{tenant, metric, outcome}});
  }
  for (const std::string_view kind : names_of(SignalKind{})) {
    for (const std::string_view level : names_of(SignalLevel{}))
      metrics.expect(Metric::signals, {{tenant, kind, level}});
    metrics.expect(Metric::signals_cleared, {{tenant, kind}});
  }
  for (const std::string_view severity : names_of(Severity{})) metrics.expect(Metric::alerts, {{tenant, severity}});
  metrics.expect(Metric::first_response, {{tenant}});
  metrics.expect(Metric::resolution, {{tenant}});
}

bool MetricsFeed::count(Metric metric, LabelValues labels, std::uint64_t n) {
  key_.clear();
  key_.push_back(static_cast<char>(metric));
  for (const std::string_view value : labels.values) key_.append(value).push_back('\0');
  auto found = counts_.find(std::string_view(key_));
  if (found == counts_.end() && counts_.size() >= kCountsMax) {
    flush();
    counts_.clear();
  }
  if (found == counts_.end()) found = counts_.try_emplace(key_, Count{metric, 0, true}).first;
  found->second.n += n;
  return found->second.is_new;
}

void MetricsFeed::observe(const MeasureTaken& measure, std::string_view tenant) {
  switch (measure.kind) {
    case MeasureKind::feedback:
      // The tones that a new channel has not had are zero and not unknown: net sentiment needs all of them.
      if (count(Metric::feedback, {{tenant, measure.channel, name_of(measure.sentiment)}})) {
        for (const std::string_view tone : names_of(Sentiment{}))
          count(Metric::feedback, {{tenant, measure.channel, tone}}, 0);
      }
      if (measure.issues.empty()) count(Metric::issues, {{tenant, name_of(IssueType::none)}});
      for (const IssueType issue : measure.issues) count(Metric::issues, {{tenant, name_of(issue)}});
      break;
    case MeasureKind::first_response:
      metrics_.observe(Metric::first_response, {{tenant}}, static_cast<double>(measure.value) / 1000.0);
      break;
    case MeasureKind::resolution:
      metrics_.observe(Metric::resolution, {{tenant}}, static_cast<double>(measure.value) / 1000.0);
      break;
    case MeasureKind::sla_outcome: count(Metric::sla_outcomes, {{tenant, measure.sla_metric, measure.outcome}}); break;
    case MeasureKind::survey_answer: {
      if (!measure.survey || !measure.survey->score) break;
      const Survey& survey = *measure.survey;
      const bool is_csat = survey.family == SurveyFamily::csat && survey.min == 1 && survey.max == 5;
      const bool is_nps = survey.family == SurveyFamily::nps && survey.min == 0 && survey.max == 10;
      if ((!is_csat && !is_nps) || *survey.score < survey.min || *survey.score > survey.max) break;
      count(is_csat ? Metric::csat_answers : Metric::nps_answers, {{tenant, score_text(*survey.score)}});
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

void MetricsFeed::observe(const SignalChanged& signal, std::string_view tenant) {
  if (!signal.raised) count(Metric::signals_cleared, {{tenant, name_of(signal.kind)}});
  if (signal.raised) count(Metric::signals, {{tenant, name_of(signal.kind), name_of(signal.level)}});
}

void MetricsFeed::observe(const Event& event) {
  if (const auto* measure = std::get_if<MeasureTaken>(&event.body)) return observe(*measure, event.tenant);
  if (const auto* change = std::get_if<CaseChanged>(&event.body)) return observe(*change, event.tenant);
  if (const auto* signal = std::get_if<SignalChanged>(&event.body)) return observe(*signal, event.tenant);
  if (const auto* letter = std::get_if<DeadLetter>(&event.body))
    count(Metric::dead_letters, {{stage_, name_of(letter->reason), letter->connector}});
  if (const auto* mended = std::get_if<DeadLetterMended>(&event.body)) count(Metric::mended, {{mended->connector}});
  if (const auto* alert = std::get_if<AlertRaised>(&event.body))
    count(Metric::alerts, {{event.tenant, name_of(alert->severity)}});
}

void MetricsFeed::flush() {
  for (auto& [key, counted] : counts_) {
    if (counted.n == 0 && !counted.is_new) continue;
    LabelValues labels;
    std::string_view rest = std::string_view(key).substr(1);
    for (std::string_view& value : labels.values) {
      const auto end = rest.find('\0');
      value = rest.substr(0, end);
      rest.remove_prefix(end + 1);
    }
    metrics_.add(counted.metric, labels, static_cast<double>(counted.n));
    counted.n = 0;
    counted.is_new = false;
  }
}

}  // namespace earshot
