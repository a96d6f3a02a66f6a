#include "api/queries.h"
#include "settings/sections.h"
#include "state/common.pb.h"
#include "state/desk.pb.h"

namespace earshot::api {

// Each as the processor has it that goes by it.
Result<Page<SettingsRow>> Queries::settings(std::string_view tenant) const {
  Page<SettingsRow> page;
  const auto add = [&](const SettingsSection& section, const auto& kept) -> Result<void> {
    if (!kept) return kept.error();
    SettingsRow row{std::string(section.name), 0, {}};
    if (*kept) {
      row.version = (*kept)->version();
      row.settings.json = (*kept)->settings();
    } else {
      auto defaults = complete_settings(section.name, "{}");
      if (!defaults) return std::move(defaults.error());
      row.settings.json = std::move(*defaults);
    }
    page.items.push_back(std::move(row));
    return {};
  };
  for (const SettingsSection& section : kSettingsSections) {
    auto added =
        section.topic == Topic::desk
            ? add(section, value<state::DeskConfig>(section.topic, tenant, "settings"))
            : add(section, value<state::ConfigState>(section.topic, tenant, "config/" + std::string(section.name)));
    if (!added) return std::move(added.error()).in("section " + std::string(section.name));
  }
  return page;
}

}  // namespace earshot::api
