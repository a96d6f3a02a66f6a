// Alerts to another system, as Standard Webhooks: `{"type","timestamp","data"}`, signed with every active secret.
//
// The id of a message is the alert's own, the same on every try, so a receiver can tell a repeat. Only a 2xx counts as
// taken; redirects are not followed; 410 says that the receiver is gone for good. The address that is connected to is
// checked after the name was resolved: private ones are refused unless the settings allow them.
//
// One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "earshot/sink.h"
#include "earshot/time.h"

namespace earshot {

struct WebhookSettings {
  std::string name = "webhook";
  std::string url;
  std::vector<std::string> secrets;  // `whsec_…`; several while they are rotated
  bool allow_private_addresses = false;
  Millis timeout{20'000};
};

// Checks the URL and the secrets. The clock must outlive the sink.
Result<std::unique_ptr<Sink>> make_webhook(WebhookSettings settings, const Clock& clock);

}  // namespace earshot
