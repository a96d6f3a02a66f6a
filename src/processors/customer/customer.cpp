#include "processors/customer/customer.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/prefetch.h"
#include "event/json_reader.h"
#include "processors/control.h"
#include "processors/customer/blindness.h"
#include "processors/customer/moving.h"
#include "processors/customer/profile.h"
#include "processors/customer/season.h"
#include "processors/customer/settings.h"
#include "processors/customer/silence.h"
#include "processors/customer/timeline.h"
#include "processors/customer/unanswered.h"
#include "processors/customer/unhappiness.h"

namespace earshot {
namespace {

class Customer final : public Processor {
 public:
  std::string_view name() const override { return "customer"; }
  Topic input() const override { return Topic::activity; }
  std::int32_t version() const override { return 1; }

  void apply(const Event& event, Step& step) override {
    if (keep_control(event, step)) return look_at_settings_again(step);
    if (const auto* activity = std::get_if<ActivityRecorded>(&event.body)) {
      if (!sent_after(*activity, event.time, step)) take(*activity, step);
      return;
    }
    if (const auto* change = std::get_if<CaseChanged>(&event.body)) {
      if (!sent_after(*change, event.time, step)) follow(*change, event.time, step);
      return;
    }
    if (const auto* reassigned = std::get_if<FacetReassigned>(&event.body)) return let_go(*reassigned, step);
    if (const auto* moved = std::get_if<FacetMoved>(&event.body)) return take_in(*moved, step);
    if (const auto* fitted = std::get_if<ChurnModelFitted>(&event.body)) {
      keep_model(*fitted, step);
      return look_at_settings_again(step);
    }
    if (const auto* gap = std::get_if<ConnectorGap>(&event.body)) return Blindness::keep(*gap, step);
  }

  void fire(const Timer& timer, Step& step) override {
    if (timer.name != Silence::kTimer) return;
    const CustomerSettings& now = settings(step);
    Season::close(now.quiet_permille, step);
    if (silence_.fire(timer, now, step)) announce(step);
  }

  void approach(const AnyValue& value, bool again) const override {
    const auto* held = dynamic_cast<const HeldValue<state::Customer>*>(&value);
    if (held == nullptr) return;
    const auto& facets = held->value.facets();
    if (!again) return prefetch(facets.data(), sizeof(void*));
    if (!facets.empty()) prefetch(&facets.Get(0), sizeof(state::Facet));
  }

 private:
  // Nothing is dated after now: the clock of a source may run ahead, and who was heard in the future would never be
  // missed.
  void take(const ActivityRecorded& activity, Step& step) {
    if (activity.at <= step.now()) return hear(activity, step);
    ActivityRecorded not_later = activity;
    not_later.at = step.now();
    hear(not_later, step);
  }

  void hear(const ActivityRecorded& activity, Step& step) {
    const CustomerSettings& now = settings(step);
    const Reading reading = read_activity(activity, now);
    const std::string before = risk_of(step);
    const bool was_unhappy = Silence::is_unhappy(step);
    const Profile::Heard heard = profile_.apply(activity, reading, step);
    if (heard.is_another_day && now.quiet_permille > 0) Season::count(day_of(activity.at), step);
    Season::close(now.quiet_permille, step);
    timeline_.apply(activity, reading, step);
    silence_.apply(activity, reading, now, step);
    unhappiness_.apply(activity, reading, step);
    Unanswered::look(activity.facet, false, step);
    if (Silence::is_unhappy(step) && !was_unhappy) silence_.look_again(now, step);
    if (heard.joined || risk_of(step) != before) announce(step);
  }

  // What comes for a facet that was moved goes after it.
  template <class Body>
  static bool sent_after(const Body& body, Timestamp at, Step& step) {
    const auto to = moving::gone_to(body.facet, step);
    if (!to) return false;
    Body onward = body;
    onward.customer = *to;
    step.emit(Topic::activity, record_key(step.tenant(), *to), std::move(onward), at);
    return true;
  }

  void let_go(const FacetReassigned& reassigned, Step& step) {
    if (!moving::release(reassigned, step)) return;
    judge_anew(reassigned.facet, step);
    const bool is_left = !step.find<state::Customer>("customer")->facets().empty();
    announce(step, is_left ? std::nullopt : std::optional(reassigned.to));
    if (!is_left) Profile::remove_customer(step);
  }

