#include "base/url.h"

#include <algorithm>

namespace earshot {
namespace {

std::string_view usual_port(std::string_view scheme) { return scheme == "https" || scheme == "wss" ? "443" : "80"; }

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string Url::host_header() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == usual_port(scheme) ? name : name + ":" + port;
}

std::optional<Url> parse_url(std::string_view text) {
  const auto is_bad = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '#'; };
  if (std::any_of(text.begin(), text.end(), is_bad)) return std::nullopt;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  Url url;
  url.scheme = text.substr(0, colon);
  if (url.scheme != "http" && url.scheme != "https" && url.scheme != "ws" && url.scheme != "wss") return std::nullopt;
  text.remove_prefix(colon + 3);
  std::string_view host = text.substr(0, text.find_first_of("/?"));
  url.target = text.substr(host.size());
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  if (host.find('@') != std::string_view::npos) return std::nullopt;
  url.port = usual_port(url.scheme);
  const std::size_t bracket = host.starts_with('[') ? host.find(']') : std::string_view::npos;
  if (host.starts_with('[') && bracket == std::string_view::npos) return std::nullopt;
  const std::size_t end = bracket == std::string_view::npos ? host.find(':') : host.find(':', bracket);
  if (end != std::string_view::npos) {
    if (!is_port(host.substr(end + 1))) return std::nullopt;
    url.port = host.substr(end + 1);
    host = host.substr(0, end);
  }
  url.host = bracket == std::string_view::npos ? host : host.substr(1, bracket - 1);
  if (url.host.empty()) return std::nullopt;
  return url;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:";
  std::string encoded;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += {'%', kDigits[static_cast<unsigned char>(c) >> 4], kDigits[static_cast<unsigned char>(c) & 15]};
    }
  }
  return encoded;
}

std::string with_parameter(std::string url, std::string_view name, std::string_view value) {
  url += url.find('?') == std::string::npos ? '?' : '&';
  return url.append(name).append("=").append(percent_encoded(value));
}

}  // namespace earshot
