// Moments and spans of time. Everything is UTC in whole milliseconds.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace earshot {

using Millis = std::chrono::milliseconds;
using Timestamp = std::chrono::sys_time<Millis>;

inline constexpr Timestamp kEarliest{Millis{0}};             // 1970: nothing of ours is older
inline constexpr Timestamp kNever{Millis{253402300799999}};  // 9999-12-31T23:59:59.999Z

constexpr Timestamp from_millis(long long ms) { return Timestamp{Millis{ms}}; }
constexpr long long to_millis(Timestamp at) { return at.time_since_epoch().count(); }

// RFC 3339, as CloudEvents demand: `2026-11-20T08:15:30Z`, with a fraction or an offset. Digits below a millisecond are
// dropped. Nothing if the text is not such a time or lies outside [kEarliest, kNever]. A leap second reads as :59.999.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

// `2026-11-20T08:15:30Z`; with `.123` only when there are milliseconds.
std::string format_rfc3339(Timestamp at);

// A source of time for the edges of the program. Processors have none: their time is in the log.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;  // any thread
};

}  // namespace earshot
