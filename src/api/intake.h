// The front door, as the API sees it: a bounded queue in front of the log.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "earshot/event.h"
#include "earshot/result.h"

namespace earshot::api {

// What one delivery holds. The events carry their tenant; the letters are of this one.
struct Offer {
  std::optional<DeadLetterMended>
      mending;            // the events are what a dead letter became: all are taken, or it was mended before
  std::string connector;  // who brought it: `api`, or the name of a web hook
  Timestamp received{};
  std::string tenant;
  std::vector<Event> events;
  std::vector<DeadLetter> letters;
};

struct OfferOutcome {
  std::int64_t accepted = 0;
  std::int64_t duplicate = 0;  // known already: they change nothing
  bool was_mended = false;     // the dead letter that the offer mends: somebody was first, and nothing was taken
  Timestamp recorded{};        // of what was accepted
};

class Intake {
 public:
  virtual ~Intake() = default;

  // Calls `done` once, from any thread, when everything in the offer is durable; or with Unavailable when the queue is
  // full or the log takes nothing, and then nothing of it was kept. Does not wait. Any thread.
  using Done = std::function<void(Result<OfferOutcome>)>;
  virtual void offer(Offer offer, Done done) = 0;
};

}  // namespace earshot::api
