// One frame of Jetstream, version 1 or 2.
#pragma once

#include <optional>
#include <string_view>

#include "support/dead_letters.h"
#include "support/json.h"

namespace earshot::bluesky {

inline constexpr std::string_view kName = "bluesky";

class Filter;

class FrameReader {
 public:
  explicit FrameReader(const Filter& filter) : filter_(filter) {}

  using Read = tl::expected<std::optional<Event>, Refusal>;  // nothing: of no interest
  // `at` is set to the server's time of it, where it says one.
  Read read(std::string_view bytes, Timestamp& at);

 private:
  const Filter& filter_;
  JsonDocument document_;
};

}  // namespace earshot::bluesky
