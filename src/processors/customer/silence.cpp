#include "processors/customer/silence.h"

#include <algorithm>
#include <string>

#include "base/hash.h"
#include "processors/control.h"
#include "processors/customer/blindness.h"
#include "processors/customer/contract.h"
#include "processors/customer/season.h"

namespace earshot {
namespace {

constexpr int kRecentComplaintDays = 60;
constexpr std::chrono::days kReturnWithin{28};  // of the silence: later it is not counted as a return
constexpr int kReached = 1;
constexpr int kUntouched = 2;

std::string date_of(Timestamp at) { return format_rfc3339(at).substr(0, 10); }

std::string ratio(int permille) {
  const int percent = (permille + 5) / 10;
  return std::to_string(percent / 100) + "." + (percent % 100 < 10 ? "0" : "") + std::to_string(percent % 100);
}

long long days_between(Timestamp from, Timestamp to) {
  return std::chrono::floor<std::chrono::days>(to - from).count();
}

CustomerId customer_of(Step& step) {
  const std::string_view key = step.record_key();
  const auto id = CustomerId::parse(key.substr(key.find('/') + 1));
  EARSHOT_CHECK(id, "the record key of an activity is tenant/customer");
  return *id;
}

void measure_signal(const std::string& signal, std::string outcome, Timestamp at, Step& step) {
  if (!step.is_heard()) return;
  MeasureTaken measure;
  measure.kind = MeasureKind::signal;
  measure.at = at;
  measure.item = signal + (outcome == "raised" ? "" : "/" + outcome);
  measure.outcome = std::move(outcome);
  step.emit(Topic::measures, measure_key(step.tenant(), step.partition()), std::move(measure), step.now());
}

}  // namespace

void Silence::apply(const ActivityRecorded& activity, const Reading& reading, const CustomerSettings& settings,
                    Step& step) const {
  if (!reading.sign_of_life) return;
  const auto presence = Profile::presence(step);
  if (is_over(activity, presence, settings, step)) clear(activity, step);
  arm(presence, settings, step);
}

// What is older than the silence does not end it, unless with it the signal would not have been raised yet.
bool Silence::is_over(const ActivityRecorded& activity, const std::optional<Presence>& presence,
                      const CustomerSettings& settings, Step& step) {
  const auto* customer = step.find<state::Customer>("customer");
  if (customer->silence_level() == 0) return false;
  if (to_millis(activity.at) > customer->silence_since_ms()) return true;
  const SignalLevel level = customer->silence_level() == 2 ? SignalLevel::act : SignalLevel::watch;
  const auto due = presence ? due_of(level, *presence, look_ahead(*presence, settings, step)) : std::nullopt;
  return due && due->at > step.now();
}

void Silence::clear(const ActivityRecorded& activity, Step& step) {
  auto& value = step.edit<state::Customer>("customer");
  const bool is_late_news = to_millis(activity.at) <= value.silence_since_ms();
  SignalChanged cleared{value.silence_signal(),
                        SignalKind::silent,
                        value.silence_level() == 2 ? SignalLevel::act : SignalLevel::watch,
                        customer_of(step),
                        activity.facet,
                        false,
                        activity.at};
  if (step.is_heard())
    cleared.reasons = {(is_late_news ? "heard of late: there was contact on " : "heard again on ") +
                       date_of(activity.at)};
  value.set_silence_level(0);
  value.clear_silence_signal();
  value.clear_silence_since_ms();
  measure_signal(cleared.signal, "cleared", cleared.since, step);
  if (!is_late_news && !value.silence_waiting()) measure_return(activity, cleared.signal, step);
  if (value.silence_waiting()) withdraw(cleared.signal, activity.facet, activity.at, step);
  value.set_silence_asked_ms(0);
  step.emit(Topic::signals, std::string(step.record_key()), std::move(cleared), activity.at);
}

void Silence::reconsider(KeyHash moved, const CustomerSettings& settings, Step& step) const {
  const auto presence = Profile::presence(step);
  auto& value = step.edit<state::Customer>("customer");
  if (value.silence_level() != 0) {
    const SignalLevel level = value.silence_level() == 2 ? SignalLevel::act : SignalLevel::watch;
    const auto due = presence ? due_of(level, *presence, look_ahead(*presence, settings, step)) : std::nullopt;
    if (due && due->at <= step.now()) {
      value.set_silence_since_ms(to_millis(due->at));
    } else {
      SignalChanged cleared{
          value.silence_signal(), SignalKind::silent, level, customer_of(step), moved, false, step.now()};
      cleared.reasons = {"the keys of the customer are other ones now"};
      value.set_silence_level(0);
      value.clear_silence_signal();
      value.clear_silence_since_ms();
      value.set_silence_asked_ms(0);
      measure_signal(cleared.signal, "cleared", cleared.since, step);
      if (value.silence_waiting()) withdraw(cleared.signal, moved, step.now(), step);
      step.emit(Topic::signals, std::string(step.record_key()), std::move(cleared), step.now());
    }
  }
  arm(presence, settings, step);
}

// Who was heard on one day only has no habit to break: the forecast knows just the curve of all customers, and before
// the tenant's own is fitted not even that. The rule for the young speaks, by week 16 of their life.
Silence::Outlook Silence::look_ahead(const Presence& presence, const CustomerSettings& settings, Step& step) {
  Outlook outlook;
  outlook.blind = united(Blindness::after(presence.last_heard, step), Season::quiet_after(presence.last_heard, step));
  outlook.is_young = presence.days == 1;
  outlook.watch = presence.last_heard + std::chrono::weeks{settings.young_weeks};
  const ChurnModel& model = model_of(settings, step);
  if (outlook.is_young && model.version == 0) return outlook;
  const SilenceSettings in_force = terms(settings, model, step);
  const Rhythm theirs = rhythm(presence, model, step);
  const SilenceDue due = silence_due(in_force, theirs);
  if (!outlook.is_young) outlook.watch = due.watch;
  outlook.watch_permille = in_force.watch_permille;
  outlook.act = outlook.is_young ? due.act : std::max(due.act, due.watch);
  outlook.act_permille = in_force.act_permille;
  if (const auto contract = contract_of(step); contract && settings.contract_permille < in_force.act_permille) {
    SilenceSettings sooner = in_force;
    sooner.act_permille = static_cast<int>(settings.contract_permille);
    const Timestamp at =
        earshot::due_of(*contract, settings.renewal_days, silence_due(sooner, theirs).act, *outlook.act);
    if (at < *outlook.act) outlook.act_permille = sooner.act_permille;
    outlook.act = at;
  }
  return outlook;
}

std::optional<Silence::Due> Silence::due_of(SignalLevel level, const Presence& presence, const Outlook& outlook) {
  const bool is_watch = level == SignalLevel::watch;
  if (!is_watch && !outlook.act) return std::nullopt;
  const Timestamp heard_all_the_time = is_watch ? outlook.watch : *outlook.act;
  const Timestamp at = Blindness::postponed(presence.last_heard, heard_all_the_time, outlook.blind);
  return Due{at, level, is_watch && outlook.is_young, at - heard_all_the_time,
             is_watch ? outlook.watch_permille : outlook.act_permille};
}

std::optional<Silence::Due> Silence::next_due(const Presence& presence, const state::Customer& customer,
                                              const CustomerSettings& settings, Step& step) {
  if (customer.silence_level() == 2) return std::nullopt;
  const Outlook outlook = look_ahead(presence, settings, step);
  const auto act = due_of(SignalLevel::act, presence, outlook);
  if (customer.silence_level() == 1) return act;
  const auto watch = due_of(SignalLevel::watch, presence, outlook);
  return act && act->at < watch->at ? act : watch;
}

const ChurnModel& Silence::model_of(const CustomerSettings& settings, Step& step) {
  return settings.model_of(Profile::segment(settings, step));
}

Rhythm Silence::rhythm(const Presence& presence, const ChurnModel& model, Step& step) {
  return {presence.first_day, presence.last_heard, presence.days - 1,
          model.hazard ? Profile::gap_habit(step) : GapHabit{}};
}

SilenceSettings Silence::terms(const CustomerSettings& settings, const ChurnModel& model, Step& step) {
  return settings.silence(model, is_unhappy(step));
}

// What leaves less room for silence: somebody still owes them an answer, they were unhappy and nothing happy came
// after, a payment failed, or they no longer answer surveys.
bool Silence::is_unhappy(Step& step) {
  const auto* customer = step.find<state::Customer>("customer");
  if (customer == nullptr) return false;
  if (!customer->negative_signal().empty() || !customer->at_risk_signal().empty() ||
      !customer->unanswered_signal().empty())
    return true;
  return has_unresolved_case(*customer);
}

bool Silence::has_unresolved_case(const state::Customer& customer) {
  return std::any_of(customer.cases().begin(), customer.cases().end(), [](const state::CustomerCase& one) {
    return one.state() < static_cast<std::int32_t>(CaseState::resolved);
  });
}

void Silence::look_again(const CustomerSettings& settings, Step& step) const {
  arm(Profile::presence(step), settings, step);
}

void Silence::arm(const std::optional<Presence>& presence, const CustomerSettings& settings, Step& step) {
  if (!presence) return;
  const auto* customer = step.find<state::Customer>("customer");
  const auto due = next_due(*presence, *customer, settings, step);
  if (!due) return;
  const std::int64_t armed = customer->silence_armed_ms();
  const Timestamp at = up_to_hour(due->at);
  const std::int64_t wanted = to_millis(at);
  if (armed != 0 && armed <= wanted) return;  // it finds out when it fires
  step.edit<state::Customer>("customer").set_silence_armed_ms(wanted);
  step.set_timer(kTimer, at);
}

bool Silence::fire(const Timer& timer, const CustomerSettings& settings, Step& step) const {
  const auto* customer = step.find<state::Customer>("customer");
  if (customer == nullptr || to_millis(timer.due) != customer->silence_armed_ms()) return false;  // a newer one counts
  step.edit<state::Customer>("customer").set_silence_armed_ms(0);
  const auto presence = Profile::presence(step);
  const auto due = presence ? next_due(*presence, *customer, settings, step) : std::nullopt;
  const bool reached = due && due->at <= step.now();
  if (reached) raise(*due, *presence, settings, step);
  arm(presence, settings, step);
  return reached;
}

void Silence::raise(const Due& due, const Presence& presence, const CustomerSettings& settings, Step& step) {
  auto& customer = step.edit<state::Customer>("customer");
  // Both levels may be reached in one hour, and a timer that was set twice for it names one cause.
  const bool again =
      customer.silence_level() != 0 && up_to_hour(from_millis(customer.silence_since_ms())) == up_to_hour(due.at);
  // And what was raised before a facet went may be raised again after it came back.
  const std::uint64_t apart =
      static_cast<std::uint64_t>(customer.moves()) * 4 + (again ? static_cast<std::uint64_t>(due.level) + 1 : 0);
  if (apart != 0) step.tell_apart(apart);
  if (customer.silence_signal().empty()) customer.set_silence_signal("silent-" + step.derived_id(0).hex());
  customer.set_silence_level(due.level == SignalLevel::act ? 2 : 1);
  customer.set_silence_since_ms(to_millis(due.at));

  SignalChanged signal;
  signal.signal = customer.silence_signal();
  signal.kind = SignalKind::silent;
  signal.level = due.level;
  signal.customer = customer_of(step);
  signal.facet = Profile::key_of(customer.facets(0));
  signal.since = due.at;
  if (step.is_heard()) explain(due, presence, settings, step, signal);

  const Timestamp noticed_in_time = due.at + std::chrono::days{settings.late_days};
  const bool over_at_import = is_importing(step) && noticed_in_time < imported_until(step);
  // Customers of one day are many, and there is nothing to win back yet: they are listed.
  const bool request =
      due.level == SignalLevel::act && presence.days > 1 && step.now() <= noticed_in_time && !over_at_import;
  if (request) {
    const bool untouched = is_untouched(settings, step);
    if (untouched)
      signal.reasons.emplace_back("kept untouched, without a case, to see what reaching out changes for the others");
    if (!untouched) ask_for_case(signal, step);
    if (!is_importing(step)) {
      customer.set_silence_asked_ms(to_millis(due.at));
      if (untouched) measure_signal(signal.signal, "untouched", due.at, step);
    }
  }
  measure_signal(signal.signal, "raised", due.at, step);
  step.emit(Topic::signals, std::string(step.record_key()), std::move(signal), due.at);
}

void Silence::explain(const Due& due, const Presence& presence, const CustomerSettings& settings, Step& step,
                      SignalChanged& signal) {
  const ChurnModel& model = model_of(settings, step);
  signal.probability_permille = static_cast<std::uint16_t>(
      silence_outlook(terms(settings, model, step), rhythm(presence, model, step), due.at - due.blind).gone_permille);
  signal.reasons = reasons(due, presence, settings, step);
  signal.clears_on = "next contact";
  signal.model_version = model.version;
  signal.segment = model.segment;
}

void Silence::ask_for_case(const SignalChanged& signal, Step& step) {
  CaseRequested wanted;
  wanted.customer = signal.customer;
  wanted.facet = signal.facet;
  wanted.origin = CaseOrigin::silence;
  wanted.at = signal.since;
  wanted.channel = "silence";
  wanted.proactive = true;
  wanted.imported = is_importing(step);
  wanted.reasons = signal.reasons;
  wanted.signal = signal.signal;
  wanted.place = -1;
  wanted.probability_permille = signal.probability_permille;
  wanted.value_minor = Profile::spent(step);
  auto& customer = step.edit<state::Customer>("customer");
  customer.set_case_pending(true);
  customer.set_silence_waiting(true);
  step.emit(Topic::desk, tenant_key(step.tenant()), std::move(wanted), signal.since);
}

// Desk may have no room for them that day: reached is who got a case.
void Silence::apply(const CaseChanged& change, Step& step) const {
  const auto* known = step.find<state::Customer>("customer");
  if (!known->silence_waiting() || (change.step != CaseStep::opened && change.step != CaseStep::attached)) return;
  auto& customer = step.edit<state::Customer>("customer");
  customer.set_silence_waiting(false);
  if (customer.silence_asked_ms() != 0)
    measure_signal(customer.silence_signal(), "reached", from_millis(customer.silence_asked_ms()), step);
}

void Silence::withdraw(const std::string& signal, KeyHash facet, Timestamp at, Step& step) {
  CaseRequested unwanted;
  unwanted.customer = customer_of(step);
  unwanted.facet = facet;
  unwanted.origin = CaseOrigin::silence;
  unwanted.at = at;
  unwanted.channel = "silence";
  unwanted.proactive = unwanted.withdrawn = true;
  unwanted.signal = signal;
  auto& customer = step.edit<state::Customer>("customer");
  customer.set_silence_waiting(false);
  customer.set_case_pending(false);
  step.emit(Topic::desk, tenant_key(step.tenant()), std::move(unwanted), at);
}

// Decided once for each customer, so that a change of the share moves nobody from one side to the other.
bool Silence::is_untouched(const CustomerSettings& settings, Step& step) {
  auto& customer = step.edit<state::Customer>("customer");
  if (customer.silence_share() == 0) {
    const bool chosen = fingerprint("untouched/" + std::string(step.record_key())).low % 1000 <
                        static_cast<std::uint64_t>(settings.untouched_permille);
    customer.set_silence_share(chosen ? kUntouched : kReached);
  }
  return customer.silence_share() == kUntouched;
}

// Dated like the silence, so that those who came back are counted beside those who were silent.
void Silence::measure_return(const ActivityRecorded& activity, const std::string& signal, Step& step) {
  const auto* customer = step.find<state::Customer>("customer");
  const Timestamp asked = from_millis(customer->silence_asked_ms());
  if (customer->silence_asked_ms() == 0 || activity.at > asked + kReturnWithin) return;
  measure_signal(signal, customer->silence_share() == kUntouched ? "untouched_returned" : "reached_returned", asked,
                 step);
}

std::vector<std::string> Silence::reasons(const Due& due, const Presence& presence, const CustomerSettings& settings,
                                          Step& step) {
  const ChurnModel& model = model_of(settings, step);
  const Rhythm theirs = rhythm(presence, model, step);
  const SilenceSettings in_force = terms(settings, model, step);
  const std::string silent_for = std::to_string(days_between(presence.last_heard, due.at - due.blind));
  std::vector<std::string> facts;
  if (due.young) {
    facts.push_back("heard on one day only, " + date_of(presence.last_heard) + ", and not again by week " +
                    std::to_string(settings.young_weeks));
  } else if (presence.days == 1) {
    facts.push_back("heard on one day only, silent for " + silent_for +
                    " days: only the curve of all customers is known");
  } else {
    const int usual = std::max(1, (presence.last_day - presence.first_day) / theirs.repeat_days);
    const auto within = std::chrono::ceil<std::chrono::days>(usual_gap_of(in_force, theirs)).count();
    facts.push_back("usual gap " + std::to_string(usual) + " days (95 % within " + std::to_string(within) +
                    "), silent for " + silent_for);
  }
  const SilenceOutlook outlook = silence_outlook(in_force, theirs, due.at - due.blind);
  std::string forecast =
      "P(silent for " + std::to_string(settings.horizon_days) + " days) " + ratio(outlook.gone_permille);
  if (!due.young) forecast += ", passed " + ratio(due.permille) + " on " + date_of(due.at);
  facts.push_back(std::move(forecast));
  if (const auto blind = std::chrono::ceil<std::chrono::days>(due.blind).count(); blind > 0) {
    const bool is_quiet = Blindness::after(presence.last_heard, step).empty();
    facts.push_back(
        "not counted: " + std::to_string(blind) + (blind == 1 ? " day" : " days") +
        (is_quiet ? " of a time in which most customers were quiet" : " on which their source could not be heard"));
  }
  if (const auto contract = contract_of(step); contract && facts.size() < 3) {
    if (std::string fact = fact_of(*contract, settings.renewal_days, due.at); !fact.empty())
      facts.push_back(std::move(fact));
  }
  const auto negative = Profile::last_negative(step);
  const auto& customer = *step.find<state::Customer>("customer");
  if (facts.size() < 3 && customer.negative_signal().empty() && has_unresolved_case(customer))
    facts.emplace_back("a case of theirs is unresolved");
  if (facts.size() < 3 && !customer.at_risk_signal().empty())
    facts.push_back((Profile::mood(step).cancelled ? "contract cancelled on " : "a payment failed on ") +
                    date_of(from_millis(customer.at_risk_since_ms())));
  if (facts.size() < 3 && !customer.unanswered_signal().empty()) facts.emplace_back("they no longer answer surveys");
  if (facts.size() < 3 && negative && days_between(*negative, presence.last_heard) <= kRecentComplaintDays) {
    facts.push_back("unhappy feedback on " + date_of(*negative) + ", shortly before the last contact");
  }
  return facts;
}

}  // namespace earshot
