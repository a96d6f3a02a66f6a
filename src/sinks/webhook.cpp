#include "sinks/webhook.h"

#include "event/codec.h"
#include "event/fields.h"
#include "event/json_writer.h"
#include "signatures/signatures.h"

namespace earshot {

namespace {

// What is sent.
struct WebhookData {
  std::string id;
  std::string tenant;
  AlertRaised alert;
  bool operator==(const WebhookData&) const = default;
};
template <class F>
void fields(F& f, WebhookData& v) {
  f.required("id", v.id);
  f.required("tenant", v.tenant);
  fields(f, v.alert);
}

struct DigestData {
  std::string id;
  std::vector<WebhookData> alerts;
  bool operator==(const DigestData&) const = default;
};
template <class F>
void fields(F& f, DigestData& v) {
  f.required("id", v.id);
  f.required("alerts", v.alerts);
}

template <class Data>
struct WebhookBody {
  std::string type;
  Timestamp timestamp{};
  Data data;
  bool operator==(const WebhookBody&) const = default;
};
template <class F, class Data>
void fields(F& f, WebhookBody<Data>& v) {
  f.required("type", v.type);
  f.required("timestamp", v.timestamp);
  f.required("data", v.data);
}

WebhookData data_of(const Event& event) { return {event.id, event.tenant, std::get<AlertRaised>(event.body)}; }

std::string body_of(const Notice& notice) {
  const Event& newest = notice.alerts.back();
  if (notice.alerts.size() == 1)
    return write_json(WebhookBody<WebhookData>{type_of(newest.body), newest.time, data_of(newest)});
  DigestData digest{notice.id, {}};
  for (const Event& event : notice.alerts) digest.alerts.push_back(data_of(event));
  return write_json(WebhookBody<DigestData>{"earshot.alert.digest.v1", newest.time, std::move(digest)});
}

Result<void> check(const SinkSettings& settings) {
  return check_secrets(*find_signature_scheme("standard_webhooks"), settings.secrets);
}

Result<HttpPost> render(const SinkSettings& settings, const Notice& notice, Timestamp now) {
  HttpPost request{.url = settings.url, .body = body_of(notice), .now = now};
  auto signature = sign_standard_webhook(settings.secrets, {notice.id, now, request.body});
  if (!signature) return std::move(signature.error());
  request.headers = {"webhook-id: " + notice.id, "webhook-timestamp: " + std::to_string(to_millis(now) / 1000),
                     "webhook-signature: " + *signature};
  return request;
}

DeliveryResult judge(const HttpAnswer& answer) {
  const std::string detail = "HTTP " + std::to_string(answer.status);
  if (answer.status >= 200 && answer.status < 300) return {Delivery::done, detail, {}};
  if (answer.status == 410) return {Delivery::never, detail, {}};
  return {Delivery::try_again, detail, answer.retry_after};
}

}  // namespace

const SinkKind kWebhook{"webhook", 0, check, render, judge};

}  // namespace earshot
