#include "signatures/signatures.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "base/hex.h"
#include "support/text.h"

namespace earshot {

enum class SignatureHash { sha256, sha1 };
enum class SignatureText { hex, base64 };
enum class SignatureLayout {
  whole,  // prefix and signature
  list,   // several of them, separated by spaces
  pairs,  // `t=1767225600,v1=…,v1=…`: the time stands in it too
};
enum class StampForm { none, unix_seconds, rfc3339 };
enum class SecretForm { text, whsec };  // whsec: base64 behind `whsec_`

struct SignatureScheme {
  std::string_view name;
  std::string_view header;        // in lower case
  std::string_view other_header;  // of older or newer senders
  SignatureLayout layout;
  std::string_view prefix;  // of each signature; what has another is passed over
  SignatureHash hash;
  SignatureText text;
  std::string_view id_header;
  StampForm stamp;
  std::string_view stamp_header;
  std::string_view signed_text;  // over {id}, {stamp} and {body}
  SecretForm secret = SecretForm::text;
};

namespace {

using enum SignatureLayout;
using enum SignatureHash;
using enum SignatureText;

constexpr std::array kSchemes{
    SignatureScheme{"standard_webhooks", "webhook-signature", "", list, "v1,", sha256, base64, "webhook-id",
                    StampForm::unix_seconds, "webhook-timestamp", "{id}.{stamp}.{body}", SecretForm::whsec},
    SignatureScheme{"stripe", "stripe-signature", "", pairs, "v1=", sha256, hex, "", StampForm::unix_seconds, "",
                    "{stamp}.{body}"},
    SignatureScheme{"shopify", "x-shopify-hmac-sha256", "shopify-hmac-sha256", whole, "", sha256, base64, "",
                    StampForm::none, "", "{body}"},
    SignatureScheme{"typeform", "typeform-signature", "", whole, "sha256=", sha256, base64, "", StampForm::none, "",
                    "{body}"},
    SignatureScheme{"zendesk", "x-zendesk-webhook-signature", "", whole, "", sha256, base64, "", StampForm::rfc3339,
                    "x-zendesk-webhook-signature-timestamp", "{stamp}{body}"},
    SignatureScheme{"chatwoot", "x-chatwoot-signature", "", whole, "sha256=", sha256, hex, "", StampForm::unix_seconds,
                    "x-chatwoot-timestamp", "{stamp}.{body}"},
    SignatureScheme{"slack", "x-slack-signature", "", whole, "v0=", sha256, hex, "", StampForm::unix_seconds,
                    "x-slack-request-timestamp", "v0:{stamp}:{body}"},
    SignatureScheme{"intercom", "x-hub-signature", "", whole, "sha1=", sha1, hex, "", StampForm::none, "", "{body}"},
    SignatureScheme{"meta", "x-hub-signature-256", "", whole, "sha256=", sha256, hex, "", StampForm::none, "",
                    "{body}"},
    SignatureScheme{"x", "x-twitter-webhooks-signature", "", whole, "sha256=", sha256, base64, "", StampForm::none, "",
                    "{body}"},
    SignatureScheme{"surveymonkey", "sm-signature", "", whole, "", sha1, base64, "", StampForm::none, "", "{body}"},
    SignatureScheme{"delighted", "x-delighted-webhook-signature", "", whole, "sha256=", sha256, hex, "",
                    StampForm::none, "", "{body}"},
    SignatureScheme{"judgeme", "judgeme-hmac-sha256", "", whole, "", sha256, hex, "", StampForm::none, "", "{body}"},
    SignatureScheme{"judgeme_base64", "judgeme-hmac-sha256", "", whole, "", sha256, base64, "", StampForm::none, "",
                    "{body}"},
};

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::size_t kSignaturesMax = 16;  // looked at in one request

Error refused(std::string why) { return Error{ErrorKind::Invalid, std::move(why)}; }

// The bytes that HMAC takes as its key; nothing when the secret is empty or not of the form.
std::optional<std::string> key_of(const SignatureScheme& scheme, std::string_view secret) {
  if (scheme.secret == SecretForm::text) return secret.empty() ? std::nullopt : std::optional(std::string(secret));
  if (secret.starts_with(kSecretPrefix)) secret.remove_prefix(kSecretPrefix.size());
  auto bytes = from_base64(secret);
  return bytes && !bytes->empty() ? std::move(bytes) : std::nullopt;
}

std::string header_of(const Headers& headers, std::string_view name) {
  const auto found = name.empty() ? headers.end() : headers.find(std::string(name));
  return found == headers.end() ? std::string() : std::string(trim(found->second));
}

// What stands in the request beside its body.
struct Sealed {
  std::string id;
  std::string stamp;
  std::vector<std::string> signatures;  // decoded
};

void add_signature(const SignatureScheme& scheme, std::string_view text, Sealed& sealed) {
  if (!text.starts_with(scheme.prefix) || sealed.signatures.size() >= kSignaturesMax) return;
  text.remove_prefix(scheme.prefix.size());
  auto bytes = scheme.text == hex ? from_hex(text) : from_base64(text);
  if (bytes && !bytes->empty()) sealed.signatures.push_back(std::move(*bytes));
}

Sealed read_headers(const SignatureScheme& scheme, const Headers& headers) {
  Sealed sealed{header_of(headers, scheme.id_header), header_of(headers, scheme.stamp_header), {}};
  std::string value = header_of(headers, scheme.header);
  if (value.empty()) value = header_of(headers, scheme.other_header);
  if (scheme.layout == whole) {
    add_signature(scheme, value, sealed);
    return sealed;
  }
  const char separator = scheme.layout == list ? ' ' : ',';
  for (std::string_view rest = value; !rest.empty();) {
    const std::size_t end = std::min(rest.find(separator), rest.size());
    const std::string_view part = trim(rest.substr(0, end));
    if (scheme.layout == pairs && part.starts_with("t=")) sealed.stamp = part.substr(2);
    add_signature(scheme, part, sealed);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return sealed;
}

std::optional<Timestamp> read_stamp(const SignatureScheme& scheme, const std::string& stamp) {
  if (scheme.stamp == StampForm::rfc3339) return parse_rfc3339(stamp);
  const auto seconds = parse_integer(stamp);
  if (!seconds || *seconds < 0 || *seconds > to_millis(kNever) / 1000) return std::nullopt;
  return from_millis(*seconds * 1000);
}

std::string text_to_sign(const SignatureScheme& scheme, const Sealed& sealed, std::string_view body) {
  std::string text;
  for (std::string_view rest = scheme.signed_text; !rest.empty();) {
    const auto take = [&](std::string_view hole, std::string_view value) {
      if (!rest.starts_with(hole)) return false;
      text += value;
      rest.remove_prefix(hole.size());
      return true;
    };
    if (take("{id}", sealed.id) || take("{stamp}", sealed.stamp) || take("{body}", body)) continue;
    text += rest.front();
    rest.remove_prefix(1);
  }
  return text;
}

std::string mac_of(const SignatureScheme& scheme, std::string_view key, std::string_view text) {
  return scheme.hash == sha256 ? hmac_sha256(key, text) : hmac_sha1(key, text);
}

}  // namespace

const SignatureScheme* find_signature_scheme(std::string_view name) {
  const auto found = std::find_if(kSchemes.begin(), kSchemes.end(),
                                  [&](const SignatureScheme& scheme) { return scheme.name == name; });
  return found == kSchemes.end() ? nullptr : &*found;
}

std::vector<std::string_view> signature_scheme_names() {
  std::vector<std::string_view> names;
  for (const SignatureScheme& scheme : kSchemes) names.push_back(scheme.name);
  return names;
}

Result<void> check_secrets(const SignatureScheme& scheme, const std::vector<std::string>& secrets) {
  if (secrets.empty()) return refused("no secret is set for signatures of " + std::string(scheme.name));
  for (const std::string& secret : secrets) {
    if (!key_of(scheme, secret)) {
      return refused("a secret for signatures of " + std::string(scheme.name) + " is empty" +
                     (scheme.secret == SecretForm::whsec ? " or not whsec_ and base64" : ""));
    }
  }
  return {};
}

Result<void> verify_signature(const SignatureScheme& scheme, const std::vector<std::string>& secrets,
                              const SignedRequest& request, Millis replay_window) {
  if (auto good = check_secrets(scheme, secrets); !good) return good;
  const Sealed sealed = read_headers(scheme, request.headers);
  if (sealed.signatures.empty())
    return refused("header " + std::string(scheme.header) + " holds no signature of the form expected");
  if (!scheme.id_header.empty() && sealed.id.empty())
    return refused("header " + std::string(scheme.id_header) + " is missing");
  if (scheme.stamp != StampForm::none) {
    const auto at = read_stamp(scheme, sealed.stamp);
    if (!at) return refused("the request carries no time of signing");
    if (request.now - *at > replay_window || *at - request.now > replay_window)
      return refused("the time of signing is outside the window");
  }
  const std::string text = text_to_sign(scheme, sealed, request.body);
  bool fits = false;
  for (const std::string& secret : secrets) {
    const std::string mac = mac_of(scheme, *key_of(scheme, secret), text);
    // All are compared, so that the time taken does not say which one fits.
    for (const std::string& signature : sealed.signatures) fits = equal_in_constant_time(mac, signature) || fits;
  }
  if (!fits) return refused("the signature does not fit the body");
  return {};
}

Result<std::string> sign_standard_webhook(const std::vector<std::string>& secrets, const OutgoingWebhook& webhook) {
  const SignatureScheme& scheme = *find_signature_scheme("standard_webhooks");
  if (auto good = check_secrets(scheme, secrets); !good) return std::move(good.error());
  const Sealed sealed{std::string(webhook.id), std::to_string(to_millis(webhook.at) / 1000), {}};
  const std::string text = text_to_sign(scheme, sealed, webhook.body);
  std::string value;
  for (const std::string& secret : secrets) {
    if (!value.empty()) value += ' ';
    value += std::string(scheme.prefix) + to_base64(mac_of(scheme, *key_of(scheme, secret), text));
  }
  return value;
}

}  // namespace earshot
