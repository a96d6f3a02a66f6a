// Alerts to another system, as Standard Webhooks: `{"type","timestamp","data"}`, signed with every active secret.
//
// The id of a message is the alert's own, the same on every try, so a receiver can tell a repeat. Only a 2xx counts as
// taken; redirects are not followed; 410 says that the receiver is gone for good. A digest has the type
// `earshot.alert.digest.v1` and its alerts in a list.
#pragma once

#include "sinks/sink_kinds.h"

namespace earshot {

extern const SinkKind kWebhook;

}  // namespace earshot
