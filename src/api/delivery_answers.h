// What senders are told of what they delivered: plain structs like those of answers.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "earshot/event.h"
#include "event/fields.h"

namespace earshot::api {

// What became of a delivery.
struct Rejection {
  std::int64_t index = 0;  // of the item in the delivery, from 0
  DeadLetterReason reason = DeadLetterReason::not_json;
  std::string detail;
  bool operator==(const Rejection&) const = default;
};
template <class F>
void fields(F& f, Rejection& v) {
  f.required("index", v.index);
  f.required("reason", v.reason);
  f.required("detail", v.detail);
}

struct DeliveryAnswer {
  std::int64_t accepted = 0;
  std::int64_t duplicate = 0;
  std::vector<Rejection> rejected;    // kept as dead letters
  std::optional<Timestamp> recorded;  // of what steers: from when on it applies
  bool operator==(const DeliveryAnswer&) const = default;
};
template <class F>
void fields(F& f, DeliveryAnswer& v) {
  f.required("accepted", v.accepted);
  f.required("duplicate", v.duplicate);
  f.required("rejected", v.rejected);
  f.optional("recorded", v.recorded);
}

}  // namespace earshot::api
