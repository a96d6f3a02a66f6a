#include "sinks/dingtalk.h"

#include "base/hash.h"
#include "base/hex.h"
#include "event/json_writer.h"
#include "sinks/alert_text.h"
#include "sinks/bot_answer.h"

namespace earshot {

namespace {

constexpr std::int64_t kPerMinute = 20;
constexpr std::int64_t kTooMany = 130101;
constexpr Millis kWait{10 * 60'000};  // who sends too much is not heard for ten minutes
constexpr std::size_t kTextBytesMax = 4000;

// What base64 has and a query may not.
std::string query_value(std::string_view base64) {
  std::string out;
  for (const char c : base64) {
    if (c == '+') {
      out += "%2B";
    } else if (c == '/') {
      out += "%2F";
    } else if (c == '=') {
      out += "%3D";
    } else {
      out += c;
    }
  }
  return out;
}

Result<HttpPost> render(const SinkSettings& settings, const Notice& notice, Timestamp now) {
  HttpPost request{.url = settings.url, .now = now};
  if (!settings.secrets.empty()) {
    const std::int64_t millis = to_millis(now);
    request.url += (settings.url.find('?') == std::string::npos ? "?timestamp=" : "&timestamp=") +
                   std::to_string(millis) + "&sign=" + query_value(sign_dingtalk(settings.secrets.front(), millis));
  }
  request.body = R"({"msgtype":"text","text":{"content":)";
  append_json_string(request.body, text_of(lines_of(notice), kTextBytesMax));
  request.body += R"(},"at":{"isAtAll":false}})";
  return request;
}

DeliveryResult judge(const HttpAnswer& answer) { return judge_errcode(answer, {{kTooMany}, kWait}); }

}  // namespace

std::string sign_dingtalk(std::string_view secret, std::int64_t unix_millis) {
  return to_base64(hmac_sha256(secret, std::to_string(unix_millis) + "\n" + std::string(secret)));
}

const SinkKind kDingtalk{"dingtalk", kPerMinute, check_one_secret, render, judge};

}  // namespace earshot
