// What receivers answer, and what alerts become for a person: no answer is an accident, and no text becomes more than
// text.
#include "base/utf8.h"
#include "earshot/check.h"
#include "fuzz/target.h"
#include "sinks/alert_text.h"
#include "sinks/sink_kinds.h"

namespace earshot::fuzz {

namespace {

constexpr int kStatuses[] = {200, 204, 302, 400, 410, 429, 500};

void take_answer(std::string_view bytes) {
  HttpAnswer answer;
  answer.status = kStatuses[choose(bytes, std::size(kStatuses))];
  answer.body = bytes;
  for (const std::string_view name : sink_kind_names()) {
    const DeliveryResult result = find_sink_kind(name)->judge(answer);
    EARSHOT_CHECK(answer.status < 300 || result.outcome != Delivery::done, "only a 2xx may be a yes");
    EARSHOT_CHECK(is_valid_utf8(result.detail) && result.detail.size() < 600,
                  "what is kept of an answer can be written");
  }
}

void take_text(std::string_view bytes) {
  const std::string text = plain(bytes, 200);
  EARSHOT_CHECK(is_valid_utf8(text) && text.size() <= 4 * 200 + 3 + 3 * 200, "plain text is text, and bounded");
  EARSHOT_CHECK(text.find_first_of("@<>\n\r\t\x1b") == std::string::npos && text.find("://") == std::string::npos,
                "and nothing else");
}

}  // namespace

void take(std::string_view bytes) {
  if (choose(bytes, 2) == 0) return take_text(bytes);
  take_answer(bytes);
}

std::vector<std::string> seeds() {
  const std::string answer("\x01\0", 2);
  return {std::string("\0", 1) + "<!channel> @all https://a.example [x](http://b.example) \u202e\u200b",
          answer + R"({"errcode":0,"errmsg":"ok"})",
          answer + R"({"code":19021,"msg":"sign"})",
          answer + R"({"StatusCode":0})",
          answer + "ok",
          answer + R"({"ok":false,"error":"no"})",
          answer + R"({"errcode":45009})"};
}

}  // namespace earshot::fuzz
