// The questions that can be asked of Earshot, as data: a path, and the function that answers with JSON. The HTTP
// surface makes a route of each; a command asks the same ones of a data directory, without a server in between, so both
// read the same parameters, refuse the same mistakes and give the same answers.
//
// Any thread. `queries` and `deliveries` must outlive what refers to them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/queries.h"
#include "api/router.h"
#include "api/sink_deliveries.h"

namespace earshot::api {

// Which settings are in force: also answered by a process that only takes events and settings.
inline constexpr std::string_view kConfigPattern = "/v1/config";

struct Question {
  std::string_view pattern;  // `/v1/cases/{id}`
  std::function<Result<std::string>(const Call&)> ask;
};

std::vector<Question> questions(const Queries& queries, const SinkDeliveries& deliveries);

}  // namespace earshot::api
