// The settings in force, as the API and the command line tell them: plain structs like those of answers.h.
#pragma once

#include <cstdint>
#include <string>

namespace earshot::api {

// An object, as JSON: what may stand in it is the section's (settings/sections.h).
struct SettingsText {
  std::string json;
  bool operator==(const SettingsText&) const = default;
};
template <class F>
void fields(F& f, SettingsText& v) {
  f.unknown(v.json);
}

struct SettingsRow {
  std::string section;
  std::int64_t version = 0;  // 0: the log has none, and these are the defaults
  SettingsText settings;
  bool operator==(const SettingsRow&) const = default;
};
template <class F>
void fields(F& f, SettingsRow& v) {
  f.required("section", v.section);
  f.required("version", v.version);
  f.required("settings", v.settings);
}

}  // namespace earshot::api
