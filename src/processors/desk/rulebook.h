// Settings in force with what is derived from them: calendars ready to compute with, each named by a fingerprint of its
// text, so that a running clock can keep the one it was started with.
//
// Immutable; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "processors/desk/calendar.h"
#include "processors/desk/settings.h"

namespace earshot::desk {

struct NamedCalendar {
  std::string fingerprint;  // of `text`
  std::string text;         // the settings of the calendar as JSON
  Calendar calendar;
};

class Rulebook {
 public:
  // `settings` must be complete and valid.
  explicit Rulebook(DeskSettings settings);

  const DeskSettings& settings() const { return settings_; }
  // By a name of the settings.
  const NamedCalendar& calendar(std::string_view name) const;
  // Of a department; of the first one when there is none of that name (any more).
  const DepartmentSettings& department(std::string_view name) const;
  const NamedCalendar& calendar_of_department(std::string_view name) const {
    return calendar(department(name).calendar);
  }

 private:
  DeskSettings settings_;
  std::map<std::string, NamedCalendar, std::less<>> calendars_;
};

// A calendar from its text, as a clock has pinned it.
Calendar calendar_from_text(std::string_view text);

}  // namespace earshot::desk
