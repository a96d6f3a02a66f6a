#include "support/dead_letters.h"

#include <algorithm>

#include "base/utf8.h"
#include "event/codec.h"

namespace earshot {
namespace {

constexpr std::size_t kRoomForOurs = 512;  // attributes that the front door adds

// Bytes of what may be long in an input.
std::size_t long_bytes(const Input& input) {
  std::size_t bytes = input.content.title.size() + input.content.text.size() + input.person.name.size() +
                      input.url.size() + input.unknown.size();
  for (const std::string& key : input.person.keys) bytes += key.size();
  return bytes;
}

// Encoding tells exactly, and is not worth its time for the many that are short: a byte takes at most six in JSON.
bool is_too_large(const Event& event) {
  const Input* input = std::get_if<Input>(&event.body);
  if (input != nullptr && long_bytes(*input) < kEventBytesMax / 8) return false;
  return encode(event).size() + kRoomForOurs > kEventBytesMax;
}

}  // namespace

void PassingBytes::add(std::string_view bytes) {
  first_.append(bytes.substr(0, std::min(bytes.size(), kDeadLetterBytesMax - first_.size())));
  length_ += static_cast<std::int64_t>(bytes.size());
  digest_.add(bytes);
}

void PassingBytes::move_into(DeadLetter& letter) {
  letter.bytes = std::move(first_);
  letter.length = length_;
  letter.sha256 = digest_.hex();
}

DeadLetter Reporter::letter(Refusal refusal, std::string_view where) const {
  DeadLetter letter;
  letter.reason = refusal.reason;
  // Names of keys and types may be quoted in it, so it is cut like any text from outside.
  letter.detail = utf8_prefix(refusal.detail, 512);
  letter.connector = connector_;
  letter.place = origin_.place;
  if (!where.empty()) {
    if (!letter.place.empty()) letter.place += ' ';
    letter.place += where;
  }
  return letter;
}

void Reporter::refuse(Refusal refusal, std::string_view bytes, std::string_view where) {
  PassingBytes passing;
  passing.add(bytes);
  refuse(std::move(refusal), passing, where);
}

void Reporter::refuse(Refusal refusal, PassingBytes& bytes, std::string_view where) {
  DeadLetter refused = letter(std::move(refusal), where);
  bytes.move_into(refused);
  findings_.dead_letter(std::move(refused));
}

void Reporter::accept(Event event, std::string_view bytes, std::string_view where) {
  if (event.tenant.empty()) event.tenant = origin_.tenant;
  if (event.time == kEarliest) event.time = origin_.received;
  if (event.time == kEarliest) return refuse({DeadLetterReason::bad_time, "time is missing"}, bytes, where);
  auto failure = refuse_envelope(event);
  if (const Input* input = std::get_if<Input>(&event.body); !failure && input != nullptr)
    failure = earshot::refuse(*input);
  if (failure) return refuse({failure->reason, std::move(failure->detail)}, bytes, where);
  if (is_too_large(event)) {
    return refuse(
        {DeadLetterReason::too_large, "longer than the " + std::to_string(kEventBytesMax) + " bytes of an event"},
        bytes, where);
  }
  findings_.event(std::move(event));
}

}  // namespace earshot
