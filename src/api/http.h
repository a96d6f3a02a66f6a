// A request and an answer as plain values, so that routes know nothing of the HTTP library and a test can call them
// without a socket.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "earshot/result.h"

namespace earshot::api {

using Headers = std::map<std::string, std::string>;  // names in lower case; what was repeated is joined with ", "

struct Request {
  std::string method;
  std::string path;                          // without the query, still percent-encoded
  std::map<std::string, std::string> query;  // decoded; the last of a repeated name counts
  Headers headers;
  std::string body;
  std::string caller;  // the address it came from; of IPv6 the network of 64 bits, all of which one machine may have

  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

// What went wrong, as RFC 9457 has it. `code` is for programs and never changes; `detail` is for people.
struct Problem {
  int status = 400;
  std::string code;
  std::string detail;
  std::chrono::seconds retry_after{1};  // of 429 and 503
};
Response answer_of(const Problem& problem);

// How an Error looks from outside.
Problem problem_of(const Error& error);

std::string_view reason_phrase(int status);

// `%41` becomes `A`; nothing if a `%` is not followed by two hex digits. `+` is a space in a query only.
Result<std::string> percent_decoded(std::string_view text, bool plus_is_space = false);

// `path?a=1&b=2` into path and query. Invalid if it does not begin with `/` or is wrongly encoded.
Result<void> split_target(std::string_view target, Request& request);

}  // namespace earshot::api
