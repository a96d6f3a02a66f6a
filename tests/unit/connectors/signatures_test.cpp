#include "signatures/signatures.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "base/hex.h"
#include "support/json.h"
#include "support/shared_data.h"
#include "support/text.h"

namespace earshot::test {
namespace {

constexpr std::string_view kWhen = "2025-12-31T19:33:00Z";  // for rows that say nothing of the time of arrival

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Plays the rows of one signatures.json: name, secret, body or body_file, headers, now, expect.
int play_rows(const std::filesystem::path& folder, std::string_view scheme_name) {
  const SignatureScheme* scheme = find_signature_scheme(scheme_name);
  EXPECT_NE(scheme, nullptr) << scheme_name;
  JsonDocument document;
  const std::string text = read_file(folder / "signatures.json");
  const auto root = document.parse(text);
  EXPECT_TRUE(root.has_value());
  if (scheme == nullptr || !root) return 0;
  int played = 0;
  const simdjson::dom::array rows = root->get_array().value_unsafe();
  for (const simdjson::dom::element element : rows) {
    const simdjson::dom::object row = element.get_object().value_unsafe();
    const auto secret = text_at(row, "secret");
    const std::string expect(text_at(row, "expect").value_or(""));
    const auto row_headers = object_at(row, "headers");
    if (!secret || !row_headers || expect == "respond" || expect == "send") continue;  // not a signature to check
    SCOPED_TRACE(std::string(scheme_name) + ": " + std::string(text_at(row, "name").value_or("")));
    Headers headers;
    const simdjson::dom::object names = *row_headers;
    for (const auto& [name, value] : names) headers[to_lower(name)] = value.get_string().value_unsafe();
    const auto file = text_at(row, "body_file");
    const std::string body = file ? read_file(folder / *file) : std::string(text_at(row, "body").value_or(""));
    const auto now = integer_at(row, "now");
    const SignedRequest request{headers, body, now ? from_millis(*now * 1000) : parse_rfc3339(kWhen).value()};
    EXPECT_EQ(verify_signature(*scheme, {std::string(*secret)}, request).has_value(), expect.starts_with("accept"));
    ++played;
  }
  return played;
}

std::filesystem::path our_samples(std::string_view folder) {
  return std::filesystem::path(EARSHOT_SOURCE_DIR) / "connectors" / folder / "samples";
}

TEST(Signatures, OurSamplesAreJudgedRightly) {
  EXPECT_EQ(play_rows(our_samples("signatures"), "standard_webhooks"), 7);
  EXPECT_EQ(play_rows(our_samples("typeform"), "typeform"), 5);
}

TEST(Signatures, SharedSamplesAreJudgedRightly) {
  const auto samples = shared_file("reference/samples");
  if (!std::filesystem::exists(samples)) GTEST_SKIP() << "no " << samples;
  struct Row {
    const char* folder;
    const char* scheme;
  };
  for (const Row& row :
       {Row{"out_standard_webhooks", "standard_webhooks"}, Row{"formbricks", "standard_webhooks"},
        Row{"stripe", "stripe"}, Row{"shopify", "shopify"}, Row{"typeform", "typeform"}, Row{"zendesk", "zendesk"},
        Row{"chatwoot", "chatwoot"}, Row{"slack_events", "slack"}, Row{"intercom", "intercom"}, Row{"meta", "meta"},
        Row{"x_api", "x"}, Row{"surveymonkey", "surveymonkey"}, Row{"delighted", "delighted"},
        Row{"judgeme", "judgeme"}}) {
    EXPECT_GT(play_rows(samples / row.folder, row.scheme), 0) << row.folder;
  }
}

const std::string kSecret = "whsec_" + to_base64("0123456789abcdef0123456789abcdef");
const std::string kOldSecret = "whsec_" + to_base64("fedcba9876543210fedcba9876543210");

Headers signed_headers(const std::vector<std::string>& secrets, Timestamp at, std::string_view body) {
  const auto signature = sign_standard_webhook(secrets, {"msg_1", at, body});
  EXPECT_TRUE(signature.has_value());
  return {{"webhook-id", "msg_1"},
          {"webhook-timestamp", std::to_string(to_millis(at) / 1000)},
          {"webhook-signature", *signature}};
}

TEST(Signatures, WhatWeSignWeAcceptWithinFiveMinutesBothWays) {
  const SignatureScheme& scheme = *find_signature_scheme("standard_webhooks");
  const Timestamp at = parse_rfc3339("2026-01-01T00:00:00Z").value();
  const Headers headers = signed_headers({kSecret}, at, "{}");
  const auto accepted = [&](Millis later) {
    return verify_signature(scheme, {kSecret}, {headers, "{}", at + later}).has_value();
  };
  EXPECT_TRUE(accepted(Millis{0}));
  EXPECT_TRUE(accepted(kReplayWindow));
  EXPECT_TRUE(accepted(-Millis{kReplayWindow}));
  EXPECT_FALSE(accepted(kReplayWindow + Millis{1}));
  EXPECT_FALSE(accepted(-Millis{kReplayWindow} - Millis{1}));
  EXPECT_FALSE(verify_signature(scheme, {kSecret}, {headers, "{} ", at}).has_value());
}

TEST(Signatures, EitherSideMayRotateItsKeys) {
  const SignatureScheme& scheme = *find_signature_scheme("standard_webhooks");
  const Timestamp at = parse_rfc3339("2026-01-01T00:00:00Z").value();
  const Headers by_old = signed_headers({kOldSecret}, at, "{}");
  const Headers by_both = signed_headers({kOldSecret, kSecret}, at, "{}");
  EXPECT_TRUE(verify_signature(scheme, {kSecret, kOldSecret}, {by_old, "{}", at}).has_value());
  EXPECT_TRUE(verify_signature(scheme, {kSecret}, {by_both, "{}", at}).has_value());
  EXPECT_FALSE(verify_signature(scheme, {kSecret}, {by_old, "{}", at}).has_value());
}

TEST(Signatures, AnEmptySecretIsRefusedAtStartAndNeverUsed) {
  for (const std::string_view name : signature_scheme_names()) {
    SCOPED_TRACE(name);
    const SignatureScheme& scheme = *find_signature_scheme(name);
    EXPECT_FALSE(check_secrets(scheme, {}).has_value());
    EXPECT_FALSE(check_secrets(scheme, {""}).has_value());
    EXPECT_FALSE(check_secrets(scheme, {kSecret, ""}).has_value());
    EXPECT_TRUE(check_secrets(scheme, {kSecret}).has_value());
    EXPECT_FALSE(verify_signature(scheme, {""}, {{}, "", kEarliest}).has_value());
  }
  EXPECT_FALSE(check_secrets(*find_signature_scheme("standard_webhooks"), {"whsec_"}).has_value());
  EXPECT_FALSE(check_secrets(*find_signature_scheme("standard_webhooks"), {"whsec_not base64"}).has_value());
  EXPECT_FALSE(sign_standard_webhook({}, {"msg_1", kEarliest, ""}).has_value());
}

TEST(Signatures, HexMayBeUpperCase) {
  const Headers lower{
      {"x-hub-signature-256", "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"}};
  const Headers upper{
      {"x-hub-signature-256", "sha256=F7BC83F430538424B13298E6AA6FB143EF4D59A14946175997479DBC2D1A3CD8"}};
  const std::string body = "The quick brown fox jumps over the lazy dog";  // a well-known test value of HMAC-SHA256
  for (const Headers& headers : {lower, upper}) {
    EXPECT_TRUE(verify_signature(*find_signature_scheme("meta"), {"key"}, {headers, body, kEarliest}).has_value());
  }
}

TEST(Signatures, AReasonNamesNoSecretAndNoBody) {
  const Headers headers{{"typeform-signature", "sha256=AAAA"}};
  const auto refused =
      verify_signature(*find_signature_scheme("typeform"), {"my-secret"}, {headers, "my body", kEarliest});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message, "the signature does not fit the body");
}

}  // namespace
}  // namespace earshot::test
