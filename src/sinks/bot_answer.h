// What bots of chats have in common: how they say no.
#pragma once

#include <vector>

#include "sinks/sink_kinds.h"

namespace earshot {

// Bots that answer `{"errcode": 0, "errmsg": "ok"}`, also to what they refuse, within HTTP 200.
struct BotAnswer {
  std::optional<std::int64_t> code;
  std::string message;
};
struct TooMany {
  std::vector<std::int64_t> codes;
  Millis wait{0};  // until the bot may be heard again
};
DeliveryResult judge_bot(const HttpAnswer& answer, const Result<BotAnswer>& said, const TooMany& too_many);

// Of those whose answer is `{"errcode": …, "errmsg": …}`.
DeliveryResult judge_errcode(const HttpAnswer& answer, const TooMany& too_many);

// What was answered, for a person: at most so much that a table takes it.
std::string brief(std::string_view text);

Result<void> check_no_secret(const SinkSettings& settings);   // the address is the secret
Result<void> check_one_secret(const SinkSettings& settings);  // there may be one

}  // namespace earshot
