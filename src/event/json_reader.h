// Reads JSON strictly: UTF-8, one value, depth 64, no duplicate keys, integers within range; a byte order mark is
// stripped. Structs are read through their fields() function (fields.h). One JsonDocument serves one thread.
#pragma once

#include <concepts>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "base/hex.h"
#include "earshot/result.h"
#include "event/names.h"

namespace earshot {

inline constexpr std::size_t kJsonDepthMax = 64;

class JsonDocument {
 public:
  JsonDocument();
  // The root, valid until the next parse. Invalid with the reason otherwise.
  Result<simdjson::dom::element> parse(std::string_view bytes);
  // The same, but keys that stand twice are not looked for.
  Result<simdjson::dom::element> parse_loosely(std::string_view bytes);

 private:
  simdjson::dom::parser parser_;
};

// Invalid if a key stands twice in one object, anywhere in `root`.
Result<void> look_for_duplicate_keys(simdjson::dom::element root);

// Up to 256 characters of what a person mistyped: the nearest of `known`, or nothing when none is near.
std::string nearest_word(std::string_view word, const std::vector<std::string_view>& known);

class JsonReader {
 public:
  enum class UnknownKeys { ignore, refuse };
  // `as_written`: a member that is not the next one counts as absent. What we wrote ourselves is read so in one pass;
  // if every member was read (`is_whole`), none was passed over and no key stands twice.
  enum class Order { any, as_written };

  JsonReader(simdjson::dom::object object, UnknownKeys unknown_keys, Order order = Order::any)
      : object_(object), next_(object.begin()), end_(object.end()), unknown_keys_(unknown_keys), order_(order) {}

  bool find(std::string_view name, simdjson::dom::element& element);  // false when absent or null

  // Every member here and below was asked for, in this order.
  bool is_whole() const { return are_nested_whole_ && !(next_ != end_); }

  // The same, but for a few plain ones behind them, none twice and none called like `known`.
  bool is_whole_before_others(std::span<const std::string_view> known) const;

  // Reads `value` from the object; the first thing wrong ends it.
  template <class T>
  Result<void> object(T& value) {
    fields(*this, value);
    if (error_.empty() && unknown_keys_ == UnknownKeys::refuse) refuse_unknown();
    if (!error_.empty()) return Error{ErrorKind::Invalid, error_};
    return {};
  }

  template <class T>
  void required(std::string_view name, T& value) {
    simdjson::dom::element element;
    if (!find(name, element)) return fail(name, "is missing");
    read(name, element, value);
  }
  template <class T>
  void optional(std::string_view name, T& value) {
    simdjson::dom::element element;
    if (find(name, element)) read(name, element, value);
  }
  void decimal(std::string_view name, std::int64_t& milli);
  void base64(std::string_view name, std::string& bytes);
  // Keeps the members that were not asked for, as the text of a JSON object; empty when there are none.
  void unknown(std::string& object);

 private:
  void fail(std::string_view name, std::string_view what);
  void refuse_unknown();

  void read(std::string_view name, simdjson::dom::element element, bool& value);
  void read(std::string_view name, simdjson::dom::element element, std::string& value);
  void read(std::string_view name, simdjson::dom::element element, Timestamp& value);

  template <std::integral T>
  requires(!std::same_as<T, bool>) void read(std::string_view name, simdjson::dom::element element, T& value) {
    std::int64_t wide = 0;
    if constexpr (std::same_as<T, std::uint64_t>) {
      if (element.get(value) != simdjson::SUCCESS) fail(name, "is not a whole number within range");
    } else {
      if (element.get(wide) != simdjson::SUCCESS || !std::in_range<T>(wide))
        return fail(name, "is not a whole number within range");
      value = static_cast<T>(wide);
    }
  }
  template <class Tag>
  void read(std::string_view name, simdjson::dom::element element, Id<Tag>& value) {
    std::string_view text;
    const auto id = element.get(text) == simdjson::SUCCESS ? Id<Tag>::parse(text) : std::nullopt;
    if (!id) return fail(name, "is not 32 hex digits");
    value = *id;
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void read(std::string_view name, simdjson::dom::element element, Enum& value) {
    std::string_view text;
    const auto known = element.get(text) == simdjson::SUCCESS ? parse_name<Enum>(text) : std::nullopt;
    if (!known) return fail(name, is_no_name_of<Enum>());
    value = *known;
  }
  template <class T>
  void read(std::string_view name, simdjson::dom::element element, std::optional<T>& value) {
    value.emplace();
    read(name, element, *value);
  }
  template <class T>
  void read(std::string_view name, simdjson::dom::element element, std::vector<T>& values) {
    simdjson::dom::array array;
    if (element.get(array) != simdjson::SUCCESS) return fail(name, "is not a list");
    values.clear();
    for (const simdjson::dom::element item : array) read(name, item, values.emplace_back());
  }
  template <class T>
  requires std::is_class_v<T>
  void read(std::string_view name, simdjson::dom::element element, T& value) {
    simdjson::dom::object nested;
    if (element.get(nested) != simdjson::SUCCESS) return fail(name, "is not an object");
    JsonReader reader(nested, unknown_keys_, order_);
    auto done = reader.object(value);
    if (!reader.is_whole()) are_nested_whole_ = false;
    if (!done && error_.empty()) error_ = std::string(name) + "." + done.error().message;
  }

  simdjson::dom::object object_;
  simdjson::dom::object::iterator next_;  // when read as written: the first one not yet read
  simdjson::dom::object::iterator end_;
  UnknownKeys unknown_keys_;
  Order order_;
  bool are_nested_whole_ = true;
  std::vector<std::string_view> asked_;  // none when read as written
  std::size_t found_ = 0;
  std::string error_;
};

// Reads a whole struct from text. For settings use `refuse`, so that a mistyped key is not passed over.
template <class T>
Result<T> read_json(std::string_view text, JsonReader::UnknownKeys unknown_keys = JsonReader::UnknownKeys::refuse) {
  JsonDocument document;
  auto root = document.parse(text);
  if (!root) return std::move(root.error());
  simdjson::dom::object object;
  if (root->get(object) != simdjson::SUCCESS) return Error{ErrorKind::Invalid, "not a JSON object"};
  T value{};
  auto done = JsonReader(object, unknown_keys).object(value);
  if (!done) return std::move(done.error());
  return value;
}

}  // namespace earshot
