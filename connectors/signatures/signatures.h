// Who sent this request? One verifier for every web hook, driven by a table: what the schemes differ in is data.
//
// Verify over the raw body, before anything is parsed. Comparisons take the same time wherever texts differ. Several
// secrets may be active while keys are rotated: one that fits is enough. An empty secret is refused, never used.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "earshot/connector.h"

namespace earshot {

inline constexpr std::chrono::minutes kReplayWindow{5};  // both ways

struct SignatureScheme;

// `standard_webhooks`, `typeform`, `stripe`, `shopify`, `slack`, `chatwoot`, `meta`, `intercom`, `zendesk`, …; nullptr
// for a name that is none. Schemes live as long as the program.
const SignatureScheme* find_signature_scheme(std::string_view name);
std::vector<std::string_view> signature_scheme_names();

// To be called at start: Invalid when there is no secret, one is empty, or one is not of the scheme's form.
Result<void> check_secrets(const SignatureScheme& scheme, const std::vector<std::string>& secrets);

// Invalid with a reason that names no secret, signature or body.
Result<void> verify_signature(const SignatureScheme& scheme, const std::vector<std::string>& secrets,
                              const SignedRequest& request, Millis replay_window = kReplayWindow);

struct OutgoingWebhook {
  std::string_view id;  // the same for every try
  Timestamp at{};       // of this try
  std::string_view body;
};

// The value of `webhook-signature` for the headers `webhook-id: id` and `webhook-timestamp: <unix seconds>`: one
// signature for each active secret (`whsec_` and base64).
Result<std::string> sign_standard_webhook(const std::vector<std::string>& secrets, const OutgoingWebhook& webhook);

}  // namespace earshot
