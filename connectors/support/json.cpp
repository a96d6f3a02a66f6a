#include "support/json.h"

#include <charconv>

#include "support/readers.h"
#include "support/text.h"

namespace earshot {
namespace {

bool is_json_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view json_trim(std::string_view text) {
  while (!text.empty() && is_json_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_json_space(text.back())) text.remove_suffix(1);
  return text;
}

// The position behind a string that begins at `at`; npos when it does not end.
std::size_t behind_string(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<std::vector<std::string_view>> split_json_array(std::string_view bytes, std::size_t items_max) {
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  bytes = json_trim(bytes);
  if (bytes.size() < 2 || bytes.front() != '[' || bytes.back() != ']') return std::nullopt;
  bytes = json_trim(bytes.substr(1, bytes.size() - 2));
  std::vector<std::string_view> items;
  if (bytes.empty()) return items;
  std::size_t begin = 0, depth = 0;
  for (std::size_t i = 0; i < bytes.size();) {
    const char c = bytes[i];
    if (c == '"') {
      i = behind_string(bytes, i);
      if (i == std::string_view::npos) return std::nullopt;
      continue;
    }
    if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      if (depth-- == 0) return std::nullopt;
    } else if (c == ',' && depth == 0) {
      items.push_back(json_trim(bytes.substr(begin, i - begin)));
      if (items.size() > items_max) return items;
      begin = i + 1;
    }
    ++i;
  }
  if (depth != 0) return std::nullopt;
  items.push_back(json_trim(bytes.substr(begin)));
  return items;
}

std::optional<simdjson::dom::object> object_at(simdjson::dom::object object, std::string_view name) {
  simdjson::dom::object found;
  return object.at_key(name).get(found) == simdjson::SUCCESS ? std::optional(found) : std::nullopt;
}

std::optional<simdjson::dom::array> array_at(simdjson::dom::object object, std::string_view name) {
  simdjson::dom::array found;
  return object.at_key(name).get(found) == simdjson::SUCCESS ? std::optional(found) : std::nullopt;
}

std::optional<std::string_view> text_at(simdjson::dom::object object, std::string_view name) {
  std::string_view found;
  return object.at_key(name).get(found) == simdjson::SUCCESS ? std::optional(found) : std::nullopt;
}

std::optional<bool> bool_at(simdjson::dom::object object, std::string_view name) {
  bool found = false;
  return object.at_key(name).get(found) == simdjson::SUCCESS ? std::optional(found) : std::nullopt;
}

std::optional<std::int64_t> integer_at(simdjson::dom::object object, std::string_view name) {
  std::int64_t number = 0;
  if (object.at_key(name).get(number) == simdjson::SUCCESS) return number;
  const auto text = text_at(object, name);
  return text ? parse_integer(*text) : std::nullopt;
}

std::optional<std::string> scalar_text(simdjson::dom::element element) {
  std::string_view text;
  if (element.get(text) == simdjson::SUCCESS) return std::string(text);
  if (element.is_bool()) return element.get_bool().value_unsafe() ? "true" : "false";
  if (element.is_int64()) return std::to_string(element.get_int64().value_unsafe());
  if (element.is_uint64()) return std::to_string(element.get_uint64().value_unsafe());
  if (!element.is_double()) return std::nullopt;
  char digits[512];  // the longest double in plain digits has 309 before the point
  const auto [end, error] =
      std::to_chars(digits, digits + sizeof digits, element.get_double().value_unsafe(), std::chars_format::fixed);
  return error == std::errc{} ? std::optional(std::string(digits, end)) : std::nullopt;
}

tl::expected<simdjson::dom::object, std::string> parse_object(JsonDocument& document, std::string_view bytes) {
  auto root = document.parse(bytes);
  if (!root) return tl::unexpected(std::move(root.error().message));
  simdjson::dom::object object;
  if (root->get(object) != simdjson::SUCCESS) return tl::unexpected(std::string("not a JSON object"));
  return object;
}

}  // namespace earshot
