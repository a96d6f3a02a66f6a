// The kinds of sinks. Each is a row of data and three pure functions, in a file of its own; sending is the same for
// all.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/sink.h"
#include "earshot/time.h"
#include "sinks/http_post.h"

namespace earshot {

struct SinkSettings {
  std::string name = "webhook";
  std::string url;
  std::vector<std::string> secrets;  // several while they are rotated; a bot takes the first
  bool allow_private_addresses = false;
  Millis timeout{20'000};
};

struct SinkKind {
  std::string_view name;                                          // in the configuration
  std::int64_t per_minute = 0;                                    // messages that it takes; 0: no limit
  Result<void> (*check)(const SinkSettings& settings) = nullptr;  // of the secrets, at start
  Result<HttpPost> (*render)(const SinkSettings& settings, const Notice& notice, Timestamp now) = nullptr;
  DeliveryResult (*judge)(const HttpAnswer& answer) =
      nullptr;  // of an answer that came, which may be an error within a 200
};

// nullptr for a name that is none.
const SinkKind* find_sink_kind(std::string_view name);
std::vector<std::string_view> sink_kind_names();

// Checks the name, the URL and the secrets. Kind and clock must outlive the sink, which is for one thread at a time.
Result<std::unique_ptr<Sink>> make_sink(const SinkKind& kind, SinkSettings settings, const Clock& clock);

}  // namespace earshot
