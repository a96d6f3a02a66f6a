#include "processors/desk/ownership.h"

#include <algorithm>

#include "processors/desk/assignment.h"
#include "processors/desk/life_cycle.h"

namespace earshot::desk {
namespace {

enum : std::uint32_t { kWithAgent = 0, kWithLiaison = 1, kWithSupervisor = 2 };
enum : std::uint32_t { kShiftByCalendar = 0, kShiftOn = 1, kShiftOff = 2 };

std::vector<Candidate> candidates_for(CaseBook& book, const state::Case& one, Timestamp at) {
  const Matter matter = matter_of(one);
  std::vector<Candidate> candidates;
  for (const AgentSettings& agent : book.settings().agents) {
    if (std::find(agent.departments.begin(), agent.departments.end(), one.department()) == agent.departments.end())
      continue;
    Candidate candidate;
    candidate.handle = agent.handle;
    candidate.on_shift = is_on_shift(book, agent.handle, at);
    candidate.has_skill = has_skill(agent, matter);
    candidate.capacity = agent.capacity;
    if (const auto* known = book.find_person(agent.handle)) {
      candidate.load = known->cases_size() / 2;
      candidate.busy = from_millis(known->busy_ms());
    }
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

std::string liaison_on_duty(CaseBook& book, const DepartmentSettings& department, Timestamp at) {
  if (!is_on_shift(book, department.liaison, at) && is_on_shift(book, department.deputy, at)) return department.deputy;
  return department.liaison;
}

void leave_owner_and_queue(CaseBook& book, const state::Case& one, Timestamp at) {
  if (one.owner().empty()) {
    if (one.unowned_since_ms() != 0)  // it waits: what is new stands in no queue
      remove_id(*book.edit_queue(one.department()).mutable_cases(), id_of(one));
    return;
  }
  state::DeskAgent& person = book.edit_person(one.owner());
  remove_id(*person.mutable_cases(), id_of(one));
  person.set_busy_ms(to_millis(at));
}

// Whether anybody of the department could take a case at all: a long queue in front of a busy desk is not gone through
// each time a case ends.
bool somebody_has_room(CaseBook& book, const std::string& department, Timestamp at) {
  const auto& agents = book.settings().agents;
  return std::any_of(agents.begin(), agents.end(), [&](const AgentSettings& agent) {
    if (std::find(agent.departments.begin(), agent.departments.end(), department) == agent.departments.end())
      return false;
    const auto* known = book.find_person(agent.handle);
    return (known == nullptr || known->cases_size() / 2 < agent.capacity) && is_on_shift(book, agent.handle, at);
  });
}

Millis end_of_unowned(state::Case& one, Timestamp at) {
  if (one.unowned_since_ms() == 0) return {};
  const Millis unowned = std::max(at - from_millis(one.unowned_since_ms()), Millis{0});
  one.set_unowned_since_ms(0);
  return unowned;
}

std::vector<CaseId> most_pressing_first(CaseBook& book, const IdList& waiting) {
  std::vector<CaseId> ids = ids_of(waiting);
  std::stable_sort(ids.begin(), ids.end(),
                   [&](CaseId a, CaseId b) { return book.find_case(a)->priority() > book.find_case(b)->priority(); });
  return ids;
}

}  // namespace

bool is_on_shift(CaseBook& book, const std::string& handle, Timestamp at) {
  const auto* known = book.find_person(handle);
  const std::uint32_t shift = known == nullptr ? kShiftByCalendar : known->shift();
  if (shift != kShiftByCalendar) return shift == kShiftOn;
  const AgentSettings* agent = find_agent(book.settings(), handle);
  return agent == nullptr || agent->calendar.empty() || book.rules().calendar(agent->calendar).calendar.is_open(at);
}

bool find_owner(CaseBook& book, state::Case& one, Timestamp at, const std::string& preferred) {
  const std::vector<Candidate> candidates = candidates_for(book, one, at);
  const Candidate* chosen = choose_owner(candidates, preferred);
  one.set_take_stage(kWithAgent);
  if (chosen != nullptr) {
    give_to(book, one, chosen->handle, at);
  } else {
    (void)release(book, one, at);  // one that waits goes on waiting: the caller keeps since when
    one.clear_owner();
    one.set_unowned_since_ms(to_millis(at));
    add_id(*book.edit_queue(one.department()).mutable_cases(), id_of(one));
  }
  begin_taking(book, one, at);
  return chosen != nullptr;
}

Millis give_to(CaseBook& book, state::Case& one, const std::string& handle, Timestamp at) {
  if (one.owner() == handle && is_unresolved(state_of(one)) && has_id(book.edit_person(handle).cases(), id_of(one)))
    return {};
  const bool is_change_of_person =
      one.touched() && !one.owner().empty() && one.owner() != handle && is_unresolved(state_of(one));
  leave_owner_and_queue(book, one, at);
  const Millis unowned = end_of_unowned(one, at);
  one.set_owner(handle);
  if (is_change_of_person) one.set_transfers(one.transfers() + 1);
  state::DeskAgent& person = book.edit_person(handle);
  add_id(*person.mutable_cases(), id_of(one));
  person.set_busy_ms(to_millis(at));
  return unowned;
}

void begin_taking(CaseBook& book, state::Case& one, Timestamp at) {
  one.set_taken(false);
  const Millis limit = std::chrono::minutes{book.settings().take_business_minutes};
  const Calendar& hours = book.rules().calendar_of_department(one.department()).calendar;
  // A desk whose calendar ends still owes an answer.
  one.set_take_due_ms(to_millis(hours.add(at, limit).value_or(at + limit)));
}

void mark_taken(state::Case& one) {
  one.set_taken(true);
  one.set_touched(true);
  one.set_take_due_ms(0);
}

Millis release(CaseBook& book, state::Case& one, Timestamp at) {
  leave_owner_and_queue(book, one, at);
  one.set_take_due_ms(0);
  return end_of_unowned(one, at);
}

void escalate_untaken(CaseBook& book, state::Case& one, Timestamp at) {
  Change change;
  change.at = at;
  change.from = state_of(one);
  const DepartmentSettings& department = book.department_of(one);
  if (one.owner().empty()) {
    const std::int64_t unowned_since = one.unowned_since_ms();
    if (find_owner(book, one, at, "")) {
      change.step = CaseStep::assigned;
      change.unowned = at - from_millis(unowned_since);
      return book.publish(one, change);
    }
    one.set_unowned_since_ms(unowned_since);
  }
  const bool liaison_had_it = one.take_stage() >= kWithLiaison;
  const std::string next = liaison_had_it ? department.supervisor : liaison_on_duty(book, department, at);
  change.unowned = give_to(book, one, next, at);
  one.set_take_stage(liaison_had_it ? kWithSupervisor : kWithLiaison);
  one.set_level(one.level() + 1);
  if (liaison_had_it) {
    one.set_take_due_ms(0);  // nobody stands above the supervisor; the deadlines go on
  } else {
    begin_taking(book, one, at);
  }
  change.step = CaseStep::escalated;
  change.note = "not_taken";
  book.publish(one, change);
  book.alert(one, Severity::warning, "nobody took a case in time", at);
}

void offer_queue(CaseBook& book, const std::string& department, Timestamp at) {
  const auto* queue = book.find_queue(department);
  if (queue == nullptr || queue->cases().empty()) return;
  if (!somebody_has_room(book, department, at)) return;
  for (const CaseId id : most_pressing_first(book, queue->cases())) {
    const std::vector<Candidate> candidates = candidates_for(book, *book.find_case(id), at);
    if (choose_owner(candidates, "") == nullptr) continue;
    state::Case& one = book.edit_case(id);
    Change change;
    change.step = CaseStep::assigned;
    change.at = at;
    change.from = state_of(one);
    change.unowned = std::max(at - from_millis(one.unowned_since_ms()), Millis{0});
    find_owner(book, one, at, "");
    book.publish(one, change);
    if (!somebody_has_room(book, department, at)) return;
  }
}

void hand_on(CaseBook& book, const std::string& handle, HandOn which, Timestamp at) {
  const auto* person = book.find_person(handle);
  if (person == nullptr) return;
  for (const CaseId id : ids_of(person->cases())) {
    if (which == HandOn::untaken && book.find_case(id)->taken()) continue;
    state::Case& one = book.edit_case(id);
    if (which == HandOn::untaken && one.take_stage() != kWithAgent) continue;
    (void)release(book, one, at);  // it was with `handle`, in no queue
    one.clear_owner();
    one.clear_locked_to();
    find_owner(book, one, at, "");
    Change change;
    change.step = CaseStep::assigned;
    change.at = at;
    change.from = state_of(one);
    change.note = which == HandOn::untaken ? "off_shift" : "left";
    book.publish(one, change);
  }
}

}  // namespace earshot::desk
