#include "event/steering.h"

#include <algorithm>

#include "event/validate.h"

namespace earshot {
namespace {

constexpr std::int64_t kParameterMicroMax = 10'000'000'000;  // as far as a fit looks
constexpr std::size_t kNumbersMax = 64;

Error invalid(std::string message) { return Error{ErrorKind::Invalid, std::move(message)}; }

Result<void> check(const ConnectorGap& gap) {
  if (gap.connector.empty() || gap.connector.size() > kShortTextBytesMax)
    return invalid("connector is empty or longer than 1024 bytes: name the source that could not be heard");
  if (gap.to <= gap.from)
    return invalid("to is not after from; a gap that still lasts ends at " + format_rfc3339(kNever));
  if (gap.reason.size() > kShortTextBytesMax) return invalid("reason is longer than 1024 bytes");
  if (gap.channels.size() > kGapChannelsMax) return invalid("channels are more than 64");
  const bool is_long = std::any_of(gap.channels.begin(), gap.channels.end(), [](const std::string& one) {
    return one.empty() || one.size() > kShortTextBytesMax;
  });
  if (is_long) return invalid("a channel is empty or longer than 1024 bytes");
  return {};
}

Result<void> check(const ConfigChanged& changed) {
  if (changed.version == 0) return {};
  return invalid("version is not 0: who takes the settings gives them the next one");
}

Result<void> check(const ChurnModelFitted& fitted) {
  if (fitted.version < 1) return invalid("version is not above 0");
  if (fitted.segment.size() > kShortTextBytesMax) return invalid("segment is longer than 1024 bytes");
  for (const std::int64_t one : {fitted.r_micro, fitted.alpha_micro, fitted.a_micro, fitted.b_micro}) {
    if (one < 1 || one > kParameterMicroMax)
      return invalid("a parameter of the silence model is not within 0.000001 and 10000");
  }
  if (fitted.hazard_micro.size() > kNumbersMax || fitted.rho_permille.size() > kNumbersMax)
    return invalid("hazard_micro and rho_permille hold 64 numbers at most");
  const bool is_wild = std::any_of(fitted.hazard_micro.begin(), fitted.hazard_micro.end(),
                                   [](std::int64_t one) { return one < -1'000'000'000 || one > 1'000'000'000; });
  if (is_wild) return invalid("a weight of the hazard is not within -1000 and 1000");
  const bool is_monotone = std::is_sorted(fitted.rho_permille.begin(), fitted.rho_permille.end());
  const bool is_probability =
      fitted.rho_permille.empty() || (fitted.rho_permille.front() >= 0 && fitted.rho_permille.back() <= 1000);
  if (!is_monotone || !is_probability) return invalid("rho_permille does not rise within 0 and 1000");
  return {};
}

}  // namespace

Result<void> check_steering(const EventBody& body) {
  if (const auto* gap = std::get_if<ConnectorGap>(&body)) return check(*gap);
  if (const auto* fitted = std::get_if<ChurnModelFitted>(&body)) return check(*fitted);
  if (const auto* changed = std::get_if<ConfigChanged>(&body)) return check(*changed);
  return invalid("only earshot.config.changed, earshot.connector.gap and earshot.churn_model.fitted may be sent here");
}

}  // namespace earshot
