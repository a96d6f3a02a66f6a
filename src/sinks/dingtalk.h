// Alerts to a custom bot of 钉钉.
#pragma once

#include "sinks/sink_kinds.h"

namespace earshot {

std::string sign_dingtalk(std::string_view secret, std::int64_t unix_millis);

extern const SinkKind kDingtalk;

}  // namespace earshot
