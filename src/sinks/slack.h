// Alerts to an incoming webhook of Slack, or of what takes the same: Mattermost, Rocket.Chat, Discord's /slack.
#pragma once

#include "sinks/sink_kinds.h"

namespace earshot {

extern const SinkKind kSlack;

}  // namespace earshot
