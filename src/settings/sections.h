// The sections of the configuration that are in force through the log: what each may hold, and which topic's processor
// goes by it. The file, the API and the commands ask here, so that all three take and refuse the same.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "earshot/result.h"
#include "earshot/topics.h"

namespace earshot {

struct SettingsSection {
  std::string_view name;
  Topic topic = Topic::feedback;  // input of the processor that goes by it
};
inline constexpr std::array<SettingsSection, 4> kSettingsSections{
    {{"desk", Topic::desk}, {"insight", Topic::measures}, {"silence", Topic::activity}, {"text", Topic::feedback}}};

inline constexpr std::size_t kSettingsBytesMax = 512 * 1024;  // of one section: a Kafka broker takes a megabyte

// Invalid, with the nearest name, for what is no such section.
Result<SettingsSection> find_settings_section(std::string_view name);

// The settings with everything that was left out, as they go into the log. Errors begin with the path of what is wrong,
// `silence.horizon_days is not …`, or with `desk: `.
Result<std::string> complete_settings(std::string_view section, std::string_view json);

}  // namespace earshot
