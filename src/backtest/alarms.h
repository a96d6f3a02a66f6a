// Alarm replay: the events of the past, in their own time, through the very processor that runs in a service.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backtest/events.h"
#include "processors/customer/churn_model.h"

namespace earshot::backtest {

// What was known at the end of a day.
struct Fitted {
  DayNumber day = 0;
  std::vector<ChurnModel> models{ChurnModel{}};  // everyone's, and those of segments
};

struct AlarmRules {
  std::vector<Fitted> fits;  // by day; the first from the beginning on, each other from the end of its day on
  int silence_days = 182;    // H: a silence of this length is a customer who has gone
  int act_permille = 800;    // rho
};

struct Alarm {
  std::uint32_t customer = 0;
  Timestamp at{};  // when the forecast reached rho
  int gone_permille = 0;
  std::vector<std::string> reasons;
};

// Alarms raised after the end of day `from`, in the order of their time, up to the last event. The first model must
// know nothing of what came after `from`.
Result<std::vector<Alarm>> replay_alarms(const Past& past, const AlarmRules& rules, DayNumber from);

}  // namespace earshot::backtest
