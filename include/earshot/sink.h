// A way out for alerts: to a chat, a mailbox, another system. At least once, always with the same id, so that the receiver
// can tell a repeat. A replay sends nothing: sinks read the published topics and keep their own place.
#pragma once

#include <string>
#include <string_view>

#include "earshot/event.h"
#include "earshot/result.h"

namespace earshot {

enum class Delivery { done, try_again, never };  // never: the receiver refuses for good

struct DeliveryResult {
  Delivery outcome = Delivery::done;
  std::string detail;                // for a person
  Millis retry_after{0};             // when the receiver names a time
};

class Sink {
 public:
  virtual ~Sink() = default;
  virtual std::string_view name() const = 0;
  virtual DeliveryResult deliver(const Event& alert) = 0;  // may block; called from one thread
};

}  // namespace earshot
