#include "processors/desk/case_book.h"

#include <algorithm>

#include "event/names.h"
#include "processors/desk/deadlines.h"
#include "processors/desk/life_cycle.h"

namespace earshot::desk {
namespace {

std::optional<Timestamp> moment(std::int64_t ms) {
  if (ms == 0) return std::nullopt;
  return from_millis(ms);
}

// Steps that leave state, owner, department, issues and priority as they were tell insight nothing.
bool changes_counts(const Change& change, CaseState state) {
  if (!change.from || *change.from != state) return true;
  switch (change.step) {
    case CaseStep::assigned:
    case CaseStep::transferred:
    case CaseStep::prioritised:
    case CaseStep::escalated:
    case CaseStep::reopened:
    case CaseStep::merged: return true;
    default: return false;
  }
}

}  // namespace

state::Case& CaseBook::edit_case(CaseId id) {
  edited_.insert(id);
  return step_.edit<state::Case>("case/" + id.hex());
}

void CaseBook::pin(const NamedCalendar& calendar) {
  const std::string name = "calendar/" + calendar.fingerprint;
  if (step_.find<state::DeskCalendar>(name) == nullptr)
    step_.edit<state::DeskCalendar>(name).set_settings(calendar.text);
}

const Calendar* CaseBook::pinned(std::string_view fingerprint) {
  if (fingerprint.empty()) return nullptr;
  const auto known = pinned_.find(fingerprint);
  if (known != pinned_.end()) return &known->second;
  const auto* stored = step_.find<state::DeskCalendar>("calendar/" + std::string(fingerprint));
  EARSHOT_CHECK(stored != nullptr, "a calendar is pinned before it is used");
  return &pinned_.emplace(fingerprint, calendar_from_text(stored->settings())).first->second;
}

void CaseBook::publish(state::Case& one, const Change& change) {
  one.set_changed_ms(std::max<std::int64_t>(one.changed_ms(), to_millis(change.at)));
  one.set_steps(one.steps() + 1);
  const CaseChanged changed = describe(one, department_of(one), change);
  step_.emit(Topic::cases, record_key(step_.tenant(), id_of(one)), changed, change.at);
  step_.emit(Topic::activity, record_key(step_.tenant(), customer_of(one)), changed, change.at);
  if (change.step == CaseStep::moved) return;  // it is the same case
  const bool begins_to_wait =
      one.wait_start_ms() != 0 && one.wait_start_ms() == std::max<std::int64_t>(to_millis(change.at), one.opened_ms());
  if (!begins_to_wait && !changes_counts(change, changed.state)) return;
  MeasureTaken taken;
  taken.kind = MeasureKind::case_step;
  taken.at = change.at;
  taken.item = changed.case_id.hex();
  taken.value = change.unowned.count();
  if (begins_to_wait) taken.outcome = "waiting";
  taken.step = change.step;
  taken.from_state = change.from;
  taken.to_state = changed.state;
  measure(one, std::move(taken));
}

void CaseBook::measure(const state::Case& one, MeasureTaken measure) {
  measure.channel = one.channel();
  measure.product = one.product();
  measure.region = one.region();
  measure.department = one.department();
  measure.issues = issues_of(one);
  const Timestamp at = measure.at;
  step_.emit(Topic::measures, measure_key(step_.tenant(), step_.partition()), std::move(measure), at);
}

bool CaseBook::is_importing(Timestamp at) {
  const auto* import = step_.find<state::DeskImport>("import");
  return import != nullptr && to_millis(std::min(at, now())) <= import->until_ms();
}

void CaseBook::alert(const std::string& key_suffix, AlertRaised alert, Timestamp at) {
  if (is_importing(at)) return;
  step_.emit(Topic::alerts, std::string(step_.tenant()) + "/" + key_suffix, std::move(alert), at);
}

void CaseBook::alert(const state::Case& one, Severity severity, const std::string& what, Timestamp at) {
  AlertRaised raised;
  raised.severity = severity;
  raised.title = what + ": " + one.department() + ", " + std::string(name_of(priority_of(one))) + ", " +
                 (one.owner().empty() ? "no owner yet" : one.owner());
  raised.case_id = id_of(one);
  raised.customer = customer_of(one);
  raised.department = one.department();
  raised.owner = one.owner();
  const auto first = open_deadline(one.first_reply());
  const auto full = open_deadline(one.resolution());
  raised.due = first && full ? std::min(*first, *full) : (first ? first : full);
  raised.reasons.assign(one.reasons().begin(), one.reasons().end());
  alert(one.id(), std::move(raised), at);
}

void CaseBook::answer(const CommandAnswered& answered) {
  std::string key = answered.case_id ? record_key(step_.tenant(), *answered.case_id)
                                     : std::string(step_.tenant()) + "/" + answered.request;
  step_.emit(Topic::cases, std::move(key), answered, now());
}

void CaseBook::finish() {
  for (const CaseId id : edited_) {
    const auto due = next_due_of(*find_case(id));
    if (!due) continue;
    const Timestamp armed = up_to_minute(due->at);
    state::Case& one = step_.edit<state::Case>("case/" + id.hex());
    if (one.armed_ms() != 0 && one.armed_ms() <= to_millis(armed)) continue;  // what is armed will look again
    one.set_armed_ms(to_millis(armed));
    one.set_arms(one.arms() + 1);
    step_.set_timer("case/" + id.hex(), armed);
  }
  edited_.clear();
}

void add_id(IdList& list, CaseId id) {
  list.Add(id.high);
  list.Add(id.low);
}

std::vector<CaseId> ids_of(const IdList& list) {
  std::vector<CaseId> ids;
  for (int i = 0; i + 1 < list.size(); i += 2) ids.push_back(CaseId{list.Get(i), list.Get(i + 1)});
  return ids;
}

namespace {

// list.size() when it is not there.
int place_of(const IdList& list, CaseId id) {
  int place = 0;
  while (place < list.size() && (list.Get(place) != id.high || list.Get(place + 1) != id.low)) place += 2;
  return place;
}

}  // namespace

// In its place: before a busy desk tens of thousands may wait.
void remove_id(IdList& list, CaseId id) {
  const int place = place_of(list, id);
  if (place < list.size()) list.erase(list.begin() + place, list.begin() + place + 2);
}

bool has_id(const IdList& list, CaseId id) { return place_of(list, id) < list.size(); }

CaseId id_of(const state::Case& one) { return CaseId::parse(one.id()).value_or(CaseId{}); }
CustomerId customer_of(const state::Case& one) { return CustomerId::parse(one.customer()).value_or(CustomerId{}); }

std::vector<IssueType> issues_of(const state::Case& one) {
  std::vector<IssueType> issues;
  for (const std::uint32_t issue : one.issues()) issues.push_back(static_cast<IssueType>(issue));
  return issues;
}

Matter matter_of(const state::Case& one) {
  Matter matter;
  matter.issues = issues_of(one);
  matter.language = static_cast<Language>(one.language());
  matter.sentiment = static_cast<Sentiment>(one.sentiment());
  matter.origin = static_cast<CaseOrigin>(one.origin());
  matter.channel = one.channel();
  matter.product = one.product();
  matter.region = one.region();
  matter.tier = one.tier();
  return matter;
}

CaseChanged describe(const state::Case& one, const DepartmentSettings& department, const Change& change) {
  CaseChanged changed;
  changed.step = change.step;
  changed.case_id = id_of(one);
  changed.customer = customer_of(one);
  changed.facet = KeyHash::parse(one.facet()).value_or(KeyHash{});
  changed.state = state_of(one);
  changed.origin = static_cast<CaseOrigin>(one.origin());
  changed.priority = priority_of(one);
  changed.department = one.department();
  changed.owner = one.owner();
  changed.liaison = department.liaison;
  changed.actor = change.actor;
  changed.channel = one.channel();
  changed.product = one.product();
  changed.issues = issues_of(one);
  changed.reasons.assign(one.reasons().begin(), one.reasons().end());
  changed.opened_at = from_millis(one.opened_ms());
  if (is_unresolved(changed.state)) {
    changed.first_reply_due = open_deadline(one.first_reply());
    changed.resolution_due = open_deadline(one.resolution());
  }
  changed.resolved_at = moment(one.resolved_ms());
  changed.sla_metric = change.sla_metric;
  changed.level = one.level();
  changed.reopens = one.reopens();
  changed.transfers = one.transfers();
  changed.resolution = one.resolution_code();
  changed.follows = CaseId::parse(one.follows());
  changed.merged_into = CaseId::parse(one.merged_into());
  changed.proactive = one.proactive();
  changed.imported = one.imported();
  changed.note = change.note;
  changed.place = change.place;
  changed.revision = one.steps();
  return changed;
}

}  // namespace earshot::desk
