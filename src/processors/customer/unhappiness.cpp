#include "processors/customer/unhappiness.h"

#include <algorithm>

#include "event/names.h"
#include "processors/customer/case_list.h"

namespace earshot {
namespace {

constexpr std::string_view kClearsUnhappiness = "happy feedback";
constexpr std::string_view kMovedAway = "the keys of the customer are other ones now";

std::vector<IssueType> issues_of(const ActivityRecorded& activity) {
  std::vector<IssueType> issues;
  for (const IssueScore& issue : activity.analysis.issues) issues.push_back(issue.type);
  return issues;
}

std::vector<std::string> reasons_of(const ActivityRecorded& activity) {
  std::vector<std::string> reasons;
  std::string what(name_of(activity.kind));
  if (activity.rating)
    what += " with " + std::to_string(activity.rating->value_milli / 1000) + " of " +
            std::to_string(activity.rating->max_milli / 1000);
  if (activity.survey && activity.survey->score) {
    what += " " + std::string(name_of(activity.survey->family)) + " " + std::to_string(*activity.survey->score) +
            " of " + std::to_string(activity.survey->max);
  }
  reasons.push_back(what + " on " + activity.channel);
  if (!activity.analysis.issues.empty()) {
    std::string about = "about ";
    for (std::size_t i = 0; i < activity.analysis.issues.size() && i < 3; ++i) {
      if (i > 0) about += ", ";
      about += name_of(activity.analysis.issues[i].type);
    }
    reasons.push_back(std::move(about));
  }
  if (activity.analysis.urgency > 0)
    reasons.push_back("urgent: " + std::string(name_of(activity.analysis.urgency_cause)));
  if (says_they_leave(activity) && reasons.size() < 3) reasons.push_back("says that they will leave");
  return reasons;
}

CaseOrigin origin_of(InputKind kind) {
  switch (kind) {
    case InputKind::review: return CaseOrigin::review;
    case InputKind::survey_answered: return CaseOrigin::survey;
    case InputKind::mention: return CaseOrigin::mention;
    case InputKind::call: return CaseOrigin::call;
    default: return CaseOrigin::message;
  }
}

SignalChanged signal_about(const ActivityRecorded& activity, SignalKind kind, SignalLevel level) {
  SignalChanged signal;
  signal.kind = kind;
  signal.level = level;
  signal.customer = activity.customer;
  signal.facet = activity.facet;
  signal.since = activity.at;
  signal.probability_permille = activity.analysis.negative_permille;
  signal.reasons = reasons_of(activity);
  signal.issues = issues_of(activity);
  signal.channel = activity.channel;
  signal.product = activity.product;
  return signal;
}

void publish(SignalChanged signal, Step& step) {
  MeasureTaken measure;
  measure.kind = MeasureKind::signal;
  measure.at = signal.since;
  measure.item = signal.signal + (signal.raised ? "" : "/cleared");
  measure.outcome = signal.raised ? "raised" : "cleared";
  measure.channel = signal.channel;
  measure.product = signal.product;
  measure.issues = signal.issues;
  const Timestamp at = signal.since;
  step.emit(Topic::measures, measure_key(step.tenant(), step.partition()), std::move(measure), at);
  step.emit(Topic::signals, std::string(step.record_key()), std::move(signal), at);
}

std::string clears_risk(const Mood& mood) {
  return mood.cancelled ? "an active subscription" : "a payment that succeeds";
}

// Of such a facet news may come late, by way of the customer who had it.
bool is_moved(KeyHash name, Step& step) {
  const auto* facet = Profile::facet(name, step);
  return facet != nullptr && facet->taken_size() > 0;
}

bool is_message(const ActivityRecorded& activity) {
  return (activity.kind == InputKind::message || activity.kind == InputKind::call) && activity.message;
}

}  // namespace

void Unhappiness::apply(const ActivityRecorded& activity, const Reading& reading, Step& step) const {
  signal(activity, reading, step);
  risk(activity, step);
  const auto* customer = step.find<state::Customer>("customer");
  const bool has_case = customer->case_pending() || customer->cases_size() > 0;
  const bool wrote = is_message(activity) && activity.message->by == Author::customer &&
                     activity.message->direction == Direction::inbound;
  const bool is_urgent = wrote && activity.analysis.urgency == 2;
  if (is_message(activity) && has_case && !is_urgent) {
    forward(activity, step);
  } else if ((wrote && !activity.analysis.courtesy) || (reading.unhappy && !is_message(activity))) {
    request(activity, reading, step);
  }
}

// Whether the customer is unhappy follows from the newest of what they said, never from the order in which it was
// heard.
void Unhappiness::signal(const ActivityRecorded& activity, const Reading& reading, Step& step) {
  if (!reading.unhappy && !reading.happy) return;
  const bool has_signal = !step.find<state::Customer>("customer")->negative_signal().empty();
  const Mood mood = Profile::mood(step);
  if (mood.is_unhappy() && !has_signal) {
    SignalChanged raised =
        signal_about(activity, SignalKind::negative, mood.asks_to_act ? SignalLevel::act : SignalLevel::watch);
    raised.signal = "negative-" + step.derived_id(0).hex();
    raised.clears_on = kClearsUnhappiness;
    step.edit<state::Customer>("customer").set_negative_signal(raised.signal);
    publish(std::move(raised), step);
  } else if (!mood.is_unhappy() && has_signal) {
    SignalChanged cleared = signal_about(activity, SignalKind::negative, SignalLevel::watch);
    cleared.signal = step.find<state::Customer>("customer")->negative_signal();
    cleared.raised = false;
    SignalChanged recovered = cleared;
    recovered.kind = SignalKind::recovered;
    recovered.signal = "recovered-" + step.derived_id(0).hex();
    recovered.raised = true;
    step.edit<state::Customer>("customer").clear_negative_signal();
    publish(std::move(cleared), step);
    publish(std::move(recovered), step);
  }
}

// The same for what comes before leaving: a payment that failed, a contract that was cancelled.
void Unhappiness::risk(const ActivityRecorded& activity, Step& step) {
  if (!activity.payment && !activity.subscription) return;
  const bool has_signal = !step.find<state::Customer>("customer")->at_risk_signal().empty();
  const Mood mood = Profile::mood(step);
  if (mood.is_at_risk() == has_signal) return;
  SignalChanged signal =
      signal_about(activity, SignalKind::at_risk, mood.cancelled ? SignalLevel::act : SignalLevel::watch);
  auto& value = step.edit<state::Customer>("customer");
  if (mood.is_at_risk()) {
    signal.signal = "at-risk-" + step.derived_id(0).hex();
    signal.reasons = {activity.payment ? "payment failed"
                                       : "subscription " + std::string(name_of(activity.subscription->status))};
    signal.clears_on = clears_risk(mood);
    value.set_at_risk_signal(signal.signal);
    value.set_at_risk_since_ms(to_millis(activity.at));
  } else {
    signal.level = SignalLevel::watch;
    signal.signal = value.at_risk_signal();
    signal.raised = false;
    signal.reasons = {activity.payment ? "payment succeeded" : "subscription active"};
    value.clear_at_risk_signal();
  }
  publish(std::move(signal), step);
}

// What happened was counted when it happened: that it is another customer's now is told, and counted by nobody.
void Unhappiness::reconsider(KeyHash moved, Step& step) {
  const Mood mood = Profile::mood(step);
  auto& value = step.edit<state::Customer>("customer");
  const auto tell = [&](SignalChanged signal) {
    const std::string_view key = step.record_key();
    signal.customer = *CustomerId::parse(key.substr(key.find('/') + 1));
    signal.facet = moved;
    const Timestamp at = signal.since;
    step.emit(Topic::signals, std::string(key), std::move(signal), at);
  };
  if (mood.is_unhappy() != !value.negative_signal().empty()) {
    SignalChanged signal;
    signal.kind = SignalKind::negative;
    signal.raised = mood.is_unhappy();
    signal.level = signal.raised && mood.asks_to_act ? SignalLevel::act : SignalLevel::watch;
    signal.signal = signal.raised ? "negative-" + step.derived_id(0).hex() : value.negative_signal();
    signal.since = signal.raised ? mood.unhappy : step.now();
    signal.reasons = {signal.raised ? "unhappy feedback under a key that is theirs" : std::string(kMovedAway)};
    if (signal.raised) signal.clears_on = kClearsUnhappiness;
    value.set_negative_signal(signal.raised ? signal.signal : "");
    tell(std::move(signal));
  }
  if (mood.is_at_risk() != !value.at_risk_signal().empty()) {
    SignalChanged signal;
    signal.kind = SignalKind::at_risk;
    signal.raised = mood.is_at_risk();
    signal.level = signal.raised && mood.cancelled ? SignalLevel::act : SignalLevel::watch;
    signal.signal = signal.raised ? "at-risk-" + step.derived_id(0).hex() : value.at_risk_signal();
    signal.since = signal.raised ? mood.setback : step.now();
    signal.reasons = {!signal.raised   ? std::string(kMovedAway)
                      : mood.cancelled ? "subscription cancelled"
                                       : "payment failed"};
    if (signal.raised) signal.clears_on = clears_risk(mood);
    value.set_at_risk_signal(signal.raised ? signal.signal : "");
    value.set_at_risk_since_ms(to_millis(mood.setback));
    tell(std::move(signal));
  }
}

void Unhappiness::request(const ActivityRecorded& activity, const Reading& reading, Step& step) {
  CaseRequested wanted;
  wanted.customer = activity.customer;
  wanted.facet = activity.facet;
  wanted.origin = origin_of(activity.kind);
  wanted.at = activity.at;
  wanted.channel = activity.channel;
  wanted.thread = activity.thread;
  wanted.product = activity.product;
  wanted.region = activity.region;
  wanted.language = activity.analysis.language;
  wanted.sentiment = reading.unhappy ? Sentiment::negative : activity.analysis.sentiment;
  wanted.issues = issues_of(activity);
  wanted.urgency = activity.analysis.urgency;
  wanted.urgency_cause = activity.analysis.urgency_cause;
  wanted.reach = activity.reach;
  wanted.similarity = activity.similarity;
  wanted.imported = activity.imported;
  wanted.reasons = reasons_of(activity);
  wanted.tenure_days =
      std::max<std::int64_t>(0, std::chrono::floor<std::chrono::days>(activity.at - Profile::first_seen(step)).count());
  wanted.signal = step.find<state::Customer>("customer")->negative_signal();
  wanted.place = activity.place;
  step.edit<state::Customer>("customer").set_case_pending(true);
  step.emit(Topic::desk, tenant_key(step.tenant()), std::move(wanted), activity.at);
}

void Unhappiness::forward(const ActivityRecorded& activity, Step& step) {
  MessageForwarded message;
  message.customer = activity.customer;
  message.facet = activity.facet;
  message.at = activity.at;
  message.channel = activity.channel;
  message.thread = activity.thread;
  message.message = *activity.message;
  message.courtesy = activity.analysis.courtesy;
  message.imported = activity.imported;
  message.similarity = activity.similarity;
  message.place = activity.place;
  step.emit(Topic::desk, tenant_key(step.tenant()), std::move(message), activity.at);
}

bool Unhappiness::apply(const CaseChanged& change, Step& step) const {
  auto& customer = step.edit<state::Customer>("customer");
  customer.set_case_pending(false);
  return CaseList(customer).apply(change, is_moved(change.facet, step));
}

}  // namespace earshot
