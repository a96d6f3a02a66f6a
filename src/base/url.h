// `wss://host:443/path?a=1` in its parts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace earshot {

struct Url {
  std::string scheme;  // `http`, `https`, `ws` or `wss`
  std::string host;    // without the brackets of an IPv6 address
  std::string port;
  std::string target;  // path and query; at least `/`

  bool is_secure() const { return scheme == "https" || scheme == "wss"; }
  bool is_websocket() const { return scheme == "ws" || scheme == "wss"; }
  std::string host_header() const;  // with the port where it is not the scheme's own
};

// Nothing for any other scheme, no host, a name or password in it, blanks or control characters.
std::optional<Url> parse_url(std::string_view text);

std::string percent_encoded(std::string_view text);

// With `name=value` behind its `?`; the value is percent-encoded.
std::string with_parameter(std::string url, std::string_view name, std::string_view value);

}  // namespace earshot
