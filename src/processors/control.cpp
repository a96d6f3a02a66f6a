#include "processors/control.h"

#include <algorithm>

#include "state/common.pb.h"

namespace earshot {

bool keep_control(const Event& event, Step& step) {
  if (const auto* config = std::get_if<ConfigChanged>(&event.body)) {
    const std::string name = "config/" + config->section;
    const auto* kept = step.find_at<state::ConfigState>(step.tenant(), name);
    if (kept != nullptr && !replaces(*config, {kept->version(), kept->settings()})) return true;
    auto& value = step.edit_at<state::ConfigState>(step.tenant(), name);
    value.set_version(config->version);
    value.set_settings(config->settings);
    return true;
  }
  if (const auto* began = std::get_if<ImportBegan>(&event.body)) {
    if (began->until <= imported_until(step)) return true;
    step.edit_at<state::ImportState>(step.tenant(), "import").set_until_ms(to_millis(began->until));
    return true;
  }
  return false;
}

Timestamp imported_until(Step& step) {
  const auto* import = step.find_at<state::ImportState>(step.tenant(), "import");
  return import == nullptr ? kEarliest : from_millis(import->until_ms());
}

bool is_importing(Step& step) { return step.now() <= imported_until(step); }

std::optional<KeptConfig> kept_config(Step& step, std::string_view section) {
  const auto* config = step.find_at<state::ConfigState>(step.tenant(), "config/" + std::string(section));
  if (config == nullptr) return std::nullopt;
  return KeptConfig{config->version(), config->settings()};
}

bool replaces(const ConfigChanged& changed, const KeptConfig& kept) {
  return changed.version != kept.version ? changed.version > kept.version : changed.settings > kept.settings;
}

std::int64_t next_version(const std::optional<KeptConfig>& kept, Timestamp recorded) {
  return std::max<std::int64_t>(kept ? kept->version + 1 : 1, to_millis(recorded));
}

Timestamp imported_until(ValueView& values, std::string_view tenant) {
  const auto* any = values.find(tenant, "import", &HeldValue<state::ImportState>::decode);
  return any == nullptr ? kEarliest
                        : from_millis(static_cast<const HeldValue<state::ImportState>*>(any)->value.until_ms());
}

std::optional<KeptConfig> kept_config(ValueView& values, std::string_view tenant, std::string_view section) {
  const auto* any = values.find(tenant, "config/" + std::string(section), &HeldValue<state::ConfigState>::decode);
  if (any == nullptr) return std::nullopt;
  const auto& config = static_cast<const HeldValue<state::ConfigState>*>(any)->value;
  return KeptConfig{config.version(), config.settings()};
}

}  // namespace earshot
