// What every processor does with the events that steer it: keep the newest settings and know how far imports reach.
#pragma once

#include "earshot/processor.h"

namespace earshot {

// Keeps a config.changed (unless it is older than what is kept) or an import.began under the tenant; false for any
// other event.
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

// The same for those on the pump's thread who are not inside a step.
Timestamp imported_until(ValueView& values, std::string_view tenant);
std::optional<KeptConfig> kept_config(ValueView& values, std::string_view tenant, std::string_view section);

}  // namespace earshot
