#include "sinks/feishu.h"

#include "base/hash.h"
#include "base/hex.h"
#include "event/fields.h"
#include "event/json_reader.h"
#include "event/json_writer.h"
#include "sinks/alert_text.h"
#include "sinks/bot_answer.h"

namespace earshot {

namespace {

constexpr std::int64_t kPerMinute = 100;
constexpr std::int64_t kTooMany = 11232;
constexpr std::int64_t kTooManyOnce = 9499;  // as older bots say it
constexpr Millis kWait{60'000};

// A post of text elements: what stands in one is text, whatever it is. The first line is the title.
std::string post_of(const std::vector<std::string>& lines) {
  std::string post = R"({"zh_cn":{"title":)";
  append_json_string(post, lines.front());
  post += R"(,"content":[)";
  for (std::size_t i = 1; i < lines.size(); ++i) {
    post += i == 1 ? R"([{"tag":"text","text":)" : R"(,[{"tag":"text","text":)";
    append_json_string(post, lines[i]);
    post += "}]";
  }
  return post + "]}}";
}

Result<HttpPost> render(const SinkSettings& settings, const Notice& notice, Timestamp now) {
  std::string body = "{";
  if (!settings.secrets.empty()) {
    const std::int64_t seconds = to_millis(now) / 1000;
    body += R"("timestamp":")" + std::to_string(seconds) + R"(","sign":")" +
            sign_feishu(settings.secrets.front(), seconds) + R"(",)";
  }
  body += R"("msg_type":"post","content":{"post":)" + post_of(lines_of(notice)) + "}}";
  return HttpPost{.url = settings.url, .body = std::move(body), .headers = {}, .now = now};
}

struct Said {
  std::optional<std::int64_t> code;
  std::string msg;
  std::optional<std::int64_t> status_code;  // of older bots
  std::string status_message;
};
template <class F>
void fields(F& f, Said& v) {
  f.optional("code", v.code);
  f.optional("msg", v.msg);
  f.optional("StatusCode", v.status_code);
  f.optional("StatusMessage", v.status_message);
}

DeliveryResult judge(const HttpAnswer& answer) {
  const auto said = read_json<Said>(answer.body, JsonReader::UnknownKeys::ignore);
  if (!said) return judge_bot(answer, said.error(), {});
  const BotAnswer one =
      said->code ? BotAnswer{said->code, said->msg} : BotAnswer{said->status_code, said->status_message};
  return judge_bot(answer, one, {{kTooMany, kTooManyOnce}, kWait});
}

}  // namespace

std::string sign_feishu(std::string_view secret, std::int64_t unix_seconds) {
  return to_base64(hmac_sha256(std::to_string(unix_seconds) + "\n" + std::string(secret), ""));
}

const SinkKind kFeishu{"feishu", kPerMinute, check_one_secret, render, judge};

}  // namespace earshot
