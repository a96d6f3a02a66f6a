// Alerts to a custom bot of 飞书 (Lark).
#pragma once

#include "sinks/sink_kinds.h"

namespace earshot {

// The string is the key, and nothing is signed with it.
std::string sign_feishu(std::string_view secret, std::int64_t unix_seconds);

extern const SinkKind kFeishu;

}  // namespace earshot