  void take_in(const FacetMoved& moved, Step& step) {
    if (!moving::receive(moved, step)) return;
    judge_anew(moved.facet, step);
    announce(step);
  }

  void judge_anew(KeyHash moved, Step& step) {
    Unhappiness::reconsider(moved, step);
    Unanswered::look(moved, true, step);
    silence_.reconsider(moved, settings(step), step);
  }

  void follow(const CaseChanged& change, Timestamp at, Step& step) {
    if (step.find<state::Customer>("customer") == nullptr) return;  // a case opened by hand for somebody never heard
    timeline_.apply(change, at, step);
    silence_.apply(change, step);
    const bool was_unhappy = Silence::is_unhappy(step);
    if (unhappiness_.apply(change, step)) announce(step);
    if (Silence::is_unhappy(step) && !was_unhappy) silence_.look_again(settings(step), step);
  }

  static std::string risk_of(Step& step) {
    const auto* customer = step.find<state::Customer>("customer");
    if (customer == nullptr) return "";
    if (customer->silence_level() == 2) return "act";
    if (!customer->negative_signal().empty()) return "unhappy";
    return customer->silence_level() == 1 || !customer->at_risk_signal().empty() ||
                   !customer->unanswered_signal().empty()
               ? "watch"
               : "ok";
  }

  // Tells other systems how the customer stands: when they are new and when something that matters has changed.
  static void announce(Step& step, std::optional<CustomerId> became = std::nullopt) {
    if (!step.is_heard()) return;
    const auto* customer = step.find<state::Customer>("customer");
    const CombinedProfile profile = Profile::combined(*customer);
    CustomerChanged changed;
    const std::string_view key = step.record_key();
    changed.customer = *CustomerId::parse(key.substr(key.find('/') + 1));
    for (const auto& facet : customer->facets()) changed.facets.push_back(Profile::key_of(facet));
    changed.first_seen = profile.first_seen;
    changed.last_heard = profile.last_heard.value_or(profile.first_seen);
    changed.activity_days = profile.days.count();
    changed.feedback_count = profile.feedback;
    changed.negative_count = profile.negative;
    changed.sentiment_permille = profile.sentiment_permille;
    changed.risk = risk_of(step);
    changed.became = became;
    for (const auto& open : customer->cases()) {
      if (open.state() != static_cast<std::int32_t>(CaseState::resolved)) ++changed.open_cases;
    }
    step.emit(Topic::customers, std::string(key), std::move(changed), step.now());
  }

  // The tenant's, and those of its segments by name.
  static void keep_model(const ChurnModelFitted& fitted, Step& step) {
    const auto* kept = step.find_at<state::ChurnModelState>(step.tenant(), kChurnModel);
    const state::ChurnModelState* before = kept;
    if (kept != nullptr && !fitted.segment.empty()) before = find_segment(*kept, fitted.segment);
    if (before != nullptr && before->version() >= fitted.version) return;
    auto& all = step.edit_at<state::ChurnModelState>(step.tenant(), kChurnModel);
    all.set_revision(all.revision() + 1);
    keep(fitted, fitted.segment.empty() ? all : edit_segment(all, fitted.segment));
  }

  static const state::ChurnModelState* find_segment(const state::ChurnModelState& all, const std::string& name) {
    const auto found = std::find_if(all.segments().begin(), all.segments().end(),
                                    [&](const auto& one) { return one.segment() == name; });
    return found == all.segments().end() ? nullptr : &*found;
  }

  // A segment that is new takes the place of one that was not fitted for longest once there are as many as may be.
  static state::ChurnModelState& edit_segment(state::ChurnModelState& all, const std::string& name) {
    auto& segments = *all.mutable_segments();
    const auto found =
        std::find_if(segments.begin(), segments.end(), [&](const auto& one) { return one.segment() == name; });
    if (found != segments.end()) return *found;
    if (segments.size() >= static_cast<int>(kSegmentsMax)) {
      segments.erase(std::min_element(segments.begin(), segments.end(),
                                      [](const auto& a, const auto& b) { return a.version() < b.version(); }));
    }
    int place = segments.size();
    segments.Add()->set_segment(name);
    for (; place > 0 && name < segments.Get(place - 1).segment(); --place) segments.SwapElements(place, place - 1);
    return *segments.Mutable(place);
  }

