// What every processor does with the events that steer it: keep the newest settings and know how far imports reach.
#pragma once

#include "earshot/processor.h"

namespace earshot {

// Keeps a config.changed (unless what is kept stays) or an import.began under the tenant; false for any other event.
bool keep_control(const Event& event, Step& step);

// Whether what happens now is history being imported.
bool is_importing(Step& step);
// Up to when history was imported; kEarliest without an import.
Timestamp imported_until(Step& step);

// The settings of a section with their version; nullptr when none are in the log.
struct KeptConfig {
  std::int64_t version = 0;
  std::string_view settings;
};
std::optional<KeptConfig> kept_config(Step& step, std::string_view section);

// Whether settings take the place of those that are kept. Of two with one version, as processes give that do not know
// of each other's, it is the greater text, so that every partition ends up with the same whatever comes first.
bool replaces(const ConfigChanged& changed, const KeptConfig& kept);

// What settings from outside get as their version: above what is kept, if that is known, and not below that of settings
// which another process recorded earlier.
std::int64_t next_version(const std::optional<KeptConfig>& kept, Timestamp recorded);

// The same for those on the pump's thread who are not inside a step.
Timestamp imported_until(ValueView& values, std::string_view tenant);
std::optional<KeptConfig> kept_config(ValueView& values, std::string_view tenant, std::string_view section);

}  // namespace earshot
