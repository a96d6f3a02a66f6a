#include "api/collected.h"

#include "base/hash.h"
#include "base/utf8.h"
#include "event/codec.h"
#include "event/trace_parent.h"

namespace earshot::api {

namespace {

DeadLetter letter_about(const Event& event, const Origin& origin, std::string detail) {
  const std::string bytes = encode(event);
  DeadLetter letter;
  letter.reason = DeadLetterReason::invalid_event;
  letter.detail = std::move(detail);
  letter.place = origin.place;
  letter.bytes = std::string(utf8_prefix(bytes, kDeadLetterBytesMax));
  letter.length = static_cast<std::int64_t>(bytes.size());
  letter.sha256 = sha256_hex(bytes);
  return letter;
}

}  // namespace

Collected::Collected(const Origin& origin, bool may_name_tenant, std::string_view trace_parent)
    : origin_(origin),
      may_name_tenant_(may_name_tenant),
      trace_parent_(is_trace_parent(trace_parent) ? trace_parent : "") {
  offer.connector = origin.name;
  offer.received = origin.received;
  offer.tenant = origin.tenant;
}

void Collected::event(Event event) {
  if (event.tenant.empty()) event.tenant = origin_.tenant;
  if (event.tenant != origin_.tenant && !may_name_tenant_) {
    return dead_letter(letter_about(event, origin_, "tenant is not the one this sender writes for"));
  }
  // What Earshot derives, and what steers it, comes from nobody else.
  if (!std::holds_alternative<Input>(event.body) && !std::holds_alternative<Command>(event.body)) {
    return dead_letter(letter_about(event, origin_, "events of this type are written by Earshot itself"));
  }
  if (++items_ > kItemsMax) return drop();
  if (event.trace_parent.empty()) event.trace_parent = trace_parent_;
  offer.events.push_back(std::move(event));
}

void Collected::dead_letter(DeadLetter letter) {
  if (items_ >= kItemsMax) return drop();
  answer.rejected.push_back({items_++, letter.reason, letter.detail});
  offer.letters.push_back(std::move(letter));
}

void Collected::drop() {
  items_ = kItemsMax + 1;
  offer = {};
  answer = {};
}

}  // namespace earshot::api
