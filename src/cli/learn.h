// What is learned from a tenant's customers: from their active days, as state has them, to the events that a fit
// becomes. For `earshot fit` and for a service that fits by itself.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "cli/config.h"
#include "earshot/event.h"
#include "earshot/state_store.h"
#include "processors/customer/churn_fit.h"
#include "processors/customer/days.h"
#include "processors/customer/settings.h"

namespace earshot::cli {

// Of more customers every so many is used: a million says all there is to say, and a hundred million do not fit in
// memory.
inline constexpr std::size_t kCustomersUsedMax = 1'000'000;

struct CustomersKnown {
  std::vector<std::vector<DayNumber>> active_days;
  std::vector<std::string> segments;  // of each; empty: the tenant has none
  std::int64_t version = 0;           // of the newest fit
  Timestamp until{};
};

CustomerSettings silence_settings(const Config& config);

// Section silence as state has it, which may be newer than the file; that of the configuration if there is none.
Result<Config> with_silence_in_force(const StateStore& state, Config config);

// As it stands in one consistent view of the store; `until` is the caller's. Any thread. Beyond `customers_max` only
// every second customer is kept, then every fourth, and so on. Cut short where it is stopped.
Result<CustomersKnown> known_of_state(const StateStore& state, const Config& config,
                                      std::size_t customers_max = kCustomersUsedMax, const std::stop_token& stop = {});

// As state has it; version 0 if there is none.
struct NewestFit {
  std::int64_t version = 0;
  Timestamp until{};
};
Result<NewestFit> newest_fit(const StateStore& state, const std::string& tenant);

struct Learned {
  ChurnFits fits;
  std::vector<ChurnModelFitted> events;  // everyone's, then one for each segment
};
Result<Learned> learn(CustomersKnown known, const CustomerSettings& settings);

// The id of the event: a fit that is said twice is said once.
std::string id_of(const ChurnModelFitted& fitted);

}  // namespace earshot::cli
