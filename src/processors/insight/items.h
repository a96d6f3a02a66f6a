// Items that a later measure may correct: sent surveys and cases.
//
// What an item adds to the windows is a function of the *set* of its measures, never of their order: each measure is
// merged into the item, and the difference between what the item said before and says now goes into the sums. So late,
// early and repeated measures give the same result.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "earshot/event.h"
#include "processors/insight/counters.h"
#include "processors/insight/pending.h"
#include "processors/insight/settings.h"
#include "state/insight.pb.h"

namespace earshot::insight {

// One thing that an item adds to one dimension of one hour.
struct Contribution {
  std::int64_t hour = 0;
  DimensionKind kind = DimensionKind::all;
  IssueType issue = IssueType::none;
  std::string name;
  bool is_span = false;
  std::uint8_t what = 0;   // Counter or Span
  std::int64_t value = 0;  // of a span, milliseconds
  auto operator<=>(const Contribution&) const = default;
};

// How often; negative: taken back.
class Contributions {
 public:
  void add(const Contribution& one, std::int64_t n) {
    if (n != 0) counts_[one] += n;
  }
  // Adds everything once more (`times` 1) or takes it back (-1).
  void add(const Contributions& others, std::int64_t times) {
    for (const auto& [one, n] : others.counts_) counts_[one] += times * n;
  }

  // Puts what is left into the sums. What falls into frozen hours is left out; false when there was any.
  bool put_into(state::PendingSums& pending, Timestamp now, const Settings& settings) const;

 private:
  std::map<Contribution, std::int64_t> counts_;
};

// Where something counts: everywhere, in its channel, its department and its issue types.
struct Place {
  std::string channel;
  std::string department;
  std::vector<IssueType> issues;
};
void add_everywhere(Contributions& to, Timestamp at, const Place& place, Counter counter, std::int64_t n = 1);
void add_everywhere(Contributions& to, Timestamp at, const Place& place, Span span, std::int64_t value);

// ---- surveys ------------------------------------------------------------------------------------------------------

// Takes in a survey_invited or survey_answer; false when nothing is new.
bool merge(state::SurveyItem& item, const MeasureTaken& measure);
Contributions contributions_of(const state::SurveyItem& item, const Settings& settings);

// ---- cases --------------------------------------------------------------------------------------------------------

// Takes in a case_step, first_response, resolution or sla_outcome; false when nothing is new.
bool merge(state::CaseItem& item, const MeasureTaken& measure);
Contributions contributions_of(const state::CaseItem& item, const Settings& settings);
// Whether the case still waits for somebody: such an item is not forgotten.
bool is_active(const state::CaseItem& item);

}  // namespace earshot::insight
