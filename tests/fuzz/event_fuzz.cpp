// Events from bytes: what is read can be written and read again.
#include <sstream>

#include "earshot/check.h"
#include "event/codec.h"
#include "fuzz/files.h"
#include "fuzz/target.h"

namespace earshot::fuzz {

void take(std::string_view bytes) {
  static EventDecoder decoder;
  auto event = decoder.decode(bytes);
  if (!event) {
    EARSHOT_CHECK(!event.error().detail.empty(), "a refusal says why");
    return;
  }
  const std::string written = encode(*event);
  const auto again = decoder.decode(written);
  EARSHOT_CHECK(again.has_value(), "what was written can be read");
  EARSHOT_CHECK(*again == *event, "and is the same");
  EARSHOT_CHECK(encode(*again) == written, "and is written the same");
}

std::vector<std::string> seeds() { return lines_of_file("tests/contract/event_bytes/events.ndjson"); }

}  // namespace earshot::fuzz
