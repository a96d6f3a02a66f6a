// The outgoing webhook against a receiver on a loopback port.
#include "sinks/webhook.h"

#include <gtest/gtest.h>

#include "signatures/signatures.h"
#include "support/manual_clock.h"
#include "support/receiver.h"

namespace earshot {
namespace {

using namespace std::chrono_literals;

const std::string kSecret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const std::string kNewSecret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

class WebhookTest : public ::testing::Test {
 protected:
  DeliveryResult deliver(SinkSettings settings) {
    auto sink = make_sink(kWebhook, std::move(settings), clock_);
    EXPECT_TRUE(sink) << (sink ? "" : sink.error().message);
    return (*sink)->deliver({alert_.id, {alert_}});
  }
  SinkSettings settings() { return {.url = receiver_.url(), .secrets = {kSecret}, .allow_private_addresses = true}; }
  DeliveryResult answered(int status, std::vector<std::pair<std::string, std::string>> headers = {}) {
    receiver_.answers(status, "what", std::move(headers));
    return deliver(settings());
  }

  static Event some_alert() {
    Event event;
    event.id = "alert-1";
    event.tenant = "acme";
    event.time = from_millis(1'780'000'000'000);
    AlertRaised raised;
    raised.severity = Severity::critical;
    raised.title = "a customer is angry";
    event.body = raised;
    return event;
  }

  test::ManualClock clock_;
  Event alert_ = some_alert();
  test::Receiver receiver_;
};

TEST_F(WebhookTest, SendsWhatAReceiverCanVerify) {
  EXPECT_EQ(deliver(settings()).outcome, Delivery::done);
  const auto requests = receiver_.requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].method, "POST");
  EXPECT_EQ(requests[0].header("webhook-id"), "alert-1");
  EXPECT_EQ(requests[0].header("content-type"), "application/json; charset=utf-8");
  EXPECT_EQ(
      requests[0].body,
      R"({"type":"earshot.alert.raised.v1","timestamp":"2026-05-28T20:26:40Z","data":{"id":"alert-1","tenant":"acme",)"
      R"("severity":"critical","title":"a customer is angry"}})");
  const auto* scheme = find_signature_scheme("standard_webhooks");
  EXPECT_TRUE(verify_signature(*scheme, {kSecret}, {requests[0].headers, requests[0].body, clock_.now()}));
  EXPECT_FALSE(verify_signature(*scheme, {kNewSecret}, {requests[0].headers, requests[0].body, clock_.now()}));
}

TEST_F(WebhookTest, SignsWithEveryActiveSecret) {
  auto rotating = settings();
  rotating.secrets = {kSecret, kNewSecret};
  EXPECT_EQ(deliver(rotating).outcome, Delivery::done);
  const auto requests = receiver_.requests();
  const auto* scheme = find_signature_scheme("standard_webhooks");
  for (const std::string& secret : rotating.secrets) {
    EXPECT_TRUE(verify_signature(*scheme, {secret}, {requests[0].headers, requests[0].body, clock_.now()}));
  }
}

TEST_F(WebhookTest, SendsADigestUnderAnIdOfItsOwn) {
  Event other = alert_;
  other.id = "alert-2";
  auto sink = make_sink(kWebhook, settings(), clock_);
  EXPECT_EQ((*sink)->deliver({"digest-1", {alert_, other}}).outcome, Delivery::done);
  const auto requests = receiver_.requests();
  EXPECT_EQ(requests[0].header("webhook-id"), "digest-1");
  EXPECT_TRUE(requests[0].body.starts_with(
      R"({"type":"earshot.alert.digest.v1","timestamp":"2026-05-28T20:26:40Z","data":{"id":"digest-1","alerts":[{"id":"alert-1","tenant":"acme",)"))
      << requests[0].body;
  EXPECT_NE(requests[0].body.find("alert-2"), std::string::npos);
  EXPECT_TRUE(verify_signature(*find_signature_scheme("standard_webhooks"), {kSecret},
                               {requests[0].headers, requests[0].body, clock_.now()}));
}

