// What a tenant may set about customers: section `silence` of the configuration.
#pragma once

#include <algorithm>
#include <vector>

#include "earshot/event.h"
#include "earshot/result.h"
#include "processors/customer/churn_model.h"
#include "processors/customer/segment.h"

namespace earshot {

struct CustomerSettings {
  std::int64_t horizon_days = 182;    // a silence of this length is a customer who has gone
  std::int64_t watch_permille = 600;  // a signal when the silence will last that long with this probability
  std::int64_t act_permille = 800;    // and a case at this one
  std::int64_t unhappy_permille =
      700;  // a case already at this one if a case of theirs is unresolved or they were unhappy last
  std::int64_t contract_permille =
      700;  // the same of who has a contract, in its first month and in the last days before it renews
  std::int64_t renewal_days = 30;   // how many
  std::int64_t quiet_permille = 0;  // a week with less than this of its usual activity is a quiet one, of which less
                                    // counts (season.h); 0: none is
  std::int64_t young_weeks = 16;    // heard once and not again by then: a signal
  std::int64_t late_days = 7;       // a silence noticed later than this opens no case
  std::int64_t untouched_permille =
      50;  // of the customers who fall silent get no case, so that the others can be compared with them
  std::int64_t cases_per_day_max =
      100;  // opened by silences; who finds no room waits by rank (processors/desk/outreach.h)
  std::vector<InputKind> activity{InputKind::order, InputKind::usage, InputKind::payment};  // what makes a day active

  std::vector<SegmentRule> segments{};  // the first that holds

  // Not from the configuration: what was fitted.
  ChurnModel everyone{};
  std::vector<ChurnModel> of_segments{};
  std::int64_t fits_taken = 0;

  // That of the segment, where it has one.
  const ChurnModel& model_of(std::string_view segment) const {
    const auto found = std::find_if(of_segments.begin(), of_segments.end(),
                                    [&](const ChurnModel& one) { return one.segment == segment; });
    return segment.empty() || found == of_segments.end() ? everyone : *found;
  }

  SilenceSettings silence(const ChurnModel& model, bool unhappy) const {
    const std::int64_t act = unhappy ? std::min(unhappy_permille, act_permille) : act_permille;
    return {model.forecast,
            static_cast<int>(horizon_days),
            static_cast<int>(std::min(watch_permille, act)),
            static_cast<int>(act),
            model.hazard,
            model.levels};
  }
};

template <class F>
void fields(F& f, CustomerSettings& v) {
  f.optional("horizon_days", v.horizon_days);
  f.optional("watch_permille", v.watch_permille);
  f.optional("act_permille", v.act_permille);
  f.optional("unhappy_permille", v.unhappy_permille);
  f.optional("contract_permille", v.contract_permille);
  f.optional("renewal_days", v.renewal_days);
  f.optional("quiet_permille", v.quiet_permille);
  f.optional("young_weeks", v.young_weeks);
  f.optional("late_days", v.late_days);
  f.optional("untouched_permille", v.untouched_permille);
  f.optional("cases_per_day_max", v.cases_per_day_max);
  f.optional("activity", v.activity);
  f.optional("segments", v.segments);
}

Result<void> validate(const CustomerSettings& settings);

}  // namespace earshot
