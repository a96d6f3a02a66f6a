#include "event/validate.h"

#include <algorithm>

namespace earshot {
namespace {

using Failure = std::optional<DecodeFailure>;

Failure invalid(std::string detail) { return DecodeFailure{DeadLetterReason::invalid_event, std::move(detail)}; }
Failure missing(std::string_view block) {
  return DecodeFailure{DeadLetterReason::missing_block, "data." + std::string(block) + " is missing for this type"};
}

bool is_key(std::string_view key) {
  const std::size_t colon = key.find(':');
  return key.size() <= kKeyBytesMax && colon != std::string_view::npos && colon > 0 && colon + 1 < key.size();
}

Failure refuse_person(const Person& person) {
  if (person.keys.empty())
    return DecodeFailure{DeadLetterReason::no_identity, "data.person.keys is empty; give at least one kind:value"};
  if (person.keys.size() > kKeysMax) return invalid("data.person.keys has more than 64 entries");
  for (const std::string& key : person.keys) {
    if (!is_key(key))
      return DecodeFailure{DeadLetterReason::no_identity, "an entry of data.person.keys is not kind:value"};
  }
  for (const std::string& key : person.verified) {
    if (std::find(person.keys.begin(), person.keys.end(), key) == person.keys.end()) {
      return invalid("an entry of data.person.verified does not stand in data.person.keys");
    }
  }
  return std::nullopt;
}

Failure refuse_currency(std::string_view currency) {
  const bool good = currency.size() == 3 &&
                    std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (good) return std::nullopt;
  return invalid("a currency is three capital letters, as in ISO 4217");
}

Failure refuse_scales(const Input& input) {
  if (const auto& rating = input.rating) {
    if (rating->min_milli >= rating->max_milli) return invalid("data.rating.min is not below data.rating.max");
    if (rating->value_milli < rating->min_milli || rating->value_milli > rating->max_milli)
      return invalid("data.rating.value is off its scale");
  }
  if (const auto& survey = input.survey) {
    if (survey->min >= survey->max) return invalid("data.survey.min is not below data.survey.max");
    if (survey->score && (*survey->score < survey->min || *survey->score > survey->max))
      return invalid("data.survey.score is off its scale");
  }
  if (input.usage && input.usage->count < 0) return invalid("data.usage.count is negative");
  if (input.reach < 0) return invalid("data.reach is negative");
  if (input.order) return refuse_currency(input.order->currency);
  if (input.payment) return refuse_currency(input.payment->currency);
  return std::nullopt;
}

Failure refuse_block(const Input& input) {
  switch (input.kind) {
    case InputKind::survey_invited:
    case InputKind::survey_answered: return input.survey ? std::nullopt : missing("survey");
    case InputKind::message:
    case InputKind::call: return input.message ? std::nullopt : missing("message");
    case InputKind::edited:
    case InputKind::deleted: return input.target ? std::nullopt : missing("target");
    case InputKind::order:
    case InputKind::returned: return input.order ? std::nullopt : missing("order");
    case InputKind::usage: return input.usage ? std::nullopt : missing("usage");
    case InputKind::payment: return input.payment ? std::nullopt : missing("payment");
    case InputKind::subscription: return input.subscription ? std::nullopt : missing("subscription");
    case InputKind::review: return input.rating || !input.content.text.empty() ? std::nullopt : missing("rating");
    case InputKind::mention: return !input.content.text.empty() ? std::nullopt : missing("content");
    case InputKind::linked:
    case InputKind::unlinked:
      return input.person.keys.size() == 2 ? std::nullopt
                                           : invalid("a link has exactly two entries in data.person.keys");
    case InputKind::contact: return std::nullopt;
  }
  return invalid("of no known kind");
}

}  // namespace

std::optional<DecodeFailure> refuse(const Input& input) {
  if (input.channel.empty()) return invalid("data.channel is empty");
  for (const std::string* text :
       {&input.channel, &input.product, &input.region, &input.touchpoint, &input.thread, &input.in_reply_to}) {
    if (text->size() > kShortTextBytesMax) return invalid("a short text of data is longer than 1024 bytes");
  }
  if (auto failure = refuse_person(input.person)) return failure;
  if (auto failure = refuse_block(input)) return failure;
  return refuse_scales(input);
}

std::optional<DecodeFailure> refuse_envelope(const Event& event) {
  if (event.id.empty() || event.id.size() > kShortTextBytesMax) return invalid("id is empty or longer than 1024 bytes");
  if (event.source.empty() || event.source.size() > kShortTextBytesMax)
    return invalid("source is empty or longer than 1024 bytes");
  return std::nullopt;
}

}  // namespace earshot
