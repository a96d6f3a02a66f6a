#include "sinks/slack.h"

#include "event/fields.h"
#include "event/json_reader.h"
#include "event/json_writer.h"
#include "sinks/alert_text.h"
#include "sinks/bot_answer.h"

namespace earshot {

namespace {

constexpr std::int64_t kPerMinute = 60;  // about one a second
constexpr std::size_t kTextBytesMax = 3000;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

Result<HttpPost> render(const SinkSettings& settings, const Notice& notice, Timestamp now) {
  std::string body = R"({"mrkdwn":false,"text":)";
  append_json_string(body, escaped(text_of(lines_of(notice), kTextBytesMax)));
  body += '}';
  return HttpPost{.url = settings.url, .body = std::move(body), .headers = {}, .now = now};
}

// `ok` as text; others who take the same answer in JSON.
struct Said {
  bool ok = true;
  bool success = true;
  std::string error;
};
template <class F>
void fields(F& f, Said& v) {
  f.optional("ok", v.ok);
  f.optional("success", v.success);
  f.optional("error", v.error);
}

DeliveryResult judge(const HttpAnswer& answer) {
  const std::string detail = "HTTP " + std::to_string(answer.status);
  if (answer.status == 410) return {Delivery::never, detail + " " + brief(answer.body), {}};
  if (answer.status < 200 || answer.status >= 300)
    return {Delivery::try_again, detail + " " + brief(answer.body), answer.retry_after};
  if (answer.body.empty() || answer.body == "ok") return {Delivery::done, detail, {}};
  const auto said = read_json<Said>(answer.body, JsonReader::UnknownKeys::ignore);
  if (said && said->ok && said->success && said->error.empty()) return {Delivery::done, detail, {}};
  return {Delivery::try_again, detail + ", but " + brief(answer.body), answer.retry_after};
}

}  // namespace

const SinkKind kSlack{"slack", kPerMinute, check_no_secret, render, judge};

}  // namespace earshot
