#include "sinks/http_post.h"

#include <algorithm>
#include <charconv>
#include <ctime>

#include <curl/curl.h>

#include "sinks/addresses.h"

namespace earshot {

namespace {

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

std::size_t keep_body(char* bytes, std::size_t size, std::size_t count, void* into) {
  auto& body = *static_cast<std::string*>(into);
  body.append(bytes, std::min(size * count, kAnswerBytesMax - body.size()));
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

}  // namespace

HttpAnswer post(const HttpPost& request) {
  HttpAnswer answer;
  const EasyHandle easy;
  if (easy.curl == nullptr) {
    answer.trouble = "the HTTP client cannot be started";
    return answer;
  }
  HeaderList headers;
  headers.add("Content-Type: application/json; charset=utf-8");
  headers.add("Expect:");
  for (const std::string& header : request.headers) headers.add(header);
  ConnectCheck check{request.allow_private_addresses, false};
  RetryAfter retry{request.now, {}};
  curl_easy_setopt(easy.curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy.curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy.curl, CURLOPT_PROXY, "");  // its address would be checked in place of the receiver's
  curl_easy_setopt(easy.curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy.curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.curl, CURLOPT_USERAGENT, "earshot");
  curl_easy_setopt(easy.curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(easy.curl, CURLOPT_OPENSOCKETFUNCTION, open_checked);
  curl_easy_setopt(easy.curl, CURLOPT_OPENSOCKETDATA, &check);
  curl_easy_setopt(easy.curl, CURLOPT_HEADERFUNCTION, note_header);
  curl_easy_setopt(easy.curl, CURLOPT_HEADERDATA, &retry);
  curl_easy_setopt(easy.curl, CURLOPT_WRITEFUNCTION, keep_body);
  curl_easy_setopt(easy.curl, CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(easy.curl, CURLOPT_HTTPHEADER, headers.list);
  curl_easy_setopt(easy.curl, CURLOPT_POSTFIELDS, request.body.c_str());
  curl_easy_setopt(easy.curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
  const CURLcode code = curl_easy_perform(easy.curl);
  if (check.has_refused) {
    answer.trouble = "its address is a private one; allow_private_addresses would permit it";
  } else if (code != CURLE_OK) {
    answer.trouble = curl_easy_strerror(code);
  } else {
    long status = 0;
    curl_easy_getinfo(easy.curl, CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    answer.retry_after = retry.wait;
  }
  return answer;
}

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

}  // namespace earshot
