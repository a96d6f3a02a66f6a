#include "api/cursor.h"

#include <charconv>

namespace earshot::api {

namespace {

// A whole number that fills `text`.
template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc() && end == text.data() + text.size() && number >= Number{};
}

}  // namespace

std::string write_cursor(const Cursor& cursor) {
  std::string text;
  for (const Offset end : cursor.ends) {
    if (!text.empty()) text += '.';
    text += std::to_string(end);
  }
  return text + '~' + std::to_string(cursor.given);
}

Result<Cursor> read_cursor(std::string_view text, std::size_t partitions) {
  const Error bad{ErrorKind::Invalid, "the cursor is not one that was given out for this list"};
  const std::size_t mark = text.find('~');
  if (mark == std::string_view::npos) return bad;
  Cursor cursor;
  if (!read_number(text.substr(mark + 1), cursor.given)) return bad;
  std::string_view ends = text.substr(0, mark);
  while (true) {
    const std::size_t dot = ends.find('.');
    if (!read_number(ends.substr(0, dot), cursor.ends.emplace_back())) return bad;
    if (dot == std::string_view::npos) break;
    ends.remove_prefix(dot + 1);
  }
  if (cursor.ends.size() != partitions) return bad;
  return cursor;
}

}  // namespace earshot::api
