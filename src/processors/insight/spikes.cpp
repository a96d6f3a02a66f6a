#include "processors/insight/spikes.h"

#include <algorithm>

#include "processors/control.h"
#include "processors/insight/counters.h"
#include "processors/insight/windows.h"
#include "state/insight.pb.h"

namespace earshot::insight {
namespace {

constexpr std::string_view kReason = "reason=";

std::int64_t dead_letters_in(std::int64_t hour, std::string_view dimension, Step& step) {
  const auto* cell = step.find<state::WindowCell>(cell_name(false, hour, dimension));
  const int place = static_cast<int>(Counter::dead_letters);
  return cell == nullptr || cell->counts_size() <= place ? 0 : cell->counts(place);
}

state::ReasonAlerted& alerted(const std::string& reason, Step& step) {
  auto& reasons = *step.edit<state::Spikes>("spikes").mutable_reasons();
  const auto found = std::lower_bound(reasons.begin(), reasons.end(), reason,
                                      [](const auto& one, const std::string& wanted) { return one.reason() < wanted; });
  if (found != reasons.end() && found->reason() == reason) return *found;
  int place = static_cast<int>(found - reasons.begin());
  reasons.Add()->set_reason(reason);
  for (int i = reasons.size() - 1; i > place; --i) reasons.SwapElements(i, i - 1);
  return *reasons.Mutable(place);
}

}  // namespace

bool is_of_dead_letters(std::string_view dimension) { return dimension.starts_with(kReason); }

void look_for_spike(std::int64_t hour, std::string_view dimension, const Settings& settings, Step& step) {
  if (settings.dead_letters_spike == 0 || hour_start(hour) <= imported_until(step)) return;
  const std::int64_t count = dead_letters_in(hour, dimension, step);
  if (count < settings.dead_letters_spike) return;
  std::int64_t before = 0;
  for (std::int64_t ago = 1; ago <= kSpikeHoursBefore; ++ago) before += dead_letters_in(hour - ago, dimension, step);
  if (count * kSpikeHoursBefore < kSpikeTimesUsual * before) return;
  const std::string reason(dimension.substr(kReason.size()));
  state::ReasonAlerted& last = alerted(reason, step);
  if (last.hour() != 0 && hour < last.hour() + kSpikeQuietHours) return;
  last.set_hour(hour);
  AlertRaised raised;
  raised.title = std::to_string(count) + " dead letters of reason " + reason + " within an hour";
  raised.reasons = {before == 0 ? "none in the day before" : std::to_string(before) + " in the day before",
                    "earshot dead-letters list --open --reason " + reason};
  step.emit(Topic::alerts, std::string(step.tenant()) + "/dead-letters/" + reason, std::move(raised), step.now());
}

}  // namespace earshot::insight
