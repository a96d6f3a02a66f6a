#include "sinks/webhook.h"

#include <algorithm>
#include <charconv>
#include <ctime>

#include <curl/curl.h>

#include "event/codec.h"
#include "event/fields.h"
#include "event/json_writer.h"
#include "signatures/signatures.h"
#include "sinks/addresses.h"

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

struct WebhookBody {
  std::string type;
  Timestamp timestamp{};
  WebhookData data;
  bool operator==(const WebhookBody&) const = default;
};
template <class F>
void fields(F& f, WebhookBody& v) {
  f.required("type", v.type);
  f.required("timestamp", v.timestamp);
  f.required("data", v.data);
}

// What curl owns, freed whatever happens.
struct EasyHandle {
  CURL* curl = curl_easy_init();
  EasyHandle() = default;
  ~EasyHandle() { curl_easy_cleanup(curl); }
  EasyHandle(const EasyHandle&) = delete;
  EasyHandle& operator=(const EasyHandle&) = delete;
};
struct HeaderList {
  curl_slist* list = nullptr;
  HeaderList() = default;
  ~HeaderList() { curl_slist_free_all(list); }
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  void add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
};

struct ConnectCheck {
  bool allows_private = false;
  bool has_refused = false;
};

// Called with the address that would be connected to.
curl_socket_t open_checked(void* data, curlsocktype, curl_sockaddr* address) {
  auto& check = *static_cast<ConnectCheck*>(data);
  if (!check.allows_private && is_private_address(address->addr)) {
    check.has_refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t ignore_body(char*, std::size_t size, std::size_t count, void*) {
  return size * count;
}

struct RetryAfter {
  Timestamp now{};
  Millis wait{0};
};

// Retry-After in both its forms: seconds and an HTTP date.
std::size_t note_header(char* line, std::size_t size, std::size_t count, void* into) {
  constexpr std::string_view kName = "retry-after:";
  constexpr std::int64_t kSecondsMax = 7 * 24 * 3600;  // who asks for more is tried after a week
  std::string_view header(line, size * count);
  if (header.size() < kName.size() || !curl_strnequal(header.data(), kName.data(), kName.size())) return size * count;
  header.remove_prefix(kName.size());
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  header = header.substr(0, header.find_last_not_of(" \r\n") + 1);
  auto& retry = *static_cast<RetryAfter*>(into);
  std::int64_t seconds = 0;
  const auto [end, fault] = std::from_chars(header.data(), header.data() + header.size(), seconds);
  if (fault != std::errc() || end != header.data() + header.size()) {
    const std::time_t date = curl_getdate(std::string(header).c_str(), nullptr);
    seconds = date < 0 ? 0 : date - to_millis(retry.now) / 1000;
  }
  retry.wait = std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kSecondsMax));
  return size * count;
}

class Webhook final : public Sink {
 public:
  Webhook(WebhookSettings settings, const Clock& clock) : settings_(std::move(settings)), clock_(clock) {}

  std::string_view name() const override { return settings_.name; }

  DeliveryResult deliver(const Event& alert) override {
    const auto* raised = std::get_if<AlertRaised>(&alert.body);
    if (raised == nullptr) return {Delivery::done, "not an alert", {}};
    const std::string body =
        write_json(WebhookBody{type_of(alert.body), alert.time, {alert.id, alert.tenant, *raised}});
    const Timestamp now = clock_.now();
    const auto signature = sign_standard_webhook(settings_.secrets, {alert.id, now, body});
    if (!signature) return {Delivery::try_again, signature.error().message, {}};
    HeaderList headers;
    headers.add("Content-Type: application/json");
    headers.add("webhook-id: " + alert.id);
    headers.add("webhook-timestamp: " + std::to_string(to_millis(now) / 1000));
    headers.add("webhook-signature: " + *signature);
    headers.add("Expect:");
    return post(body, headers, now);
  }

 private:
  DeliveryResult post(const std::string& body, const HeaderList& headers, Timestamp now) const {
    const EasyHandle easy;
    if (easy.curl == nullptr) return {Delivery::try_again, "the HTTP client cannot be started", {}};
    ConnectCheck check{settings_.allow_private_addresses, false};
    RetryAfter retry{now, {}};
    curl_easy_setopt(easy.curl, CURLOPT_URL, settings_.url.c_str());
    curl_easy_setopt(easy.curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy.curl, CURLOPT_PROXY, "");  // its address would be checked in place of the receiver's
    curl_easy_setopt(easy.curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy.curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy.curl, CURLOPT_USERAGENT, "earshot");
    curl_easy_setopt(easy.curl, CURLOPT_TIMEOUT_MS, static_cast<long>(settings_.timeout.count()));
    curl_easy_setopt(easy.curl, CURLOPT_OPENSOCKETFUNCTION, open_checked);
    curl_easy_setopt(easy.curl, CURLOPT_OPENSOCKETDATA, &check);
    curl_easy_setopt(easy.curl, CURLOPT_HEADERFUNCTION, note_header);
    curl_easy_setopt(easy.curl, CURLOPT_HEADERDATA, &retry);
    curl_easy_setopt(easy.curl, CURLOPT_WRITEFUNCTION, ignore_body);
    curl_easy_setopt(easy.curl, CURLOPT_HTTPHEADER, headers.list);
    curl_easy_setopt(easy.curl, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(easy.curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    const CURLcode code = curl_easy_perform(easy.curl);
    if (check.has_refused)
      return {Delivery::try_again, "its address is a private one; allow_private_addresses would permit it", {}};
    if (code != CURLE_OK) return {Delivery::try_again, curl_easy_strerror(code), {}};
    long status = 0;
    curl_easy_getinfo(easy.curl, CURLINFO_RESPONSE_CODE, &status);
    const std::string detail = "HTTP " + std::to_string(status);
    if (status >= 200 && status < 300) return {Delivery::done, detail, {}};
    if (status == 410) return {Delivery::never, detail, {}};
    return {Delivery::try_again, detail, retry.wait};
  }

  WebhookSettings settings_;
  const Clock& clock_;
};

Result<void> check_url(const std::string& url) {
  CURLU* parsed = curl_url();
  char* scheme = nullptr;
  char* host = nullptr;
  const bool is_good = parsed != nullptr && curl_url_set(parsed, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
                       curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                       curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                       (std::string_view(scheme) == "https" || std::string_view(scheme) == "http");
  curl_free(scheme);
  curl_free(host);
  curl_url_cleanup(parsed);
  if (!is_good) return Error{ErrorKind::Invalid, "url is not one of http or https with a host"};
  return {};
}

}  // namespace

Result<std::unique_ptr<Sink>> make_webhook(WebhookSettings settings, const Clock& clock) {
  const std::string which = "sink " + settings.name;
  constexpr std::string_view kNameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  if (settings.name.empty() || settings.name.find_first_not_of(kNameLetters) != std::string::npos) {
    return Error{ErrorKind::Invalid, which + ": its name is more than letters, digits, _ and -, and it names a file"};
  }
  if (auto good = check_url(settings.url); !good) return std::move(good.error()).in(which);
  const SignatureScheme* scheme = find_signature_scheme("standard_webhooks");
  if (auto good = check_secrets(*scheme, settings.secrets); !good) return std::move(good.error()).in(which);
  return std::unique_ptr<Sink>(std::make_unique<Webhook>(std::move(settings), clock));
}

}  // namespace earshot
