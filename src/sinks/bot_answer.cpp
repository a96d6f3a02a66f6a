#include "sinks/bot_answer.h"

#include <algorithm>

#include "event/fields.h"
#include "event/json_reader.h"
#include "sinks/alert_text.h"

namespace earshot {

namespace {

struct Said {
  std::optional<std::int64_t> errcode;
  std::string errmsg;
};
template <class F>
void fields(F& f, Said& v) {
  f.optional("errcode", v.errcode);
  f.optional("errmsg", v.errmsg);
}

}  // namespace

std::string brief(std::string_view text) { return plain(text, 100); }

DeliveryResult judge_bot(const HttpAnswer& answer, const Result<BotAnswer>& said, const TooMany& too_many) {
  std::string detail = "HTTP " + std::to_string(answer.status);
  if (answer.status == 410) return {Delivery::never, detail, {}};
  if (answer.status < 200 || answer.status >= 300) return {Delivery::try_again, detail, answer.retry_after};
  if (!said || !said->code)
    return {Delivery::try_again, detail + ", but the answer says not whether it was taken: " + brief(answer.body),
            answer.retry_after};
  if (*said->code == 0) return {Delivery::done, detail, {}};
  detail += ", but code " + std::to_string(*said->code) + ": " + brief(said->message);
  const bool is_too_many = std::find(too_many.codes.begin(), too_many.codes.end(), *said->code) != too_many.codes.end();
  return {Delivery::try_again, detail, std::max(answer.retry_after, is_too_many ? too_many.wait : Millis{0})};
}

DeliveryResult judge_errcode(const HttpAnswer& answer, const TooMany& too_many) {
  const auto said = read_json<Said>(answer.body, JsonReader::UnknownKeys::ignore);
  if (!said) return judge_bot(answer, said.error(), {});
  return judge_bot(answer, BotAnswer{said->errcode, said->errmsg}, too_many);
}

Result<void> check_no_secret(const SinkSettings& settings) {
  if (settings.secrets.empty()) return {};
  return Error{ErrorKind::Invalid, "its kind signs nothing: the address is the secret, so leave secret_env out"};
}

Result<void> check_one_secret(const SinkSettings& settings) {
  if (settings.secrets.size() <= 1 && std::count(settings.secrets.begin(), settings.secrets.end(), "") == 0) return {};
  return Error{ErrorKind::Invalid, "a bot has one secret, or none"};
}

}  // namespace earshot
