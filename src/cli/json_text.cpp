#include "cli/json_text.h"

#include <cstdio>

#include "text/unicode.h"

namespace earshot::cli {

void append_json_string(std::string_view text, std::string& out) {
  out.push_back('"');
  for (std::size_t at = 0; at < text.size();) {
    const text::Decoded decoded = text::decode(text, at);
    at += decoded.size;
    switch (decoded.point) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      default:
        if (decoded.point < 0x20 || decoded.point == 0x7f) {
          char escaped[8];
          std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(decoded.point));
          out += escaped;
        } else {
          text::append_utf8(decoded.point, out);
        }
    }
  }
  out.push_back('"');
}

void append_permille(std::uint32_t permille, std::string& out) {
  char text[16];
  std::snprintf(text, sizeof text, "%u.%03u", permille / 1000, permille % 1000);
  out += text;
}

}  // namespace earshot::cli
