#include "backtest/what_if.h"

#include <algorithm>

#include "processors/customer/profile.h"

namespace earshot::backtest {
namespace {

std::vector<PastCase> since_of(const History& history, Timestamp since) {
  std::vector<PastCase> cases;
  std::copy_if(history.cases.begin(), history.cases.end(), std::back_inserter(cases),
               [&](const PastCase& one) { return one.opened >= since; });
  return cases;
}

std::map<CaseId, const PastCase*> by_id(const History& history) {
  std::map<CaseId, const PastCase*> found;
  for (const PastCase& one : history.cases) found.emplace(one.id, &one);
  return found;
}

// The silence of the same customer nearest in time, taken out of `left`.
std::optional<PastCase> take_same_silence(const PastCase& wanted, std::vector<PastCase>& left) {
  const auto distance = [&](const PastCase& one) {
    return one.opened > wanted.opened ? one.opened - wanted.opened : wanted.opened - one.opened;
  };
  auto nearest = left.end();
  for (auto one = left.begin(); one != left.end(); ++one) {
    const bool is_candidate =
        one->origin == CaseOrigin::silence && one->customer == wanted.customer && distance(*one) <= kSameSilence;
    if (is_candidate && (nearest == left.end() || distance(*one) < distance(*nearest))) nearest = one;
  }
  if (nearest == left.end()) return std::nullopt;
  PastCase found = std::move(*nearest);
  left.erase(nearest);
  return found;
}

}  // namespace

void History::take(const Event& event) {
  if (const auto* change = std::get_if<CaseChanged>(&event.body);
      change != nullptr && change->step == CaseStep::opened) {
    cases.push_back({change->case_id, change->customer, change->origin, change->department, change->opened_at});
  } else if (const auto* activity = std::get_if<ActivityRecorded>(&event.body)) {
    if (!read_activity(*activity, {}).sign_of_life) return;
    Timestamp& last = last_heard.try_emplace(activity->customer, kEarliest).first->second;
    last = std::max(last, activity->at);
  } else if (const auto* measure = std::get_if<MeasureTaken>(&event.body);
             measure != nullptr && measure->kind == MeasureKind::sla_outcome) {
    ++(measure->outcome == "met" ? sla_met : sla_breached);
  }
}

Comparison compare(const History& today, const History& other, Timestamp since) {
  Comparison found;
  const std::vector<PastCase> before = since_of(today, since);
  const std::vector<PastCase> after = since_of(other, since);
  found.today = static_cast<std::int64_t>(before.size());
  found.other = static_cast<std::int64_t>(after.size());
  const auto today_by_id = by_id(today);
  const auto other_by_id = by_id(other);
  for (const PastCase& one : before) {
    const auto same = other_by_id.find(one.id);
    if (same == other_by_id.end()) {
      found.fewer.push_back(one);
    } else if (same->second->department != one.department) {
      found.rerouted.push_back({one, *same->second});
    }
  }
  for (const PastCase& one : after) {
    if (today_by_id.contains(one.id)) continue;
    auto same = one.origin == CaseOrigin::silence ? take_same_silence(one, found.fewer) : std::nullopt;
    if (same) {
      found.moved.push_back({std::move(*same), one});
    } else {
      found.more.push_back(one);
    }
  }
  return found;
}

Fates fates_of(const std::vector<PastCase>& cases, const History& history) {
  Fates fates;
  for (const PastCase& one : cases) {
    const auto heard = history.last_heard.find(one.customer);
    const bool came_back = heard != history.last_heard.end() && heard->second > one.opened;
    if (came_back) {
      ++fates.came_back;
    } else {
      ++(history.now - one.opened >= kGoneAfter ? fates.silent : fates.open);
    }
  }
  return fates;
}

}  // namespace earshot::backtest
