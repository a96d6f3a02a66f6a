#include "simulation/app.h"

#include <iterator>

namespace earshot::simulation {
namespace {

using namespace std::chrono;

constexpr days kTrial{14};
constexpr const char* kUses[] = {"session", "search", "list", "checkout"};
constexpr double kCrashesInABadRelease = 0.5;
constexpr double kCrashesByChance = 0.002;
constexpr double kHitByBillingBug = 0.6;
constexpr double kCardFails = 0.03;
constexpr double kDefrauded = 0.0015;
constexpr double kNoticesPrice = 0.5;

}  // namespace

void App::begin(Customer& customer, Timestamp at, bool is_new) {
  stage_.later(customer, usual_hour(customer.random, at, customer.zone), [this, &customer, is_new](Timestamp now) {
    customer.renews_at =
        is_new ? now + kTrial : now + Millis{customer.random.between(0, Millis(customer.plan_period).count())};
    send_subscription(customer, is_new ? SubscriptionStatus::trial : SubscriptionStatus::active, now);
    stage_.schedule.at(customer.renews_at, customer.number,
                       [this, &customer](Timestamp then) { renew(customer, then); });
    plan_price_raise(customer, now);
    use(customer, now);
  });
}

void App::plan_use(Customer& customer, Timestamp after) {
  Rhythm rhythm = customer.uses;
  rhythm.mean_days *= customer.slowing;
  const Timestamp at = usual_hour(customer.random, after + next_gap(customer.random, rhythm), customer.zone);
  stage_.later(customer, at, [this, &customer](Timestamp now) { use(customer, now); });
}

void App::use(Customer& customer, Timestamp at) {
  Event event = stage_.event(customer, "app", InputKind::usage, at);
  input_of(event).usage = Usage{kUses[customer.random.below(std::size(kUses))], customer.random.between(1, 9)};
  stage_.outbox.send_in_batch(event);
  const bool in_bad_release = stage_.failures.hits(Trouble::crashing_app, at, customer.region);
  if (customer.random.chance(in_bad_release ? kCrashesInABadRelease : kCrashesByChance)) {
    voice_.suffers(customer, {Theme::app, 80, "service failure", "", slots(customer)}, at);
  } else {
    remark(customer, at);
  }
  plan_use(customer, at);
}

// Most of the time there is nothing to say.
void App::remark(Customer& customer, Timestamp at) {
  const double luck = customer.random.unit();
  if (luck < 0.004) return voice_.remarks(customer, {Theme::praise_app, 0, "", "", slots(customer)}, at);
  if (luck < 0.006) return voice_.asks(customer, {Theme::suggestion, 0, "", "", slots(customer)}, at);
  if (luck < 0.0075) return voice_.suffers(customer, {Theme::login, 90, "service failure", "", slots(customer)}, at);
  if (luck > 0.015) return;
  Event event = stage_.event(customer, "newsletter", InputKind::contact, at);
  input_of(event).channel = "email";
  stage_.outbox.send_in_batch(event);
}

void App::renew(Customer& customer, Timestamp at) {
  if (customer.left || customer.random.chance(kCardFails)) return fail_to_renew(customer, at);
  send_payment(customer, PaymentStatus::succeeded, at);
  customer.renews_at = at + customer.plan_period;
  send_subscription(customer, SubscriptionStatus::active, at);
  if (stage_.failures.hits(Trouble::billing_bug, at, customer.region) && customer.random.chance(kHitByBillingBug)) {
    send_payment(customer, PaymentStatus::succeeded, at);
    const Timestamp noticed = at + hours{customer.random.between(2, 40)};
    stage_.later(customer, noticed, [this, &customer](Timestamp now) {
      voice_.suffers(customer, {Theme::billing, 170, "service failure", "", slots(customer)}, now);
    });
    stage_.schedule.at(at + days{customer.random.between(4, 12)}, customer.number,
                       [this, &customer](Timestamp now) { send_payment(customer, PaymentStatus::refunded, now); });
  }
  if (customer.random.chance(kDefrauded)) {
    stage_.later(customer, at + hours{5}, [this, &customer](Timestamp now) {
      send_payment(customer, PaymentStatus::disputed, now);
      voice_.suffers(customer, {Theme::fraud, 250, "service failure", "", slots(customer)}, now);
    });
  }
  stage_.schedule.at(customer.renews_at, customer.number, [this, &customer](Timestamp now) { renew(customer, now); });
}

// A new card comes within days, unless they have gone: then the plan ends.
void App::fail_to_renew(Customer& customer, Timestamp at) {
  send_payment(customer, PaymentStatus::failed, at);
  send_subscription(customer, SubscriptionStatus::past_due, at);
  stage_.schedule.at(at + days{3}, customer.number, [this, &customer](Timestamp now) {
    if (customer.left) return send_subscription(customer, SubscriptionStatus::cancelled, now);
    renew(customer, now);
  });
}

void App::plan_price_raise(Customer& customer, Timestamp after) {
  stage_.later(customer, stage_.failures.next_price_raise(after), [this, &customer](Timestamp now) {
    customer.plan_price = customer.plan_price * 6 / 5;
    const Timestamp noticed = now + hours{customer.random.between(6, 200)};
    if (customer.random.chance(kNoticesPrice)) {
      stage_.later(customer, noticed, [this, &customer](Timestamp then) {
        voice_.suffers(customer, {Theme::price, 190, "price", "", slots(customer)}, then);
      });
    }
    plan_price_raise(customer, now);
  });
}

void App::send_subscription(Customer& customer, SubscriptionStatus status, Timestamp at) {
  Event event = stage_.event(customer, "app", InputKind::subscription, at);
  Subscription subscription{customer.plan(), status, std::nullopt};
  if (status == SubscriptionStatus::active) subscription.renews_at = customer.renews_at;
  input_of(event).subscription = std::move(subscription);
  stage_.outbox.send_in_batch(event);
}

void App::send_payment(Customer& customer, PaymentStatus status, Timestamp at) {
  Event event = stage_.event(customer, "billing", InputKind::payment, at);
  input_of(event).payment = Payment{"PAY-" + event.id, customer.plan_price, customer.currency(), status};
  stage_.outbox.send_in_batch(event);
}

Slots App::slots(const Customer& customer) const {
  return {customer.manner.tongue == Tongue::english ? "app" : "会员", 3, spoken_amount(customer, customer.plan_price),
          "ORD-" + customer.id + "-1"};
}

}  // namespace earshot::simulation
