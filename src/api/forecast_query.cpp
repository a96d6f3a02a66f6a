// The silence forecast of one customer, as the customer processor makes it, drawn out into a curve for people.
#include <algorithm>

#include "api/queries.h"
#include "event/json_reader.h"
#include "processors/customer/customer.h"
#include "processors/customer/profile.h"
#include "processors/customer/silence.h"
#include "state/common.pb.h"
#include "state/customer.pb.h"

namespace earshot::api {

namespace {

constexpr int kCurveSteps = 90;

std::vector<ForecastPoint> curve_of(const SilenceSettings& settings, const Rhythm& rhythm) {
  std::vector<ForecastPoint> curve;
  const Millis horizon = std::chrono::days{settings.horizon_days};
  for (int step = 0; step <= kCurveSteps; ++step) {
    const Timestamp at = rhythm.last_heard + horizon * step / kCurveSteps;
    curve.push_back({at, silence_outlook(settings, rhythm, at).gone_permille});
  }
  return curve;
}

}  // namespace

// Every partition of the input has what steers it, under the tenant.
Result<CustomerSettings> Queries::silence_settings(std::string_view tenant) const {
  CustomerSettings settings;
  const auto kept = value<state::ConfigState>(Topic::activity, tenant, "config/silence");
  if (!kept) return kept.error();
  if (*kept) {
    auto read = read_json<CustomerSettings>((*kept)->settings(), JsonReader::UnknownKeys::ignore);
    if (read) settings = std::move(*read);
  }
  const auto fitted = value<state::ChurnModelState>(Topic::activity, tenant, kChurnModel);
  if (!fitted) return fitted.error();
  if (*fitted) use_fitted(**fitted, settings);
  return settings;
}

Result<ForecastAnswer> Queries::forecast(std::string_view tenant, std::string_view key) const {
  const auto id = owner_of(tenant, key);
  if (!id) return id.error();
  const std::string at = record_key(tenant, *id);
  const auto found = value<state::Customer>(Topic::activity, at, "customer");
  if (!found) return found.error();
  if (!*found) return Error{ErrorKind::NotFound, "nothing was heard of this customer"};
  std::vector<state::Facet> facets;
  for (const auto& ref : (*found)->facets()) {
    auto held = value<state::Facet>(Topic::activity, at, Profile::facet_name({ref.high(), ref.low()}));
    if (!held) return std::move(held.error());
    if (*held) facets.push_back(std::move(**held));
  }
  const auto settings = silence_settings(tenant);
  if (!settings) return settings.error();

  ForecastAnswer answer;
  answer.customer = *id;
  answer.rule = "none";
  answer.horizon_days = settings->horizon_days;
  answer.watch_permille = settings->watch_permille;
  answer.act_permille = settings->act_permille;
  answer.model_version = settings->model_version;
  const auto presence = Profile::presence_of(Profile::combine(facets));
  if (!presence) return answer;
  answer.active_days = presence->days;
  answer.last_heard = presence->last_heard;
  if (const auto due = Silence::due_of(SignalLevel::watch, *presence, *settings)) answer.watch_at = due->at;
  if (const auto due = Silence::due_of(SignalLevel::act, *presence, *settings)) answer.act_at = due->at;
  answer.rule = presence->days == 1 ? "young" : "rhythm";
  const bool is_known = presence->days > 1 || settings->model_version > 0;
  if (!is_known) return answer;
  const Rhythm rhythm = rhythm_of(*presence);
  if (rhythm.repeat_days > 0) {
    answer.usual_days = std::max(1, (presence->last_day - presence->first_day) / rhythm.repeat_days);
    answer.within_days = std::chrono::ceil<std::chrono::days>(usual_gap_of(settings->silence(), rhythm)).count();
  }
  answer.curve = curve_of(settings->silence(), rhythm);
  return answer;
}

}  // namespace earshot::api
