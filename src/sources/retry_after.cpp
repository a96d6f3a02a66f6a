#include "sources/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace earshot {
namespace {

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// `Wed, 21 Oct 2015 07:28:00 GMT`, the form that servers must send.
std::optional<Timestamp> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const auto day = number(text.substr(5, 2)), year = number(text.substr(12, 4)), hour = number(text.substr(17, 2)),
             minute = number(text.substr(20, 2)), second = number(text.substr(23, 2));
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(month - kMonths.begin() + 1)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return Timestamp(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

}  // namespace

Millis retry_after_of(std::string_view header, Timestamp now) {
  while (header.starts_with(' ')) header.remove_prefix(1);
  while (header.ends_with(' ')) header.remove_suffix(1);
  Millis wait{0};
  const bool is_count =
      !header.empty() && std::all_of(header.begin(), header.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (is_count) {
    wait = header.size() > 6 ? Millis(kRetryAfterMax) : std::chrono::seconds(*number(header));
  } else if (const auto date = parse_http_date(header)) {
    wait = *date - now;
  }
  return std::clamp(wait, Millis{0}, Millis(kRetryAfterMax));
}

}  // namespace earshot
