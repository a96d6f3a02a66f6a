#include "support/html.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "support/text.h"

namespace earshot {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kEntities{{{"amp", "&"},
                                                                                   {"lt", "<"},
                                                                                   {"gt", ">"},
                                                                                   {"quot", "\""},
                                                                                   {"apos", "'"},
                                                                                   {"nbsp", " "},
                                                                                   {"hellip", "…"},
                                                                                   {"ndash", "–"},
                                                                                   {"mdash", "—"},
                                                                                   {"lsquo", "‘"},
                                                                                   {"rsquo", "’"},
                                                                                   {"middot", "·"}}};
constexpr std::size_t kEntityMax = 10;  // bytes between & and ;

void append_code_point(std::string& out, std::uint32_t point) {
  const auto add = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xc0 | point >> 6);
    add(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    add(0xe0 | point >> 12);
    add(0x80 | (point >> 6 & 0x3f));
    add(0x80 | (point & 0x3f));
  } else {
    add(0xf0 | point >> 18);
    add(0x80 | (point >> 12 & 0x3f));
    add(0x80 | (point >> 6 & 0x3f));
    add(0x80 | (point & 0x3f));
  }
}

bool append_number(std::string& out, std::string_view number) {
  const bool is_hex = number.starts_with('x') || number.starts_with('X');
  if (is_hex) number.remove_prefix(1);
  std::uint32_t point = 0;
  const auto [end, fault] = std::from_chars(number.data(), number.data() + number.size(), point, is_hex ? 16 : 10);
  if (fault != std::errc() || end != number.data() + number.size()) return false;
  const bool is_text =
      point >= ' ' && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff) && (point < 0x7f || point > 0x9f);
  append_code_point(out, is_text ? point : point == '\n' || point == '\t' ? ' ' : 0xfffd);
  return true;
}

// What `&…;` at the front of `rest` stands for; gives how many bytes it took.
std::size_t take_entity(std::string_view rest, std::string& out) {
  const std::size_t end = rest.substr(0, kEntityMax + 2).find(';');
  if (end != std::string_view::npos) {
    const std::string_view name = rest.substr(1, end - 1);
    if (name.starts_with('#') && append_number(out, name.substr(1))) return end + 1;
    for (const auto& [entity, text] : kEntities) {
      if (entity != name) continue;
      out += text;
      return end + 1;
    }
  }
  out += '&';
  return 1;
}

void end_line(std::string& out, std::size_t lines) {
  while (out.ends_with(' ')) out.pop_back();
  const std::size_t last = out.find_last_not_of('\n');
  const std::size_t there = last == std::string::npos ? lines : out.size() - last - 1;
  if (there < lines) out.append(lines - there, '\n');
}

std::string_view name_of_tag(std::string_view tag) {
  if (tag.starts_with('/')) tag.remove_prefix(1);
  return tag.substr(0, tag.find_first_of(" \t\r\n/>"));
}

}  // namespace

std::string html_to_text(std::string_view html) {
  std::string out;
  while (!html.empty()) {
    const char c = html.front();
    if (c == '&') {
      html.remove_prefix(take_entity(html, out));
    } else if (c == '<') {
      const bool is_comment = html.starts_with("<!--");
      const std::size_t end = is_comment ? html.find("-->") : html.find('>');
      if (end == std::string_view::npos) break;  // a tag that does not end
      const std::string tag = to_lower(html.substr(1, std::min<std::size_t>(end - 1, 64)));
      html.remove_prefix(end + (is_comment ? 3 : 1));
      if (is_comment) continue;
      const std::string_view name = name_of_tag(tag);
      if (name == "br") out += '\n';
      if (name == "p" || name == "div" || name == "blockquote" || name == "ul" || name == "ol" || name == "pre")
        end_line(out, 2);
      if (name == "li") end_line(out, 1);
      if ((name == "script" || name == "style") && !tag.starts_with('/')) {
        const std::size_t close = html.find("</" + std::string(name));
        html.remove_prefix(std::min(close, html.size()));
      }
    } else {
      const bool is_space = c == '\n' || c == '\r' || c == '\t' || c == ' ';
      if (!is_space) {
        out += c;
      } else if (!out.empty() && out.back() != ' ' && out.back() != '\n') {
        out += ' ';
      }
      html.remove_prefix(1);
    }
  }
  return std::string(trim(out));
}

}  // namespace earshot
