#include "processors/customer/settings.h"

#include "earshot/result.h"

namespace earshot {

Result<void> validate(const CustomerSettings& settings) {
  const auto invalid = [](const char* message) { return Error{ErrorKind::Invalid, message}; };
  if (settings.horizon_days < 7 || settings.horizon_days > 3650)
    return invalid("silence.horizon_days is not within 7 and 3650");
  if (settings.watch_permille < 1 || settings.act_permille > 999)
    return invalid("silence.watch_permille and act_permille lie within 1 and 999");
  if (settings.watch_permille > settings.act_permille) return invalid("silence.watch_permille is above act_permille");
  if (settings.unhappy_permille < 1 || settings.unhappy_permille > 999)
    return invalid("silence.unhappy_permille is not within 1 and 999");
  if (settings.contract_permille < 1 || settings.contract_permille > 999)
    return invalid("silence.contract_permille is not within 1 and 999");
  if (settings.renewal_days < 0 || settings.renewal_days > 365)
    return invalid("silence.renewal_days is not within 0 and 365");
  if (settings.quiet_permille < 0 || settings.quiet_permille > 900)
    return invalid("silence.quiet_permille is not within 0 and 900");
  if (settings.young_weeks < 1 || settings.young_weeks > 520)
    return invalid("silence.young_weeks is not within 1 and 520");
  if (settings.late_days < 0 || settings.late_days > 365) return invalid("silence.late_days is not within 0 and 365");
  if (settings.untouched_permille < 0 || settings.untouched_permille > 500)
    return invalid("silence.untouched_permille is not within 0 and 500");
  if (settings.cases_per_day_max < 0 || settings.cases_per_day_max > 1'000'000)
    return invalid("silence.cases_per_day_max is not within 0 and 1000000");
  if (settings.activity.empty()) return invalid("silence.activity is empty; name at least one kind, such as order");
  return validate(settings.segments);
}

}  // namespace earshot
