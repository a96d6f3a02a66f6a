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

// Offsets that fill `text`, joined by dots.
bool read_offsets(std::string_view text, std::vector<Offset>& offsets) {
  while (true) {
    const std::size_t dot = text.find('.');
    if (!read_number(text.substr(0, dot), offsets.emplace_back())) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

std::string joined(const std::vector<Offset>& offsets) {
  std::string text;
  for (const Offset offset : offsets) text += (text.empty() ? "" : ".") + std::to_string(offset);
  return text;
}

}  // namespace

std::string write_cursor(const Cursor& cursor) {
  return joined(cursor.ends) + '~' + std::to_string(cursor.given) + '~' + joined(cursor.uppers);
}

Result<Cursor> read_cursor(std::string_view text, std::size_t partitions) {
  const Error bad{ErrorKind::Invalid, "the cursor is not one that was given out for this list"};
  const std::size_t first = text.find('~');
  const std::size_t second = text.rfind('~');
  if (first == second) return bad;
  Cursor cursor;
  const bool is_read = read_offsets(text.substr(0, first), cursor.ends) &&
                       read_number(text.substr(first + 1, second - first - 1), cursor.given) &&
                       read_offsets(text.substr(second + 1), cursor.uppers);
  if (!is_read || cursor.ends.size() != partitions || cursor.uppers.size() != partitions) return bad;
  return cursor;
}

}  // namespace earshot::api
