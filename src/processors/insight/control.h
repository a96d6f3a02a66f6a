// The events that steer insight: its settings, and how far imported history reaches. Kept under the tenant's name in every
// partition.
#pragma once

#include "earshot/processor.h"
#include "processors/insight/settings.h"

namespace earshot::insight {

// Keeps a config.changed of the section `insight` or an import.began; false for any other event. What is older than what is
// kept changes nothing.
bool keep_control(const Event& event, Step& step);

// As configured, or the defaults.
Settings settings_of(Step& step);

// Up to when history was imported; kEarliest without an import.
Timestamp imported_until(Step& step);

}  // namespace earshot::insight
