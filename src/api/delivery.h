// Takes what others send: events over HTTP, and the web hooks of connectors.
//
// A body is read by a connector and offered to the front door as one; the answer comes when it is durable. What cannot
// be accepted costs only itself: it becomes a dead letter, and the answer says which item and why.
#pragma once

#include <functional>
#include <string_view>

#include "api/intake.h"
#include "api/router.h"
#include "api/workers.h"
#include "earshot/connector.h"

namespace earshot::api {

// The connector that takes the web hooks of a tenant; nullptr when none is configured.
using FindHook = std::function<const Connector*(std::string_view connector, std::string_view tenant)>;

class Delivery {
 public:
  // `events` reads CloudEvents.
  struct Parts {
    Intake& intake;
    Workers& workers;
    const Clock& clock;
    const Connector& events;
    FindHook find_hook;
  };
  explicit Delivery(Parts parts) : parts_(std::move(parts)) {}

  void take_events(Call call, Reply reply) const;  // POST /v1/events
  void take_hook(Call call, Reply reply) const;    // POST /hooks/{connector}/{tenant}

 private:
  struct Source {
    const Connector& connector;
    Origin origin;
    bool may_name_tenant = false;  // an event may name another one than the origin's
  };
  void take(Source source, Call call, Reply reply, bool refuse_if_nothing_is_good) const;
  void read_and_offer(const Source& source, const Call& call, const Reply& reply, bool refuse_if_nothing_is_good) const;

  Parts parts_;
};

}  // namespace earshot::api
