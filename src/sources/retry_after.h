// `Retry-After` in both its forms: seconds and an HTTP date.
#pragma once

#include <string_view>

#include "earshot/time.h"

namespace earshot {

inline constexpr std::chrono::hours kRetryAfterMax{1};  // who asks for more is asked again after it

// How long to wait at `now`; zero for what is neither, or over.
Millis retry_after_of(std::string_view header, Timestamp now);

}  // namespace earshot
