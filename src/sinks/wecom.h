// Alerts to a group bot of 企业微信.
#pragma once

#include "sinks/sink_kinds.h"

namespace earshot {

extern const SinkKind kWecom;

}  // namespace earshot
