#include "cli/listen_address.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace earshot::cli {
namespace {

// The stores keep up to 768 files open, and without a free descriptor they could write nothing more.
constexpr rlim_t kDescriptorsOfOurs = 768 + 64;
constexpr std::size_t kConnectionsMin = 16;

}  // namespace

Result<ListenAddress> parse_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  ListenAddress parsed;
  if (colon != std::string_view::npos) {
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + colon + 1, end, parsed.port);
    parsed.address = host;
    if (!host.empty() && read.ec == std::errc{} && read.ptr == end) return parsed;
  }
  return Error{ErrorKind::Invalid, "listen is not address:port, as in 127.0.0.1:8080: " + std::string(text)};
}

std::size_t connections_max(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kConnectionsMin;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0 && ::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kConnectionsMin;
  if (limit.rlim_cur <= kDescriptorsOfOurs + kConnectionsMin) return kConnectionsMin;
  return std::min<std::size_t>(wanted, limit.rlim_cur - kDescriptorsOfOurs);
}

std::string address_for_others(const std::string& address, std::uint16_t port) {
  std::array<char, 256> name{};
  const bool is_any = address == "0.0.0.0" || address == "::";
  std::string host = address;
  if (is_any && ::gethostname(name.data(), name.size() - 1) == 0) host = name.data();
  if (!is_any && host.find(':') != std::string::npos) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(port);
}

}  // namespace earshot::cli
