#include "simulation/loyalty.h"

#include <algorithm>

namespace earshot::simulation {
namespace {

constexpr double kStaysWhenHelped = 0.75;
constexpr double kDriftsInAMonth = 0.018;
constexpr double kCancelsPlan = 0.5;  // the others let the next payment fail
constexpr double kUsesLess = 2.5;

}  // namespace

void Loyalty::good(Customer& customer, int weight) { customer.mood = std::min(1000, customer.mood + weight); }

bool Loyalty::bad(Customer& customer, Timestamp at, int weight, const std::string& why) {
  customer.mood = std::max(0, customer.mood - weight);
  const double wish = std::clamp(0.02 + (620 - customer.mood) * 0.0009, 0.01, 0.6) * customer.fickle;
  if (customer.leaves_at || !customer.random.chance(wish)) return false;
  plan_leaving(customer, at + days_of(0.5 + 7.0 * customer.random.unit()), why);
  return true;
}

bool Loyalty::helped(Customer& customer) {
  good(customer, 220);
  if (!customer.leaves_at || customer.leaves_why == "drifted" || !customer.random.chance(kStaysWhenHelped))
    return false;
  customer.leaves_at.reset();
  customer.slowing = 1.0;
  return true;
}

void Loyalty::plan_drifting(Customer& customer, Timestamp from) {
  stage_.later(customer, from + days_of(30), [this, &customer](Timestamp now) {
    if (!customer.leaves_at && customer.random.chance(kDriftsInAMonth)) {
      customer.slowing = 1.7;
      plan_leaving(customer, now + days_of(15.0 + 30.0 * customer.random.unit()), "drifted");
    }
    plan_drifting(customer, now);
  });
}

void Loyalty::plan_leaving(Customer& customer, Timestamp at, std::string why) {
  if (customer.has_contract()) {
    customer.slowing = std::max(customer.slowing, kUsesLess);
    Timestamp ends = customer.renews_at;
    while (ends < at + days_of(1)) ends += customer.plan_period;
    at = std::max(at, ends - days_of(1.0 + 9.0 * customer.random.unit()));
  }
  customer.leaves_at = at;
  customer.leaves_why = std::move(why);
  stage_.later(customer, at, [this, &customer](Timestamp now) {
    if (customer.leaves_at && *customer.leaves_at <= now) leave(customer, now);
  });
}

void Loyalty::leave(Customer& customer, Timestamp at) {
  if (customer.uses_app && customer.random.chance(kCancelsPlan)) {
    Event event = stage_.event(customer, "app", InputKind::subscription, at);
    input_of(event).subscription = Subscription{customer.plan(), SubscriptionStatus::cancelled, std::nullopt};
    stage_.outbox.send_in_batch(event);
  }
  customer.left = at;
  customer.why = customer.leaves_why;
}

}  // namespace earshot::simulation
