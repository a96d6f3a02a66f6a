// Every signature scheme: who does not know the secret is never believed, whatever stands in headers and body.
#include "base/hex.h"
#include "earshot/check.h"
#include "event/json_reader.h"
#include "fuzz/files.h"
#include "fuzz/target.h"
#include "signatures/signatures.h"

namespace earshot::fuzz {

namespace {

const std::string kSecret = "whsec_" + to_base64("a secret that the fuzzer does not know of");

// Headers that some scheme looks at; `name\nvalue\n` pairs come from the bytes too.
constexpr std::string_view kNames[] = {"webhook-id",
                                       "webhook-timestamp",
                                       "webhook-signature",
                                       "stripe-signature",
                                       "x-shopify-hmac-sha256",
                                       "typeform-signature",
                                       "x-zendesk-webhook-signature",
                                       "x-zendesk-webhook-signature-timestamp",
                                       "x-chatwoot-signature",
                                       "x-chatwoot-timestamp",
                                       "x-slack-signature",
                                       "x-slack-request-timestamp",
                                       "x-hub-signature",
                                       "x-hub-signature-256"};

std::string line_of(std::string_view& bytes) {
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  std::string line(bytes.substr(0, end));
  bytes.remove_prefix(std::min(end + 1, bytes.size()));
  return line;
}

}  // namespace

void take(std::string_view bytes) {
  const auto names = signature_scheme_names();
  const SignatureScheme* scheme = find_signature_scheme(names[choose(bytes, names.size())]);
  Headers headers;
  for (std::size_t count = choose(bytes, 6); count > 0; --count) {
    const std::size_t chosen = choose(bytes, std::size(kNames) + 1);
    std::string name = chosen < std::size(kNames) ? std::string(kNames[chosen]) : line_of(bytes);
    headers[std::move(name)] = line_of(bytes);
  }
  const auto verified = verify_signature(*scheme, {kSecret}, {headers, bytes, from_millis(1'767'225'600'000)});
  EARSHOT_CHECK(!verified, "nobody knows the secret");
  EARSHOT_CHECK(verified.error().message.find(kSecret) == std::string::npos, "and nobody is told");
}

std::vector<std::string> seeds() {
  std::vector<std::string> seeds;
  for (std::size_t i = 0; i < signature_scheme_names().size(); ++i) {
    const char scheme = static_cast<char>(i);
    seeds.push_back(std::string{scheme, 3, 0} +
                    "msg_1\n\x01"
                    "1767225600\n\x02v1,AAAA v1,q83v\n{\"a\":1}");
    seeds.push_back(std::string{scheme, 1, 3} + "t=1767225600,v1=00ff,v0=11\n{}");
    seeds.push_back(std::string{scheme, 2, 10} +
                    "v0=00ffab\n\x0b"
                    "1767225600\nbody");
    seeds.push_back(std::string{scheme, 1, 13} + "sha256=00ffab\nbody");
    seeds.push_back(std::string{scheme, 2, 6} +
                    "q83v\n\x07"
                    "2026-01-01T00:00:00Z\n{}");
  }
  return seeds;
}

}  // namespace earshot::fuzz
