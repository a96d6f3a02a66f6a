// A way out for alerts: to a chat, a mailbox, another system. At least once, always with the same id, so that the
// receiver can tell a repeat. A replay sends nothing: sinks read the published topics and keep their own place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "earshot/event.h"
#include "earshot/result.h"

namespace earshot {

// What is sent at once: an alert, or a digest of those for which there is no room one by one.
struct Notice {
  std::string id;                        // of the alert, or of the digest
  std::vector<Event> alerts;             // oldest first; at least one
  std::vector<std::string> customers{};  // a key of each alert's customer, for people; empty: the id must do
};

enum class Delivery { done, try_again, never };  // never: the receiver refuses for good

struct DeliveryResult {
  Delivery outcome = Delivery::done;
  std::string detail;     // for a person
  Millis retry_after{0};  // when the receiver names a time
};

class Sink {
 public:
  virtual ~Sink() = default;
  virtual std::string_view name() const = 0;
  virtual DeliveryResult deliver(const Notice& notice) = 0;  // may block; called from one thread
};

}  // namespace earshot
