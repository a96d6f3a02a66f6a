#include "settings/sections.h"

#include <algorithm>
#include <map>

#include "event/json_reader.h"
#include "event/settings_writer.h"
#include "processors/customer/settings.h"
#include "processors/desk/settings.h"
#include "processors/insight/settings.h"
#include "processors/intake/settings.h"

namespace earshot {
namespace {

Error invalid(std::string message) { return {ErrorKind::Invalid, std::move(message)}; }

struct Numbers {
  std::map<std::string, std::int64_t, std::less<>> by_name;
  void optional(std::string_view name, std::int64_t value) { by_name.emplace(name, value); }
};

Numbers numbers_of(insight::Settings settings) {
  Numbers numbers;
  fields(numbers, settings);
  return numbers;
}

Result<void> validate(const insight::Settings& settings) {
  const Numbers good = numbers_of(insight::within_bounds(settings));
  for (const auto& [name, value] : numbers_of(settings).by_name) {
    if (const auto nearest = good.by_name.find(name)->second; nearest != value)
      return invalid("insight." + name + " is out of range: " + std::to_string(value) + "; the nearest within it is " +
                     std::to_string(nearest));
  }
  return {};
}

template <class Settings>
Result<std::string> complete(std::string_view section, std::string_view json) {
  auto read = read_json<Settings>(json);
  if (!read) return invalid(std::string(section) + "." + read.error().message);
  if (auto valid = validate(*read); !valid) return std::move(valid.error());
  return SettingsWriter::text(*read);
}

Result<std::string> complete_desk(std::string_view json) {
  auto read = desk::read_desk_settings(json);
  if (!read) return std::move(read.error());
  return SettingsWriter::text(*read);
}

}  // namespace

Result<SettingsSection> find_settings_section(std::string_view name) {
  std::vector<std::string_view> known;
  for (const SettingsSection& section : kSettingsSections) {
    if (section.name == name) return section;
    known.push_back(section.name);
  }
  const std::string near = nearest_word(name, known);
  return invalid("section " + std::string(name) + " is none of desk, insight, silence or text" +
                 (near.empty() ? "; what else stands in the file is read at a start" : "; did you mean " + near + "?"));
}

Result<std::string> complete_settings(std::string_view section, std::string_view json) {
  if (auto found = find_settings_section(section); !found) return std::move(found.error());
  auto settings = section == "desk"      ? complete_desk(json)
                  : section == "insight" ? complete<insight::Settings>(section, json)
                  : section == "silence" ? complete<CustomerSettings>(section, json)
                                         : complete<TextSettings>(section, json);
  if (settings && settings->size() > kSettingsBytesMax)
    return invalid(std::string(section) + " holds more than " + std::to_string(kSettingsBytesMax) +
                   " bytes of settings; make its lists shorter");
  return settings;
}

}  // namespace earshot
