#include "processors/customer/unanswered.h"

#include <algorithm>

namespace earshot {
namespace {

struct Surveys {
  std::vector<Timestamp> unanswered;  // for long enough, since the newest answer; ascending
  Timestamp answered = kEarliest;     // the newest
  std::int64_t answers = 0;
};

void keep_newest(std::vector<std::int64_t> invited, state::Facet& facet) {
  std::sort(invited.begin(), invited.end());
  if (invited.size() > Unanswered::kInvitationsKept)
    invited.erase(invited.begin(), invited.end() - Unanswered::kInvitationsKept);
  facet.mutable_invited_ms()->Assign(invited.begin(), invited.end());
}

Surveys surveys_of(const state::Customer& customer, Timestamp now) {
  Surveys surveys;
  for (const state::Facet& facet : customer.facets()) {
    surveys.answers += facet.answered();
    if (facet.answered_ms() != 0) surveys.answered = std::max(surveys.answered, from_millis(facet.answered_ms()));
  }
  for (const state::Facet& facet : customer.facets()) {
    for (const std::int64_t ms : facet.invited_ms()) {
      const Timestamp at = from_millis(ms);
      if (at > surveys.answered && at + Unanswered::kAnswerWithin <= now) surveys.unanswered.push_back(at);
    }
  }
  std::sort(surveys.unanswered.begin(), surveys.unanswered.end());
  return surveys;
}

std::string date_of(Timestamp at) { return format_rfc3339(at).substr(0, 10); }

}  // namespace

void Unanswered::note(const ActivityRecorded& activity, state::Facet& facet) {
  const std::int64_t at = to_millis(activity.at);
  if (activity.kind == InputKind::survey_answered) {
    facet.set_answered(facet.answered() + 1);
    facet.set_answered_ms(std::max<std::int64_t>(facet.answered_ms(), at));
  } else if (activity.kind == InputKind::survey_invited) {
    std::vector<std::int64_t> invited(facet.invited_ms().begin(), facet.invited_ms().end());
    invited.push_back(at);
    keep_newest(std::move(invited), facet);
  }
}

void Unanswered::merge(const state::Facet& other, state::Facet& facet) {
  std::vector<std::int64_t> invited(facet.invited_ms().begin(), facet.invited_ms().end());
  invited.insert(invited.end(), other.invited_ms().begin(), other.invited_ms().end());
  keep_newest(std::move(invited), facet);
  facet.set_answered(facet.answered() + other.answered());
  facet.set_answered_ms(std::max(facet.answered_ms(), other.answered_ms()));
}

bool Unanswered::look(KeyHash facet, bool has_moved, Step& step) {
  const auto* customer = step.find<state::Customer>("customer");
  if (customer == nullptr || customer->facets().empty()) return false;
  const bool has_signal = !customer->unanswered_signal().empty();
  const Surveys surveys = surveys_of(*customer, step.now());
  const bool holds = surveys.answers >= kAnswersMin && surveys.unanswered.size() >= kUnanswered;
  if (holds == has_signal) return false;
  auto& value = step.edit<state::Customer>("customer");
  SignalChanged signal;
  signal.kind = SignalKind::at_risk;
  signal.level = SignalLevel::watch;
  const std::string_view key = step.record_key();
  signal.customer = *CustomerId::parse(key.substr(key.find('/') + 1));
  signal.facet = facet;
  signal.raised = holds;
  if (holds) {
    signal.signal = "unanswered-" + step.derived_id(0).hex();
    signal.since = surveys.unanswered[kUnanswered - 1] + kAnswerWithin;
    signal.reasons = {std::to_string(surveys.unanswered.size()) + " surveys in a row without an answer, the first of " +
                          date_of(surveys.unanswered.front()),
                      "answered " + std::to_string(surveys.answers) + " before, last on " + date_of(surveys.answered)};
    signal.clears_on = "an answer to a survey";
    value.set_unanswered_signal(signal.signal);
  } else {
    signal.signal = value.unanswered_signal();
    signal.since = step.now();
    signal.reasons = {has_moved ? "the keys of the customer are other ones now"
                                : "answered a survey on " + date_of(surveys.answered)};
    value.clear_unanswered_signal();
  }
  MeasureTaken measure;
  measure.kind = MeasureKind::signal;
  measure.at = signal.since;
  measure.item = signal.signal + (holds ? "" : "/cleared");
  measure.outcome = holds ? "raised" : "cleared";
  step.emit(Topic::measures, measure_key(step.tenant(), step.partition()), std::move(measure), signal.since);
  const Timestamp since = signal.since;
  step.emit(Topic::signals, std::string(key), std::move(signal), since);
  return true;
}

}  // namespace earshot
