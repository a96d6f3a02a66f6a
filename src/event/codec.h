// Events to bytes and back: CloudEvents 1.0, JSON structured mode.
//
//     {"specversion":"1.0","id":…,"source":…,"type":"earshot.feedback.review.v1","time":…,"recordedtime":…,"tenant":…,
//      "causedby":…,"hops":…,"traceparent":…,"data":{…}}
//
// Decoding is strict about what we read and lenient about what we do not know: unknown members are kept and ignored.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "earshot/event.h"

namespace earshot {

struct EventUpgrade;

// Why bytes are not an event.
struct DecodeFailure {
  DeadLetterReason reason = DeadLetterReason::not_json;
  std::string detail;
};

// `earshot.feedback.review.v1` for the body of an event.
std::string type_of(const EventBody& body);

// Every type that exists, in the order of event.h, and a default body of each.
std::vector<std::string> event_types();
std::vector<EventBody> event_bodies();

std::string encode(const Event& event);

// Reads one event of an `earshot.*` type. `tenant`, `time` and `recordedtime` may be missing: they are left empty
// (kEarliest) for the front door to fill. An older version of a type is read as its newest. Keeps its buffers between
// calls; one decoder serves one thread.
class EventDecoder {
 public:
  EventDecoder();
  explicit EventDecoder(std::span<const EventUpgrade> upgrades);  // others than this build's, for tests
  ~EventDecoder();
  EventDecoder(EventDecoder&&) noexcept;
  EventDecoder& operator=(EventDecoder&&) noexcept;
  tl::expected<Event, DecodeFailure> decode(std::string_view bytes);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
  std::span<const EventUpgrade> upgrades_;
};

// A dead letter that a connector made, on its way in: its id follows from the bytes and the place, so that a repeat
// meets the first one.
Event event_of(DeadLetter letter, std::string tenant);
Event event_of(DeadLetterMended mended, std::string tenant, Timestamp at);

}  // namespace earshot