TEST_F(WebhookTest, OnlyA2xxCounts) {
  for (const int status : {200, 202, 204}) EXPECT_EQ(answered(status).outcome, Delivery::done) << status;
  for (const int status : {400, 401, 404, 429, 500, 503})
    EXPECT_EQ(answered(status).outcome, Delivery::try_again) << status;
  EXPECT_EQ(answered(410).outcome, Delivery::never);
}

TEST_F(WebhookTest, DoesNotFollowRedirects) {
  for (const int status : {301, 302, 307, 308}) {
    EXPECT_EQ(answered(status, {{"Location", receiver_.url() + "/elsewhere"}}).outcome, Delivery::try_again) << status;
  }
  EXPECT_EQ(receiver_.requests().size(), 4u);
}

TEST_F(WebhookTest, UnderstandsBothFormsOfRetryAfter) {
  EXPECT_EQ(answered(503, {{"Retry-After", "120"}}).retry_after, 120s);
  clock_.go_to(from_millis(1'780'000'000'000));  // Thu, 28 May 2026 20:26:40 GMT
  EXPECT_EQ(answered(429, {{"Retry-After", "Thu, 28 May 2026 20:28:40 GMT"}}).retry_after, 120s);
  EXPECT_EQ(answered(429, {{"Retry-After", "Thu, 28 May 2020 20:28:40 GMT"}}).retry_after, 0s);
  EXPECT_EQ(answered(503, {{"Retry-After", "soon"}}).retry_after, 0s);
  EXPECT_EQ(answered(503, {{"Retry-After", "-5"}}).retry_after, 0s);
  EXPECT_EQ(answered(503, {{"Retry-After", "99999999999"}}).retry_after, std::chrono::hours(7 * 24));
}

TEST_F(WebhookTest, AReceiverThatDoesNotAnswerIsTriedAgain) {
  receiver_.never_answers();
  auto impatient = settings();
  impatient.timeout = 20ms;
  EXPECT_EQ(deliver(impatient).outcome, Delivery::try_again);
}

TEST_F(WebhookTest, NobodyThereIsTriedAgain) {
  auto nobody = settings();
  nobody.url = "http://127.0.0.1:1/hook";
  EXPECT_EQ(deliver(nobody).outcome, Delivery::try_again);
}

TEST_F(WebhookTest, PrivateAddressesAreRefusedUnlessAllowed) {
  auto strict = settings();
  strict.allow_private_addresses = false;
  const std::string port = receiver_.url().substr(std::string("http://127.0.0.1").size());
  for (const std::string host : {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"}) {
    strict.url = "http://" + std::string(host) + port;
    const DeliveryResult result = deliver(strict);
    EXPECT_EQ(result.outcome, Delivery::try_again) << host;
    EXPECT_NE(result.detail.find("private"), std::string::npos) << host << ": " << result.detail;
  }
  EXPECT_TRUE(receiver_.requests().empty());
}

TEST_F(WebhookTest, SettingsThatCannotWorkAreRefusedAtStart) {
  for (const char* url : {"", "example.com", "ftp://example.com/x", "http://", "file:///etc/passwd"}) {
    EXPECT_FALSE(make_sink(kWebhook, {.url = url, .secrets = {kSecret}}, clock_)) << url;
  }
  for (const char* name : {"", "../x", "a/b", ".", "a b"}) {
    EXPECT_FALSE(make_sink(kWebhook, {.name = name, .url = "https://example.com/x", .secrets = {kSecret}}, clock_))
        << name;
  }
  EXPECT_FALSE(make_sink(kWebhook, {.url = "https://example.com/x"}, clock_)) << "without a secret";
  EXPECT_FALSE(make_sink(kWebhook, {.url = "https://example.com/x", .secrets = {""}}, clock_)) << "an empty secret";
}

}  // namespace
}  // namespace earshot
