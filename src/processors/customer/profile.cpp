#include "processors/customer/profile.h"

#include <algorithm>

namespace earshot {
namespace {

// At or below these shares of its scale a score is bad: 1 and 2 of 5, 0 to 6 of 10 (NPS), 1 to 3 of 7 (CES).
constexpr int kBadScore = 340;
constexpr int kBadNps = 600;
constexpr int kGoodScore = 750;  // 4 and 5 of 5
constexpr int kGoodNps = 900;
constexpr int kSurelyNegative = 600;
constexpr int kNegativeDespiteScore = 900;

std::optional<int> score_of(const ActivityRecorded& activity) {
  if (activity.rating) {
    const Rating& r = *activity.rating;
    return static_cast<int>((r.value_milli - r.min_milli) * 1000 / (r.max_milli - r.min_milli));
  }
  if (activity.survey && activity.survey->score) {
    const Survey& s = *activity.survey;
    return static_cast<int>((*s.score - s.min) * 1000 / (s.max - s.min));
  }
  return std::nullopt;
}

bool by_customer(const ActivityRecorded& activity) {
  switch (activity.kind) {
    case InputKind::survey_invited:
    case InputKind::edited:
    case InputKind::deleted:
    case InputKind::linked:
    case InputKind::unlinked: return false;
    case InputKind::message:
    case InputKind::call: return activity.message && activity.message->direction == Direction::inbound && activity.message->by == Author::customer;
    case InputKind::payment: return activity.payment && activity.payment->status == PaymentStatus::succeeded;
    case InputKind::subscription:
      return activity.subscription && (activity.subscription->status == SubscriptionStatus::active ||
                                       activity.subscription->status == SubscriptionStatus::trial);
    default: return true;
  }
}

bool is_feedback(InputKind kind) {
  return kind == InputKind::review || kind == InputKind::survey_answered || kind == InputKind::mention || kind == InputKind::message ||
         kind == InputKind::call;
}

CombinedProfile combine_all(const std::vector<const state::Facet*>& facets) {
  CombinedProfile all;
  std::vector<DaySet> days;
  std::int64_t weighted = 0;
  for (const state::Facet* facet : facets) {
    const Timestamp first = from_millis(facet->first_ms());
    if (facet == facets.front() || first < all.first_seen) all.first_seen = first;
    if (facet->last_heard_ms() != 0) all.last_heard = std::max(all.last_heard.value_or(kEarliest), from_millis(facet->last_heard_ms()));
    if (facet->last_negative_ms() != 0) all.last_negative = std::max(all.last_negative.value_or(kEarliest), from_millis(facet->last_negative_ms()));
    auto set = DaySet::parse(facet->days());
    EARSHOT_CHECK(set, "stored days are not a set of days");
    days.push_back(std::move(*set));
    all.feedback += facet->feedback();
    all.negative += facet->negative();
    weighted += facet->sentiment_permille() * facet->feedback();
  }
  all.days = days.size() == 1 ? std::move(days.front()) : DaySet::united(days);
  if (all.feedback > 0) all.sentiment_permille = static_cast<int>(weighted / all.feedback);
  return all;
}

}  // namespace

Reading read_activity(const ActivityRecorded& activity, const CustomerSettings& settings) {
  Reading reading;
  reading.sign_of_life = by_customer(activity);
  reading.active_day = reading.sign_of_life && std::find(settings.activity.begin(), settings.activity.end(), activity.kind) != settings.activity.end();
  reading.feedback = reading.sign_of_life && is_feedback(activity.kind);
  if (!reading.feedback) return reading;

  const Analysis& said = activity.analysis;
  const bool text_unhappy = (said.sentiment == Sentiment::negative && said.negative_permille >= kSurelyNegative) ||
                            (said.complaint && said.sentiment != Sentiment::positive);
  reading.score_permille = score_of(activity);
  if (!reading.score_permille) {
    reading.unhappy = text_unhappy;
    reading.happy = said.sentiment == Sentiment::positive;
    return reading;
  }
  // Who gives stars has said what they think; words overrule only when there is no doubt.
  const bool nps = activity.survey && activity.survey->family == SurveyFamily::nps;
  reading.unhappy = *reading.score_permille <= (nps ? kBadNps : kBadScore) || (text_unhappy && said.negative_permille >= kNegativeDespiteScore);
  reading.happy = !reading.unhappy && *reading.score_permille >= (nps ? kGoodNps : kGoodScore);
  return reading;
}

bool Profile::apply(const ActivityRecorded& activity, const Reading& reading, Step& step) const {
  auto& facet = step.edit<state::Facet>(facet_name(activity.facet));
  const std::int64_t at = to_millis(activity.at);
  const bool is_new = facet.first_ms() == 0 && facet.entries() == 0;
  if (is_new || at < facet.first_ms()) facet.set_first_ms(at);
  facet.set_place(activity.place);
  // Events can arrive late; an old review does not make a customer newer.
  if (reading.sign_of_life) facet.set_last_heard_ms(std::max<std::int64_t>(facet.last_heard_ms(), at));
  const DayNumber day = day_of(activity.at);
  if (reading.active_day && (facet.day_count() == 0 || day != facet.last_day())) {
    auto days = DaySet::parse(facet.days());
    EARSHOT_CHECK(days, "stored days are not a set of days");
    days->insert(day);
    facet.set_days(days->bytes());
    facet.set_day_count(days->count());
    facet.set_last_day(*days->last());
  }
  if (activity.order && (facet.currency().empty() || facet.currency() == activity.order->currency)) {
    facet.set_currency(activity.order->currency);
    facet.set_spent_minor(facet.spent_minor() + (activity.kind == InputKind::returned ? -activity.order->amount : activity.order->amount));
  }
  if (reading.feedback) score(reading, activity, facet);
  if (!is_new) return false;

  auto& customer = step.edit<state::Customer>("customer");
  auto* ref = customer.add_facets();
  ref->set_high(activity.facet.high);
  ref->set_low(activity.facet.low);
  return true;
}

void Profile::score(const Reading& reading, const ActivityRecorded& activity, state::Facet& facet) {
  facet.set_feedback(facet.feedback() + 1);
  int value = 0;
  if (reading.score_permille) {
    value = *reading.score_permille * 2 - 1000;
  } else {
    value = activity.analysis.positive_permille - activity.analysis.negative_permille;
  }
  // Half of what is remembered comes from the newest three items or so.
  const int weight = facet.feedback() == 1 ? 1 : 4;
  facet.set_sentiment_permille(facet.sentiment_permille() + (value - facet.sentiment_permille()) / weight);
  if (reading.unhappy) {
    facet.set_negative(facet.negative() + 1);
    facet.set_last_negative_ms(std::max<std::int64_t>(facet.last_negative_ms(), to_millis(activity.at)));
  }
}

CombinedProfile Profile::combine(const std::vector<state::Facet>& facets) {
  std::vector<const state::Facet*> all;
  for (const state::Facet& facet : facets) all.push_back(&facet);
  return combine_all(all);
}

std::optional<Presence> Profile::presence(Step& step) {
  const auto* customer = step.find<state::Customer>("customer");
  if (customer == nullptr || customer->facets().empty()) return std::nullopt;
  if (customer->facets_size() == 1) {
    const auto* facet = step.find<state::Facet>(facet_name({customer->facets(0).high(), customer->facets(0).low()}));
    const auto first = DaySet::first_of(facet->days());
    if (!first || facet->last_heard_ms() == 0) return std::nullopt;
    return Presence{*first, facet->last_day(), facet->day_count(), from_millis(facet->last_heard_ms())};
  }
  return presence_of(combined(step));
}

std::optional<Presence> Profile::presence_of(const CombinedProfile& profile) {
  if (profile.days.empty() || !profile.last_heard) return std::nullopt;
  return Presence{*profile.days.first(), *profile.days.last(), profile.days.count(), *profile.last_heard};
}

std::optional<Timestamp> Profile::last_negative(Step& step) {
  std::int64_t newest = 0;
  if (const auto* customer = step.find<state::Customer>("customer")) {
    for (const auto& ref : customer->facets()) {
      const auto* facet = step.find<state::Facet>(facet_name({ref.high(), ref.low()}));
      if (facet != nullptr) newest = std::max<std::int64_t>(newest, facet->last_negative_ms());
    }
  }
  if (newest == 0) return std::nullopt;
  return from_millis(newest);
}

CombinedProfile Profile::combined(Step& step) {
  std::vector<const state::Facet*> facets;
  if (const auto* customer = step.find<state::Customer>("customer")) {
    for (const auto& ref : customer->facets()) {
      if (const auto* facet = step.find<state::Facet>(facet_name({ref.high(), ref.low()}))) facets.push_back(facet);
    }
  }
  return combine_all(facets);
}

}  // namespace earshot
