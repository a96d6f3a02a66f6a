// The silence forecast of one customer, as the customer processor makes it, drawn out into a curve for people.
#include <algorithm>
#include <map>

#include "api/queries.h"
#include "event/json_reader.h"
#include "processors/control.h"
#include "processors/customer/blindness.h"
#include "processors/customer/customer.h"
#include "processors/customer/profile.h"
#include "processors/customer/silence.h"
#include "state/customer.pb.h"

namespace earshot::api {

namespace {

constexpr int kCurveSteps = 90;

// The values a processor would find; nothing is written.
class Look final : public ValueView, public StepOutput {
 public:
  Look(const StateView& state, Topic input) : state_(state), input_(input) {}

  const AnyValue* find(std::string_view record_key, std::string_view name, Decode decode) override {
    auto& held = held_[{std::string(record_key), std::string(name)}];
    if (held) return held.get();
    auto bytes = state_.read(input_, record_key, name);
    if (!bytes && !error_) error_ = bytes.error();
    if (bytes && *bytes) held = decode(**bytes);
    return held.get();
  }
  AnyValue& edit(std::string_view, std::string_view, Decode) override { unwritable(); }
  void erase(std::string_view, std::string_view) override { unwritable(); }
  void put(std::string_view, std::string_view, std::string, Decode) override { unwritable(); }
  void emit(Emitted) override { unwritable(); }
  void set_timer(Timer) override { unwritable(); }

  const std::optional<Error>& error() const { return error_; }

 private:
  [[noreturn]] static void unwritable() {
    EARSHOT_CHECK(false, "who looks changes nothing");
    std::abort();
  }

  const StateView& state_;
  Topic input_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<AnyValue>> held_;
  std::optional<Error> error_;
};

CustomerSettings settings_of(Step& step) {
  CustomerSettings settings;
  if (const auto kept = kept_config(step, "silence")) {
    auto read = read_json<CustomerSettings>(kept->settings, JsonReader::UnknownKeys::ignore);
    if (read) settings = std::move(*read);
  }
  if (const auto* fitted = step.find_at<state::ChurnModelState>(step.tenant(), kChurnModel))
    use_fitted(*fitted, settings);
  return settings;
}

// By the clock on the wall, which goes on while a source cannot be heard.
std::vector<ForecastPoint> curve_of(const SilenceSettings& settings, const Rhythm& rhythm,
                                    const std::vector<BlindSpan>& blind) {
  std::vector<ForecastPoint> curve;
  const Millis horizon = std::chrono::days{settings.horizon_days};
  for (int step = 0; step <= kCurveSteps; ++step) {
    const Timestamp at = rhythm.last_heard + horizon * step / kCurveSteps;
    curve.push_back(
        {Blindness::postponed(rhythm.last_heard, at, blind), silence_outlook(settings, rhythm, at).gone_permille});
  }
  return curve;
}

void add_forecast(Step& step, ForecastAnswer& answer) {
  const CustomerSettings settings = settings_of(step);
  const ChurnModel& model = Silence::model_of(settings, step);
  const SilenceSettings terms = Silence::terms(settings, model, step);
  answer.rule = "none";
  answer.horizon_days = settings.horizon_days;
  answer.watch_permille = terms.watch_permille;
  answer.act_permille = terms.act_permille;
  answer.model_version = model.version;
  answer.segment = model.segment;
  const auto presence = Profile::presence(step);
  if (!presence) return;
  answer.active_days = presence->days;
  answer.last_heard = presence->last_heard;
  const Silence::Outlook outlook = Silence::look_ahead(*presence, settings, step);
  if (outlook.act) answer.act_permille = outlook.act_permille;
  if (const auto due = Silence::due_of(SignalLevel::watch, *presence, outlook)) answer.watch_at = due->at;
  if (const auto due = Silence::due_of(SignalLevel::act, *presence, outlook)) answer.act_at = due->at;
  answer.rule = outlook.is_young ? "young" : "rhythm";
  const bool is_known = !outlook.is_young || model.version > 0;
  if (!is_known) return;
  const Rhythm rhythm = Silence::rhythm(*presence, model, step);
  if (rhythm.repeat_days > 0) {
    answer.usual_days = std::max(1, (presence->last_day - presence->first_day) / rhythm.repeat_days);
    answer.within_days = std::chrono::ceil<std::chrono::days>(usual_gap_of(terms, rhythm)).count();
  }
  answer.curve = curve_of(terms, rhythm, outlook.blind);
}

}  // namespace

Result<ForecastAnswer> Queries::forecast(std::string_view tenant, std::string_view key, Timestamp now) const {
  const auto id = owner_of(tenant, key);
  if (!id) return id.error();
  const std::string at = record_key(tenant, *id);
  Look look(state_, Topic::activity);
  Step step(look, look, {"customer", tenant, "", "", 0}, now, at, 0, -1);
  const auto* customer = step.find<state::Customer>("customer");
  ForecastAnswer answer;
  answer.customer = *id;
  if (customer != nullptr) add_forecast(step, answer);
  if (look.error()) return *look.error();
  if (customer == nullptr) return Error{ErrorKind::NotFound, "nothing was heard of this customer"};
  return answer;
}

}  // namespace earshot::api
