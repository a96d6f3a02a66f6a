#include <curl/curl.h>

#include "cli/answers.h"
#include "event/json_reader.h"

namespace earshot::cli {
namespace {

constexpr std::size_t kAnswerBytesMax = std::size_t{256} << 20;

struct Problem {
  std::string title;
  std::string detail;
};
template <class F>
void fields(F& f, Problem& v) {
  f.optional("title", v.title);
  f.optional("detail", v.detail);
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += "0123456789ABCDEF"[byte >> 4];
      out += "0123456789ABCDEF"[byte & 15];
    }
  }
  return out;
}

std::string target_of(const Ask& ask, const std::string& tenant) {
  std::string target = ask.pattern;
  for (const std::string& part : ask.parts) {
    const std::size_t open = target.find('{');
    target.replace(open, target.find('}', open) + 1 - open, percent_encoded(part));
  }
  char sign = '?';
  const auto add = [&](const std::string& name, const std::string& value) {
    target += sign + name + "=" + percent_encoded(value);
    sign = '&';
  };
  for (const auto& [name, value] : ask.query) add(name, value);
  if (!tenant.empty()) add("tenant", tenant);
  return target;
}

std::size_t append_answer(char* bytes, std::size_t size, std::size_t count, void* to) {
  auto& answer = *static_cast<std::string*>(to);
  if (answer.size() + size * count > kAnswerBytesMax) return 0;  // curl takes this as a failed write
  answer.append(bytes, size * count);
  return size * count;
}

ErrorKind kind_of(long status) {
  if (status == 404) return ErrorKind::NotFound;
  if (status == 409) return ErrorKind::Conflict;
  return status == 400 ? ErrorKind::Invalid : ErrorKind::Unavailable;
}

class OfUrl final : public Answers {
 public:
  OfUrl(UrlSettings settings, CURL* handle) : settings_(std::move(settings)), handle_(handle) {
    while (settings_.url.ends_with('/')) settings_.url.pop_back();
    headers_ = curl_slist_append(nullptr, "Content-Type: application/json");
    if (!settings_.token.empty())
      headers_ = curl_slist_append(headers_, ("Authorization: Bearer " + settings_.token).c_str());
  }
  ~OfUrl() override {
    curl_slist_free_all(headers_);
    curl_easy_cleanup(handle_);
  }
  OfUrl(const OfUrl&) = delete;
  OfUrl& operator=(const OfUrl&) = delete;

  Result<std::string> ask(const Ask& ask) override { return perform(ask, nullptr); }
  Result<std::string> tell(const Ask& ask, const std::string& body) override { return perform(ask, &body); }

 private:
  Result<std::string> perform(const Ask& ask, const std::string* body) {
    const std::string url = settings_.url + target_of(ask, settings_.tenant);
    std::string answer;
    curl_easy_setopt(handle_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(handle_, CURLOPT_HTTPGET, 1L);
    if (body != nullptr) {
      curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
      curl_easy_setopt(handle_, CURLOPT_COPYPOSTFIELDS, body->c_str());
    }
    curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);  // others may be threads
    curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT, static_cast<long>(settings_.connect.count()));
    curl_easy_setopt(handle_, CURLOPT_TIMEOUT, static_cast<long>(settings_.answer.count()));
    curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &append_answer);
    curl_easy_setopt(handle_, CURLOPT_WRITEDATA, &answer);
    if (const CURLcode code = curl_easy_perform(handle_); code != CURLE_OK) {
      return Error{ErrorKind::Unavailable,
                   "cannot ask " + settings_.url + ": " + curl_easy_strerror(code) + "; is an earshot running there?"};
    }
    long status = 0;
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    if (status == 200) return answer;
    const auto problem = read_json<Problem>(answer, JsonReader::UnknownKeys::ignore);
    const std::string detail = problem && !problem->detail.empty() ? problem->detail : "no explanation";
    return Error{kind_of(status), settings_.url + " answers " + std::to_string(status) + ": " + detail};
  }

  UrlSettings settings_;
  CURL* handle_;
  curl_slist* headers_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<Answers>> answers_of_url(UrlSettings settings) {
  if (!settings.url.starts_with("http://") && !settings.url.starts_with("https://")) {
    return Error{ErrorKind::Invalid, "the address " + settings.url + " does not begin with http:// or https://"};
  }
  CURL* handle = curl_easy_init();
  if (handle == nullptr) return Error{ErrorKind::Unavailable, "cannot prepare an HTTP request"};
  return std::unique_ptr<Answers>(std::make_unique<OfUrl>(std::move(settings), handle));
}

}  // namespace earshot::cli
