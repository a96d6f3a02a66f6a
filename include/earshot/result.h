// Result<T>: a value, or an Error that says what went wrong and what can be done. We do not throw.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace earshot {

// What a caller can do about an error. The message says what a person can do.
enum class ErrorKind {
  Invalid,      // the input is wrong: refuse it, do not try again
  NotFound,     // there is nothing of that name
  Conflict,     // not possible in the present state
  Corrupt,      // stored bytes are not what was written
  Unavailable,  // try again later
};

struct [[nodiscard]] Error {
  ErrorKind kind = ErrorKind::Invalid;
  std::string message;  // names the thing, the place and the remedy; lower case, no full stop

  // Adds what was being attempted, in front.
  Error in(std::string_view attempt) && {
    message = std::string(attempt) + ": " + message;
    return std::move(*this);
  }
};

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  Result(Error error)
      : tl::expected<T, Error>(tl::unexpect, std::move(error)) {}  // NOLINT: implicit, so that `return Error{…}` reads
};

}  // namespace earshot