  static void keep(const ChurnModelFitted& fitted, state::ChurnModelState& value) {
    value.set_version(fitted.version);
    value.set_until_ms(to_millis(fitted.until));
    value.set_r_micro(fitted.r_micro);
    value.set_alpha_micro(fitted.alpha_micro);
    value.set_a_micro(fitted.a_micro);
    value.set_b_micro(fitted.b_micro);
    value.mutable_hazard_micro()->Assign(fitted.hazard_micro.begin(), fitted.hazard_micro.end());
    value.mutable_rho_permille()->Assign(fitted.rho_permille.begin(), fitted.rho_permille.end());
  }

  // The tenant's settings, decoded when they have changed. A section that cannot be read was refused before it got into
  // the log.
  const CustomerSettings& settings(Step& step) {
    auto found = settings_.find(step.tenant());
    if (found == settings_.end()) found = settings_.emplace(step.tenant(), Decoded{}).first;
    auto& decoded = found->second;
    if (std::exchange(decoded.is_current, true)) return decoded.settings;
    const auto kept = kept_config(step, "silence");
    if (kept && kept->settings != decoded.json) {
      decoded.json = kept->settings;
      auto read = read_json<CustomerSettings>(decoded.json, JsonReader::UnknownKeys::ignore);
      const CustomerSettings before = std::exchange(decoded.settings, read ? std::move(*read) : CustomerSettings{});
      decoded.settings.everyone = before.everyone;
      decoded.settings.of_segments = before.of_segments;
      decoded.settings.fits_taken = before.fits_taken;
    }
    const auto* fitted = step.find_at<state::ChurnModelState>(step.tenant(), kChurnModel);
    if (fitted != nullptr && fitted->revision() != decoded.settings.fits_taken) use_fitted(*fitted, decoded.settings);
    return decoded.settings;
  }

  void look_at_settings_again(Step& step) {
    if (const auto found = settings_.find(step.tenant()); found != settings_.end()) found->second.is_current = false;
  }

  struct Decoded {
    std::string json;
    bool is_current = false;
    CustomerSettings settings;
  };
  std::map<std::string, Decoded, std::less<>> settings_;
  Profile profile_;
  Timeline timeline_;
  Silence silence_;
  Unhappiness unhappiness_;
};

}  // namespace

ChurnModelFitted fitted_event(const ChurnModel& model) {
  const auto micro = [](double value) { return static_cast<std::int64_t>(value * 1e6 + 0.5); };
  ChurnModelFitted fitted;
  fitted.version = model.version;
  fitted.segment = model.segment;
  fitted.r_micro = micro(model.forecast.r);
  fitted.alpha_micro = micro(model.forecast.alpha);
  fitted.a_micro = micro(model.forecast.a);
  fitted.b_micro = micro(model.forecast.b);
  if (model.hazard) {
    for (const double weight : model.hazard->weights)
      fitted.hazard_micro.push_back(static_cast<std::int64_t>(weight * 1e6 + (weight < 0 ? -0.5 : 0.5)));
  }
  if (model.levels) fitted.rho_permille.assign(model.levels->begin(), model.levels->end());
  return fitted;
}

namespace {

ChurnModel model_of(const state::ChurnModelState& fitted) {
  const auto real = [](std::int64_t micro) { return static_cast<double>(micro) / 1e6; };
  return {{real(fitted.r_micro()), real(fitted.alpha_micro()), real(fitted.a_micro()), real(fitted.b_micro())},
          hazard_of_micro({fitted.hazard_micro().data(), static_cast<std::size_t>(fitted.hazard_micro_size())}),
          levels_of({fitted.rho_permille().data(), static_cast<std::size_t>(fitted.rho_permille_size())}),
          fitted.version(),
          fitted.segment()};
}

}  // namespace

void use_fitted(const state::ChurnModelState& fitted, CustomerSettings& settings) {
  settings.fits_taken = fitted.revision();
  settings.everyone = fitted.version() == 0 ? ChurnModel{} : model_of(fitted);
  settings.of_segments.clear();
  for (const auto& segment : fitted.segments()) settings.of_segments.push_back(model_of(segment));
}

std::unique_ptr<Processor> make_customer() { return std::make_unique<Customer>(); }

}  // namespace earshot
