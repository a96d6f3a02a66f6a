// Older versions of event types, brought to today's while they are read. What stands in the log is never rewritten.
//
// An upgrade goes one version up; several follow each other. To change a type: write its new schema, one upgrade in a
// file of its own here, its line in upgrade.cpp. The bytes of the old version are in tests/contract/event_bytes
// already.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <simdjson.h>

namespace earshot {

struct EventUpgrade {
  std::string_view from;                           // `earshot.feedback.review.v1`
  std::string_view to;                             // `earshot.feedback.review.v2`
  std::string (*data)(simdjson::dom::object old);  // the text of the newer `data`
};

// Of this build. Every type is still at its first version.
std::span<const EventUpgrade> event_upgrades();

}  // namespace earshot
