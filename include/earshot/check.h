// Stops the program on a programming error, in release builds too: going on would write wrong state.
#pragma once

namespace earshot {

[[noreturn]] void check_failed(const char* condition, const char* file, int line, const char* why);

}  // namespace earshot

// `why` says what the caller broke.
#define EARSHOT_CHECK(condition, why) \
  ((condition) ? void(0) : ::earshot::check_failed(#condition, __FILE__, __LINE__, why))
