#include "base/hash.h"
#include "earshot/processor.h"

namespace earshot {

Fingerprint Step::derived_id(std::int32_t ordinal) const {
  std::string seed;
  seed.reserve(cause_.processor.size() + cause_.identity.size() + 8);
  seed.append(cause_.processor).push_back('\0');
  seed.append(cause_.identity).push_back('\0');
  seed.append(std::to_string(ordinal));
  if (apart_ != 0) seed.append(1, '\0').append(std::to_string(apart_));
  return fingerprint(seed);
}

void Step::emit(Topic topic, std::string key, EventBody body, Timestamp time) {
  if (output_.is_silent()) {
    ++ordinal_;
    return;
  }
  Event event;
  event.id = derived_id(ordinal_++).hex();
  event.source = "/earshot/" + std::string(cause_.processor);
  event.tenant = cause_.tenant;
  event.time = time;
  event.recorded = now_;
  event.caused_by = cause_.event_id;
  event.hops = cause_.hops + 1;
  event.trace_parent = cause_.trace_parent;
  event.body = std::move(body);
  output_.emit({topic, std::move(key), std::move(event)});
}

}  // namespace earshot
