// One POST to an address that a user has set, and what came back.
//
// Redirects are not followed and no proxy is used: the address that is connected to is checked after the name was
// resolved, and private ones are refused unless they are allowed. Any thread.
#pragma once

#include <string>
#include <vector>

#include "earshot/result.h"
#include "earshot/time.h"

namespace earshot {

struct HttpPost {
  std::string url;
  std::string body;
  std::vector<std::string> headers;  // `name: value`; the content type is JSON
  Timestamp now{};
  Millis timeout{20'000};
  bool allow_private_addresses = false;
};

struct HttpAnswer {
  int status = 0;         // 0: there was no answer
  std::string body;       // its first kAnswerBytesMax
  Millis retry_after{0};  // a week at most
  std::string trouble;    // why there was no answer; names no address
};

inline constexpr std::size_t kAnswerBytesMax = 16 * 1024;

HttpAnswer post(const HttpPost& request);

// `http://…` or `https://…` with a host.
Result<void> check_url(const std::string& url);

}  // namespace earshot
