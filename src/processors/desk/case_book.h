// What desk knows, as one step sees it: cases, customers, people and queues under readable names, and the way every
// change of a case is made known.
//
// Only this file knows how values are named and which topics desk writes. Callers edit a case, publish what happened,
// and call finish() once at the end of the step, which arms the timers of all cases that were edited.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/processor.h"
#include "processors/desk/routing.h"
#include "processors/desk/rulebook.h"
#include "processors/desk/sla_clock.h"
#include "state/desk.pb.h"

namespace earshot::desk {

// Calendars that running clocks have pinned, decoded. A cache of state: calendar/<fingerprint> never changes.
using PinnedCalendars = std::map<std::string, Calendar, std::less<>>;

// One step in the life of a case, as it is told to others.
struct Change {
  CaseStep step = CaseStep::opened;
  Timestamp at{};
  std::string actor;  // empty: Earshot
  std::string note;
  std::string sla_metric;
  Offset place = 0;
  std::optional<CaseState> from;  // the state before; none: opened just now
  Millis unowned{};               // how long nobody owned it, when this step gave it an owner
};

inline constexpr std::string_view kFirstReply = "first_reply";
inline constexpr std::string_view kFullResolution = "full_resolution";

class CaseBook {
 public:
  CaseBook(Step& step, const Rulebook& rules, PinnedCalendars& pinned) : step_(step), rules_(rules), pinned_(pinned) {}

  Timestamp now() const { return step_.now(); }
  const Rulebook& rules() const { return rules_; }
  const DeskSettings& settings() const { return rules_.settings(); }
  const DepartmentSettings& department_of(const state::Case& one) const { return rules_.department(one.department()); }
  Step& step() { return step_; }

  const state::Case* find_case(CaseId id) { return step_.find<state::Case>("case/" + id.hex()); }
  state::Case& edit_case(CaseId id);
  const state::CustomerCases* find_customer(CustomerId id) {
    return step_.find<state::CustomerCases>("customer/" + id.hex());
  }
  state::CustomerCases& edit_customer(CustomerId id) {
    return step_.edit<state::CustomerCases>("customer/" + id.hex());
  }
  const state::DeskAgent* find_person(std::string_view handle) {
    return step_.find<state::DeskAgent>("agent/" + std::string(handle));
  }
  state::DeskAgent& edit_person(std::string_view handle) {
    return step_.edit<state::DeskAgent>("agent/" + std::string(handle));
  }
  const state::DeskQueue* find_queue(std::string_view department) {
    return step_.find<state::DeskQueue>("queue/" + std::string(department));
  }
  state::DeskQueue& edit_queue(std::string_view department) {
    return step_.edit<state::DeskQueue>("queue/" + std::string(department));
  }

  // Keeps the calendar as long as the log, so that a clock goes on with it whatever the settings become.
  void pin(const NamedCalendar& calendar);
  // Of a fingerprint that was pinned; null for none, which is elapsed time.
  const Calendar* pinned(std::string_view fingerprint);
  // Open hours that the case's own times are measured in.
  const Calendar& hours_of(const state::Case& one) { return *pinned(one.calendar()); }

  // Tells `cases`, the customer's own partition and the measures what happened; remembers when.
  void publish(state::Case& one, const Change& change);
  void measure(const state::Case& one, MeasureTaken measure);
  // Nothing leaves while an import runs, nor for what was due in it.
  void alert(const std::string& key_suffix, AlertRaised alert, Timestamp at);
  void alert(const state::Case& one, Severity severity, const std::string& what, Timestamp at);
  void answer(const CommandAnswered& answered);

  void finish();

 private:
  bool is_importing(Timestamp at);

  Step& step_;
  const Rulebook& rules_;
  PinnedCalendars& pinned_;
  std::set<CaseId> edited_;  // ordered: the order of timers is the order of ids
};

// ---- small helpers on stored values -------------------------------------------------------------------------------

using IdList = google::protobuf::RepeatedField<std::uint64_t>;
void add_id(IdList& list, CaseId id);
void remove_id(IdList& list, CaseId id);  // keeps the order of the others
bool has_id(const IdList& list, CaseId id);
std::vector<CaseId> ids_of(const IdList& list);

CaseId id_of(const state::Case& one);
CustomerId customer_of(const state::Case& one);
inline CaseState state_of(const state::Case& one) { return static_cast<CaseState>(one.state()); }
inline Priority priority_of(const state::Case& one) { return static_cast<Priority>(one.priority()); }
std::vector<IssueType> issues_of(const state::Case& one);
Matter matter_of(const state::Case& one);

// The case as an event tells it.
CaseChanged describe(const state::Case& one, const DepartmentSettings& department, const Change& change);

}  // namespace earshot::desk
