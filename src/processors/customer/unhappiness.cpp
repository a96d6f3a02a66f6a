#include "processors/customer/unhappiness.h"

#include "event/names.h"

namespace earshot {
namespace {

constexpr int kSaysTheyLeave = 700;

std::vector<IssueType> issues_of(const ActivityRecorded& activity) {
  std::vector<IssueType> issues;
  for (const IssueScore& issue : activity.analysis.issues) issues.push_back(issue.type);
  return issues;
}

std::vector<std::string> reasons_of(const ActivityRecorded& activity) {
  std::vector<std::string> reasons;
  std::string what(name_of(activity.kind));
  if (activity.rating) what += " with " + std::to_string(activity.rating->value_milli / 1000) + " of " + std::to_string(activity.rating->max_milli / 1000);
  if (activity.survey && activity.survey->score) {
    what += " " + std::string(name_of(activity.survey->family)) + " " + std::to_string(*activity.survey->score) + " of " + std::to_string(activity.survey->max);
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
  if (activity.analysis.urgency > 0) reasons.push_back("urgent: " + std::string(name_of(activity.analysis.urgency_cause)));
  if (activity.analysis.leave_permille >= kSaysTheyLeave && reasons.size() < 3) reasons.push_back("says that they will leave");
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

bool is_message(const ActivityRecorded& activity) {
  return (activity.kind == InputKind::message || activity.kind == InputKind::call) && activity.message;
}

}  // namespace

void Unhappiness::apply(const ActivityRecorded& activity, const Reading& reading, Step& step) const {
  signal(activity, reading, step);
  risk(activity, step);
  const auto* customer = step.find<state::Customer>("customer");
  const bool has_case = customer->case_pending() || customer->cases_size() > 0;
  const bool wrote = is_message(activity) && activity.message->by == Author::customer && activity.message->direction == Direction::inbound;
  const bool is_urgent = wrote && activity.analysis.urgency == 2;
  if (is_message(activity) && has_case && !is_urgent) {
    forward(activity, step);
  } else if ((wrote && !activity.analysis.courtesy) || (reading.unhappy && !is_message(activity))) {
    request(activity, reading, step);
  }
}

void Unhappiness::signal(const ActivityRecorded& activity, const Reading& reading, Step& step) {
  const auto* customer = step.find<state::Customer>("customer");
  if (reading.unhappy && customer->negative_signal().empty()) {
    const SignalLevel level = activity.analysis.urgency == 2 || activity.analysis.leave_permille >= kSaysTheyLeave ? SignalLevel::act : SignalLevel::watch;
    SignalChanged raised = signal_about(activity, SignalKind::negative, level);
    raised.signal = "negative-" + step.derived_id(0).hex();
    raised.clears_on = "happy feedback";
    step.edit<state::Customer>("customer").set_negative_signal(raised.signal);
    publish(std::move(raised), step);
  } else if (reading.happy && !customer->negative_signal().empty() && activity.at >= Profile::last_negative(step).value_or(kEarliest)) {
    SignalChanged cleared = signal_about(activity, SignalKind::negative, SignalLevel::watch);
    cleared.signal = customer->negative_signal();
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

// What customers do that comes before leaving: a payment that failed, a contract that was cancelled.
void Unhappiness::risk(const ActivityRecorded& activity, Step& step) {
  const auto* customer = step.find<state::Customer>("customer");
  const bool failed = activity.payment && activity.payment->status == PaymentStatus::failed;
  const bool cancelled = activity.subscription && (activity.subscription->status == SubscriptionStatus::cancelling ||
                                                   activity.subscription->status == SubscriptionStatus::cancelled);
  if ((failed || cancelled) && customer->at_risk_signal().empty()) {
    SignalChanged raised = signal_about(activity, SignalKind::at_risk, cancelled ? SignalLevel::act : SignalLevel::watch);
    raised.signal = "at-risk-" + step.derived_id(0).hex();
    raised.reasons = {failed ? "payment failed" : "subscription " + std::string(name_of(activity.subscription->status))};
    raised.clears_on = failed ? "a payment that succeeds" : "an active subscription";
    auto& value = step.edit<state::Customer>("customer");
    value.set_at_risk_signal(raised.signal);
    value.set_at_risk_since_ms(to_millis(activity.at));
    publish(std::move(raised), step);
  }
  const bool paid = activity.payment && activity.payment->status == PaymentStatus::succeeded;
  const bool active = activity.subscription && activity.subscription->status == SubscriptionStatus::active;
  const bool is_news = to_millis(activity.at) >= customer->at_risk_since_ms();
  if ((paid || active) && is_news && !customer->at_risk_signal().empty()) {
    SignalChanged cleared = signal_about(activity, SignalKind::at_risk, SignalLevel::watch);
    cleared.signal = customer->at_risk_signal();
    cleared.raised = false;
    cleared.reasons = {paid ? "payment succeeded" : "subscription active"};
    step.edit<state::Customer>("customer").clear_at_risk_signal();
    publish(std::move(cleared), step);
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
  auto* cases = customer.mutable_cases();
  int at = 0;
  while (at < cases->size() && (cases->Get(at).id().high() != change.case_id.high || cases->Get(at).id().low() != change.case_id.low)) ++at;
  const bool known = at < cases->size();
  const bool over = change.state == CaseState::closed || change.state == CaseState::merged;
  if (over && known) {
    cases->DeleteSubrange(at, 1);
    return true;
  }
  if (over) return false;
  auto* entry = known ? cases->Mutable(at) : cases->Add();
  const bool changed = !known || entry->state() != static_cast<std::int32_t>(change.state);
  entry->mutable_id()->set_high(change.case_id.high);
  entry->mutable_id()->set_low(change.case_id.low);
  entry->set_state(static_cast<std::int32_t>(change.state));
  return changed;
}

}  // namespace earshot
