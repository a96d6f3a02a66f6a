#include "processors/customer/profile.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "processors/customer/unanswered.h"

namespace earshot {
namespace {

constexpr int kChannelsMax = 8;

// What is remembered of feedback: the newest items, of which each counts more than the one before it.
constexpr std::size_t kSaidMax = 8;
using Said = std::vector<std::pair<std::int64_t, int>>;  // when, and how happy in [-1000, 1000]

Said said_in(const state::Facet& facet) {
  Said said;
  for (int i = 0; i < facet.said_ms_size(); ++i) said.emplace_back(facet.said_ms(i), facet.said_permille(i));
  return said;
}

void remember_newest(Said said, state::Facet& facet) {
  std::sort(said.begin(), said.end());
  if (said.size() > kSaidMax) said.erase(said.begin(), said.end() - kSaidMax);
  facet.clear_said_ms();
  facet.clear_said_permille();
  std::int64_t sum = 0, weights = 0, weight = static_cast<std::int64_t>(kSaidMax - said.size());
  for (const auto& [at, permille] : said) {
    facet.add_said_ms(at);
    facet.add_said_permille(permille);
    sum += ++weight * permille;
    weights += weight;
  }
  if (weights > 0) facet.set_sentiment_permille(static_cast<std::int32_t>(sum / weights));
}

void note_newest_unhappy(std::int64_t at, bool asks_to_act, state::Facet& facet) {
  if (at < facet.last_negative_ms() || at == 0) return;
  facet.set_last_negative_act(asks_to_act || (at == facet.last_negative_ms() && facet.last_negative_act()));
  facet.set_last_negative_ms(at);
}

void note_newest_region(std::int64_t at, const std::string& region, state::Facet& facet) {
  if (region.empty() || std::pair<std::int64_t, std::string_view>(at, region) <=
                            std::pair<std::int64_t, std::string_view>(facet.region_ms(), facet.region()))
    return;
  facet.set_region(region);
  facet.set_region_ms(at);
}

// Of two of one moment the later state counts: the order in which they are heard must not matter.
void note_newest_contract(std::int64_t at, const std::string& plan, int status, state::Facet& facet) {
  if (at == 0 ||
      std::tuple<std::int64_t, int, std::string_view>(at, status, plan) <
          std::tuple<std::int64_t, int, std::string_view>(facet.contract_ms(), facet.contract_status(), facet.plan()))
    return;
  facet.set_contract_ms(at);
  facet.set_contract_status(status);
  facet.set_plan(plan);
}

void note_newest_renewal(std::int64_t at, std::int64_t renews, state::Facet& facet) {
  if (renews == 0 ||
      std::pair(at, renews) <= std::pair<std::int64_t, std::int64_t>(facet.renewal_ms(), facet.renews_ms()))
    return;
  facet.set_renewal_ms(at);
  facet.set_renews_ms(renews);
}

void note_first_contract(std::int64_t at, state::Facet& facet) {
  if (at == 0 || (facet.contract_since_ms() != 0 && facet.contract_since_ms() <= at)) return;
  facet.set_contract_since_ms(at);
}

bool is_in_force(int status) { return status != static_cast<int>(SubscriptionStatus::cancelled); }

void note_newest_setback(std::int64_t at, bool cancelled, state::Facet& facet) {
  if (at < facet.setback_ms() || at == 0) return;
  facet.set_setback_cancelled(cancelled || (at == facet.setback_ms() && facet.setback_cancelled()));
  facet.set_setback_ms(at);
}

DaySet days_of(const state::Facet& facet) {
  return DaySet::kept(facet.days(), facet.day_count(), facet.first_day(), facet.last_day());
}

// One that was moved may have been packed by a version that did not keep the first day.
DaySet days_in(const state::Facet& moved) {
  auto days = DaySet::parse(moved.days());
  EARSHOT_CHECK(days, "the days of a facet are not a set of days");
  return std::move(*days);
}

void keep_days(const DaySet& days, state::Facet& facet) {
  facet.set_days(days.bytes());
  facet.set_day_count(days.count());
  facet.set_first_day(*days.first());
  facet.set_last_day(*days.last());
}

// In their order, so that it does not matter which key or event was first. Nothing is written while it is the same.
void use_channel(const std::string& channel, state::Facet& facet) {
  auto* channels = facet.mutable_channels();
  const auto place = std::lower_bound(channels->begin(), channels->end(), channel);
  if (place != channels->end() && *place == channel) return;
  const auto index = place - channels->begin();
  *channels->Add() = channel;
  std::rotate(channels->begin() + index, channels->end() - 1, channels->end());
  if (channels->size() > kChannelsMax) channels->RemoveLast();
}

// The place of a key among those of a customer, or the one where it would stand.
int place_of(KeyHash key, const state::Customer& customer) {
  int place = customer.facets_size();
  while (place > 0 && key < Profile::key_of(customer.facets(place - 1))) --place;
  return place > 0 && key == Profile::key_of(customer.facets(place - 1)) ? place - 1 : place;
}

bool stands_at(int place, KeyHash key, const state::Customer& customer) {
  return place < customer.facets_size() && Profile::key_of(customer.facets(place)) == key;
}

}  // namespace

Profile::Heard Profile::apply(const ActivityRecorded& activity, const Reading& reading, Step& step) const {
  Heard heard;
  auto& facet = edit_facet(activity.facet, step);
  const std::int64_t at = to_millis(activity.at);
  const bool is_new = facet.first_ms() == 0 && facet.entries() == 0;
  if (is_new || at < facet.first_ms()) facet.set_first_ms(at);
  facet.set_place(activity.place);
  // Events can arrive late; an old review does not make a customer newer.
  if (reading.sign_of_life) facet.set_last_heard_ms(std::max<std::int64_t>(facet.last_heard_ms(), at));
  const DayNumber day = day_of(activity.at);
  if (reading.active_day && (facet.day_count() == 0 || day != facet.last_day())) {
    DaySet days = days_of(facet);
    heard.is_another_day = days.insert(day) && days.count() > 1;
    keep_days(days, facet);
  }
  note_traits(activity, reading, facet);
  if (activity.order && (facet.currency().empty() || facet.currency() == activity.order->currency)) {
    facet.set_currency(activity.order->currency);
    facet.set_spent_minor(facet.spent_minor() +
                          (activity.kind == InputKind::returned ? -activity.order->amount : activity.order->amount));
  }
  if (reading.feedback) score(reading, activity, facet);
  fare(activity, facet);
  Unanswered::note(activity, facet);
  heard.joined = is_new;
  return heard;
}

const state::Facet* Profile::facet(KeyHash key, const state::Customer& customer) {
  const int place = place_of(key, customer);
  return stands_at(place, key, customer) ? &customer.facets(place) : nullptr;
}

const state::Facet* Profile::facet(KeyHash key, Step& step) {
  const auto* customer = step.find<state::Customer>("customer");
  return customer == nullptr ? nullptr : facet(key, *customer);
}

// Ascending, so that the same set has the same order however it came about.
state::Facet& Profile::edit_facet(KeyHash key, Step& step) {
  const bool is_new = step.find<state::Customer>("customer") == nullptr;
  auto& customer = step.edit<state::Customer>("customer");
  if (is_new) {
    const auto* before = step.find<state::Moves>("moves");
    if (before != nullptr) customer.set_moves(before->count());
  }
  const int place = place_of(key, customer);
  if (stands_at(place, key, customer)) return *customer.mutable_facets(place);
  auto& facets = *customer.mutable_facets();
  auto* added = facets.Add();
  added->set_high(key.high);
  added->set_low(key.low);
  for (int i = facets.size() - 1; i > place; --i) facets.SwapElements(i, i - 1);
  return *added;
}

void Profile::remove_facet(KeyHash key, Step& step) {
  auto& customer = step.edit<state::Customer>("customer");
  const int place = place_of(key, customer);
  if (stands_at(place, key, customer)) customer.mutable_facets()->DeleteSubrange(place, 1);
}

void Profile::remove_customer(Step& step) {
  step.edit<state::Moves>("moves").set_count(step.find<state::Customer>("customer")->moves());
  step.erase("customer");
}

void Profile::score(const Reading& reading, const ActivityRecorded& activity, state::Facet& facet) {
  facet.set_feedback(facet.feedback() + 1);
  int value = 0;
  if (reading.score_permille) {
    value = *reading.score_permille * 2 - 1000;
  } else {
    value = activity.analysis.positive_permille - activity.analysis.negative_permille;
  }
  const std::int64_t at = to_millis(activity.at);
  auto said = said_in(facet);
  said.emplace_back(at, value);
  remember_newest(std::move(said), facet);
  if (reading.happy) facet.set_last_happy_ms(std::max<std::int64_t>(facet.last_happy_ms(), at));
  if (!reading.unhappy) return;
  facet.set_negative(facet.negative() + 1);
  note_newest_unhappy(at, activity.analysis.urgency == 2 || says_they_leave(activity), facet);
}

// Where they are active, and what they have signed.
void Profile::note_traits(const ActivityRecorded& activity, const Reading& reading, state::Facet& facet) {
  if (reading.active_day) use_channel(activity.channel, facet);
  const std::int64_t at = to_millis(activity.at);
  note_newest_region(at, activity.region, facet);
  if (!activity.subscription) return;
  const auto status = static_cast<int>(activity.subscription->status);
  note_newest_contract(at, activity.subscription->plan, status, facet);
  if (is_in_force(status)) note_first_contract(at, facet);
  if (activity.subscription->renews_at) note_newest_renewal(at, to_millis(*activity.subscription->renews_at), facet);
}

// What customers do that comes before leaving: a payment that failed, a contract that was cancelled; and what shows
// that it is over.
void Profile::fare(const ActivityRecorded& activity, state::Facet& facet) {
  const std::int64_t at = to_millis(activity.at);
  const bool cancelled = activity.subscription && (activity.subscription->status == SubscriptionStatus::cancelling ||
                                                   activity.subscription->status == SubscriptionStatus::cancelled);
  if (cancelled || (activity.payment && activity.payment->status == PaymentStatus::failed))
    note_newest_setback(at, cancelled, facet);
  const bool paid = activity.payment && activity.payment->status == PaymentStatus::succeeded;
  const bool active = activity.subscription && activity.subscription->status == SubscriptionStatus::active;
  if (paid || active) facet.set_recovery_ms(std::max<std::int64_t>(facet.recovery_ms(), at));
}

void Profile::merge(const state::Facet& other, state::Facet& facet) {
  const bool is_new = facet.first_ms() == 0 && facet.entries() == 0;
  facet.set_first_ms(is_new ? other.first_ms() : std::min(facet.first_ms(), other.first_ms()));
  facet.set_last_heard_ms(std::max(facet.last_heard_ms(), other.last_heard_ms()));
  const DaySet sets[] = {days_of(facet), days_in(other)};
  const DaySet days = DaySet::united(sets);
  if (!days.empty()) keep_days(days, facet);
  facet.set_feedback(facet.feedback() + other.feedback());
  facet.set_negative(facet.negative() + other.negative());
  auto said = said_in(facet);
  const auto others = said_in(other);
  said.insert(said.end(), others.begin(), others.end());
  remember_newest(std::move(said), facet);
  facet.set_last_happy_ms(std::max(facet.last_happy_ms(), other.last_happy_ms()));
  note_newest_unhappy(other.last_negative_ms(), other.last_negative_act(), facet);
  note_newest_setback(other.setback_ms(), other.setback_cancelled(), facet);
  facet.set_recovery_ms(std::max(facet.recovery_ms(), other.recovery_ms()));
  for (const std::string& channel : other.channels()) use_channel(channel, facet);
  note_newest_region(other.region_ms(), other.region(), facet);
  note_newest_contract(other.contract_ms(), other.plan(), other.contract_status(), facet);
  note_first_contract(other.contract_since_ms(), facet);
  note_newest_renewal(other.renewal_ms(), other.renews_ms(), facet);
  Unanswered::merge(other, facet);
  facet.set_place(std::max(facet.place(), other.place()));
  if (facet.currency().empty()) facet.set_currency(other.currency());
  if (facet.currency() == other.currency()) facet.set_spent_minor(facet.spent_minor() + other.spent_minor());
}

CombinedProfile Profile::combined(const state::Customer& customer) {
  CombinedProfile all;
  std::vector<DaySet> days;
  std::int64_t weighted = 0;
  for (const state::Facet& facet : customer.facets()) {
    const Timestamp first = from_millis(facet.first_ms());
    if (days.empty() || first < all.first_seen) all.first_seen = first;
    if (facet.last_heard_ms() != 0)
      all.last_heard = std::max(all.last_heard.value_or(kEarliest), from_millis(facet.last_heard_ms()));
    if (facet.last_negative_ms() != 0)
      all.last_negative = std::max(all.last_negative.value_or(kEarliest), from_millis(facet.last_negative_ms()));
    days.push_back(days_of(facet));
    all.feedback += facet.feedback();
    all.negative += facet.negative();
    weighted += facet.sentiment_permille() * facet.feedback();
  }
  all.days = days.size() == 1 ? std::move(days.front()) : DaySet::united(days);
  if (all.feedback > 0) all.sentiment_permille = static_cast<int>(weighted / all.feedback);
  return all;
}

std::optional<Presence> Profile::presence(Step& step) {
  const auto* customer = step.find<state::Customer>("customer");
  if (customer == nullptr || customer->facets().empty()) return std::nullopt;
  if (customer->facets_size() > 1) return presence_of(combined(*customer));
  const state::Facet& facet = customer->facets(0);
  if (facet.day_count() == 0 || facet.last_heard_ms() == 0) return std::nullopt;
  return Presence{facet.first_day(), facet.last_day(), facet.day_count(), from_millis(facet.last_heard_ms())};
}

std::optional<Presence> Profile::presence_of(const CombinedProfile& profile) {
  if (profile.days.empty() || !profile.last_heard) return std::nullopt;
  return Presence{*profile.days.first(), *profile.days.last(), profile.days.count(), *profile.last_heard};
}

std::optional<Timestamp> Profile::last_negative(Step& step) {
  std::int64_t newest = 0;
  if (const auto* customer = step.find<state::Customer>("customer")) {
    for (const auto& facet : customer->facets()) newest = std::max<std::int64_t>(newest, facet.last_negative_ms());
  }
  if (newest == 0) return std::nullopt;
  return from_millis(newest);
}

Mood Profile::mood(Step& step) {
  Mood mood;
  const auto later = [](Timestamp& newest, std::int64_t ms) {
    if (ms == 0 || from_millis(ms) < newest) return false;
    newest = from_millis(ms);
    return true;
  };
  if (const auto* customer = step.find<state::Customer>("customer")) {
    for (const auto& facet : customer->facets()) {
      const Mood before = mood;
      if (later(mood.unhappy, facet.last_negative_ms()))
        mood.asks_to_act = facet.last_negative_act() || (mood.unhappy == before.unhappy && before.asks_to_act);
      later(mood.happy, facet.last_happy_ms());
      if (later(mood.setback, facet.setback_ms()))
        mood.cancelled = facet.setback_cancelled() || (mood.setback == before.setback && before.cancelled);
      later(mood.recovery, facet.recovery_ms());
    }
  }
  return mood;
}

GapHabit Profile::gap_habit(Step& step) {
  GapSums gaps;
  std::optional<DayNumber> before;
  for (const DayNumber day : combined(*step.find<state::Customer>("customer")).days.days()) {
    if (before) gaps.add(day - *before);
    before = day;
  }
  return gaps.habit();
}

bool Profile::has_contract(const state::Facet& facet) {
  return facet.contract_ms() != 0 && is_in_force(facet.contract_status());
}

void Profile::add_traits(const state::Facet& facet, Traits& traits) {
  for (const std::string& channel : facet.channels()) traits.add_channel(channel);
  traits.add_region(facet.region(), facet.region_ms());
  traits.add_contract(facet.plan(), has_contract(facet), facet.contract_ms());
}

std::string_view Profile::segment(const CustomerSettings& settings, Step& step) {
  if (settings.segments.empty()) return {};
  Traits traits;
  for (const auto& facet : step.find<state::Customer>("customer")->facets()) add_traits(facet, traits);
  return segment_of(settings.segments, traits);
}

Timestamp Profile::first_seen(Step& step) {
  Timestamp first = step.now();
  for (const auto& facet : step.find<state::Customer>("customer")->facets())
    first = std::min(first, from_millis(facet.first_ms()));
  return first;
}

std::int64_t Profile::spent(Step& step) {
  std::int64_t sum = 0;
  std::string currency;
  for (const auto& facet : step.find<state::Customer>("customer")->facets()) {
    if (facet.currency().empty()) continue;
    if (currency.empty()) currency = facet.currency();
    if (facet.currency() == currency) sum += facet.spent_minor();
  }
  return sum;
}

}  // namespace earshot
