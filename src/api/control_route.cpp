// What steers the processors from outside: a source that cannot be heard, a new fit of the silence model.
#include "api/api.h"
#include "api/delivery_answers.h"
#include "event/codec.h"
#include "event/json_writer.h"
#include "event/steering.h"

namespace earshot::api {

void Api::steer(const Call& call, const Reply& reply) {
  const std::string type = call.request.header("content-type");
  if (!type.starts_with("application/json") && !type.starts_with("application/cloudevents+json")) {
    return reply.send(Problem{415, "unsupported_media_type",
                              "one event is sent as application/json or application/cloudevents+json"});
  }
  auto event = EventDecoder().decode(call.request.body);
  if (!event) return reply.send(Problem{400, "invalid_event", event.error().detail});
  if (auto checked = check_steering(event->body); !checked) return reply.send(problem_of(checked.error()));
  event->tenant = call.who.tenant;
  event->caused_by.clear();
  event->hops = 0;
  Offer offer{.connector = "api", .received = parts_.clock.now(), .tenant = call.who.tenant};
  offer.events.push_back(std::move(*event));
  parts_.intake.offer(std::move(offer), [reply](Result<OfferOutcome> outcome) {
    if (!outcome) return reply.send(problem_of(outcome.error()));
    reply.send(
        Response{200, "application/json", write_json(DeliveryAnswer{outcome->accepted, outcome->duplicate, {}}), {}});
  });
}

}  // namespace earshot::api
