#include "processors/desk/rulebook.h"

#include "base/hash.h"
#include "earshot/check.h"
#include "event/json_reader.h"
#include "event/json_writer.h"
#include "processors/desk/calendars.h"

namespace earshot::desk {

Rulebook::Rulebook(DeskSettings settings) : settings_(std::move(settings)) {
  for (const CalendarSettings& calendar : settings_.calendars) {
    const std::string text = write_json(calendar);
    calendars_.emplace(calendar.name, NamedCalendar{fingerprint(text).hex(), text, calendar_from_text(text)});
  }
}

const NamedCalendar& Rulebook::calendar(std::string_view name) const {
  const auto found = calendars_.find(name);
  EARSHOT_CHECK(found != calendars_.end(), "settings must be valid: they name a calendar that is not there");
  return found->second;
}

const DepartmentSettings& Rulebook::department(std::string_view name) const {
  const DepartmentSettings* found = find_department(settings_, name);
  return found == nullptr ? settings_.departments.front() : *found;
}

Calendar calendar_from_text(std::string_view text) {
  auto settings = read_json<CalendarSettings>(text);
  EARSHOT_CHECK(settings.has_value(), "the text of a calendar was written by us");
  auto calendar = make_calendar(*settings);
  EARSHOT_CHECK(calendar.has_value(),
                "a calendar was valid when it was stored; is its time zone gone from this machine?");
  return std::move(*calendar);
}

}  // namespace earshot::desk
