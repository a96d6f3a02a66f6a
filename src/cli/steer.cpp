#include "cli/steer.h"

#include <cstdlib>

#include "event/codec.h"
#include "event/steering.h"

namespace earshot::cli {

Result<void> steer(Station& station, const std::string& id, const std::string& source, EventBody body) {
  if (auto checked = check_steering(body); !checked) return checked;
  Pump& pump = station.pump();
  Event event;
  event.id = id;
  event.source = source;
  event.tenant = station.config().tenant;
  event.time = event.recorded = pump.now();
  event.body = std::move(body);
  pump.append_everywhere(event);
  if (auto ran = pump.run_before(pump.now()); !ran) return ran;
  return station.commit();
}

Result<void> steer(const SteerTarget& target, const std::string& id, const std::string& source, EventBody body) {
  if (auto checked = check_steering(body); !checked) return checked;
  const char* token = std::getenv("EARSHOT_TOKEN");
  auto answers = answers_of_url({.url = target.url, .token = token == nullptr ? "" : token, .tenant = target.tenant});
  if (!answers) return std::move(answers.error());
  Event event;
  event.id = id;
  event.source = source;
  event.tenant = target.tenant;
  event.time = kEarliest;  // when it arrives
  event.body = std::move(body);
  if (auto told = (*answers)->tell({"/v1/control", {}, {}}, encode(event)); !told) return std::move(told.error());
  return {};
}

}  // namespace earshot::cli
