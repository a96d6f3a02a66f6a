// One simulated customer, and what the parts of the company that deal with customers share.
#pragma once

#include <optional>
#include <string>

#include "earshot/event.h"
#include "simulation/failures.h"
#include "simulation/outbox.h"
#include "simulation/phrases.h"
#include "simulation/rhythm.h"

namespace earshot::simulation {

struct Customer {
  Customer(int number_given, std::uint64_t seed) : number(number_given), random(seed) {}

  int number = 0;
  Random random;   // their own, so that nobody's luck depends on somebody else
  std::string id;  // `U-0001`
  std::string email;
  std::string did;        // of their account in the social network, or empty
  std::string review_id;  // of their review in the app store, once there is one
  std::string region;
  std::chrono::hours zone{8};
  Manner manner;

  bool shops = false;
  bool buys_at_market = false;
  bool uses_app = false;
  Rhythm orders;
  Rhythm uses;
  double slowing = 1.0;  // gaps grow by it when somebody drifts away
  double speaks = 0.1;   // chance that something bad is said aloud
  double fickle = 1.0;
  int mood = 750;  // of 1000

  std::int64_t plan_price = 0;  // a period, minor units
  std::chrono::days plan_period{30};
  Timestamp renews_at{};  // the next time at which they pay for the plan
  Timestamp joined{};
  std::optional<Timestamp> leaves_at;
  std::string leaves_why;
  std::optional<Timestamp> left;
  std::string why;
  Timestamp helped_at{};
  Timestamp surveyed_at{};
  StoreReview review;
  int order_count = 0;
  int thread_count = 0;
  int survey_count = 0;
  int event_count = 0;

  // Bound for months, they leave when the contract ends: until then they only use less of what they have paid for.
  bool has_contract() const { return uses_app && plan_period > std::chrono::days{30}; }
  std::string plan() const { return has_contract() ? "plus-quarter" : "plus"; }
  bool complains() const { return speaks > 0.5; }
  std::string key() const { return "customer:" + id; }
  std::string currency() const { return manner.tongue == Tongue::chinese ? "CNY" : region == "GB-LND" ? "GBP" : "USD"; }
};

// What every part needs: time, a way out, and what is going wrong.
struct Stage {
  const Settings& settings;
  Schedule& schedule;
  Outbox& outbox;
  const Failures& failures;

  // What a customer does later; nothing if they have left by then.
  template <class Action>
  void later(Customer& customer, Timestamp at, Action action) const {
    schedule.at(at, customer.number, [&customer, action = std::move(action)](Timestamp now) mutable {
      if (!customer.left) action(now);
    });
  }

  // An event of this customer at one of the company's systems (`shop`, `app`, `desk`, …).
  Event event(Customer& customer, const std::string& system, InputKind kind, Timestamp at) const;
};

inline Input& input_of(Event& event) { return std::get<Input>(event.body); }

// `1,299.00 CNY`, as people write it.
std::string spoken_amount(const Customer& customer, std::int64_t minor_units);

}  // namespace earshot::simulation
