// What is on its way to sinks, and what was parked, for people. Who keeps it gives these functions; a process without
// sinks has none of it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/queries.h"
#include "api/sink_answers.h"

namespace earshot::api {

// Where an alert stands in the log.
struct AlertPlace {
  std::int64_t partition = 0;
  std::int64_t offset = 0;
};

struct FoundDelivery {
  SinkDeliveryRow row;  // without what its alerts say
  std::vector<AlertPlace> alerts;
};

// Any thread.
struct SinkDeliveries {
  std::function<Result<std::vector<FoundDelivery>>(std::string_view tenant)> list;
  std::function<std::optional<Event>(AlertPlace place)> alert_at;  // nothing: the log does not keep it any more
  std::function<Result<std::int64_t>(std::string_view tenant, const ResendRequest& request)> resend;
};

struct SinkDeliveryFilter {
  std::string sink;
  std::string state;
};

// The newest alert first.
Result<Page<SinkDeliveryRow>> deliveries(const SinkDeliveries& kept, const PageRequest& page,
                                         const SinkDeliveryFilter& filter);

// At every sink that has it.
Result<Page<SinkDeliveryRow>> delivery(const SinkDeliveries& kept, std::string_view tenant, std::string_view id);

}  // namespace earshot::api
