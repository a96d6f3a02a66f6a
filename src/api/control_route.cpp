// What steers the processors from outside: settings, a source that cannot be heard, a new fit of the silence model.
#include "api/api.h"
#include "api/delivery_answers.h"
#include "event/codec.h"
#include "event/json_writer.h"
#include "event/steering.h"
#include "settings/sections.h"

namespace earshot::api {

// Settings come out complete.
Result<void> Api::check_steering_event(Event& event) const {
  if (auto checked = check_steering(event.body); !checked) return checked;
  auto* changed = std::get_if<ConfigChanged>(&event.body);
  if (changed == nullptr) return {};
  auto settings = complete_settings(changed->section, changed->settings);
  if (!settings) return std::move(settings.error());
  changed->settings = std::move(*settings);
  if (!parts_.check_settings) return {};
  return parts_.check_settings(changed->section, changed->settings);
}

// A worker reads it: settings may be long.
void Api::steer(Call call, const Reply& reply) {
  const std::string type = call.request.header("content-type");
  if (!type.starts_with("application/json") && !type.starts_with("application/cloudevents+json")) {
    return reply.send(Problem{415, "unsupported_media_type",
                              "one event is sent as application/json or application/cloudevents+json"});
  }
  const auto tenant = call.request.query.find("tenant");
  if (tenant != call.request.query.end() && tenant->second != call.who.tenant)
    return reply.send(Problem{403, "other_tenant",
                              "this API token is of tenant " + call.who.tenant + "; use one of " + tenant->second});
  const bool is_taken = workers_.post([this, call = std::move(call), reply] {
    auto event = EventDecoder().decode(call.request.body);
    if (!event) return reply.send(Problem{400, "invalid_event", event.error().detail});
    if (auto checked = check_steering_event(*event); !checked) return reply.send(problem_of(checked.error()));
    event->tenant = call.who.tenant;
    event->caused_by.clear();
    event->hops = 0;
    Offer offer{.connector = "api", .received = parts_.clock.now(), .tenant = call.who.tenant};
    offer.events.push_back(std::move(*event));
    parts_.intake.offer(std::move(offer), [reply](Result<OfferOutcome> outcome) {
      if (!outcome) return reply.send(problem_of(outcome.error()));
      DeliveryAnswer answer{outcome->accepted, outcome->duplicate, {}, {}};
      if (outcome->accepted > 0) answer.recorded = outcome->recorded;
      reply.send(Response{200, "application/json", write_json(answer), {}});
    });
  });
  if (!is_taken) reply.send(Problem{503, "busy", "too many questions are waiting; try again later"});
}

}  // namespace earshot::api
