// Business calendars from the words of the settings. Arithmetic is in calendar.h.
#pragma once

#include "earshot/result.h"
#include "processors/desk/calendar.h"
#include "processors/desk/settings.h"

namespace earshot::desk {

// Invalid, naming the calendar and the line, when something cannot be read. Reads the machine's data of the zone.
Result<Calendar> make_calendar(const CalendarSettings& settings);

}  // namespace earshot::desk
