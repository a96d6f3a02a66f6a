#include "sinks/wecom.h"

#include "event/json_writer.h"
#include "sinks/alert_text.h"
#include "sinks/bot_answer.h"

namespace earshot {

namespace {

constexpr std::int64_t kPerMinute = 20;
constexpr std::int64_t kTooMany = 45009;
constexpr Millis kWait{60'000};
constexpr std::size_t kTextBytesMax = 2048;

Result<HttpPost> render(const SinkSettings& settings, const Notice& notice, Timestamp now) {
  std::string body = R"({"msgtype":"text","text":{"content":)";
  append_json_string(body, text_of(lines_of(notice), kTextBytesMax));
  body += R"(,"mentioned_list":[]}})";
  return HttpPost{.url = settings.url, .body = std::move(body), .headers = {}, .now = now};
}

DeliveryResult judge(const HttpAnswer& answer) { return judge_errcode(answer, {{kTooMany}, kWait}); }

}  // namespace

const SinkKind kWecom{"wecom", kPerMinute, check_no_secret, render, judge};

}  // namespace earshot
