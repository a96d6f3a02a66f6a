// Small helpers over the strict JSON of event/json_reader.h, for payloads of somebody else's making.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/json_reader.h"

namespace earshot {

// The items of a JSON array as they stand in `bytes`, without looking into them: so one bad item costs only itself.
// Nothing when brackets and quotation marks do not close, or when it is not one array. Stops behind the item after
// `items_max`.
std::optional<std::vector<std::string_view>> split_json_array(std::string_view bytes, std::size_t items_max);

// Members by name; nothing when absent, null or of another type.
std::optional<simdjson::dom::object> object_at(simdjson::dom::object object, std::string_view name);
std::optional<simdjson::dom::array> array_at(simdjson::dom::object object, std::string_view name);
std::optional<std::string_view> text_at(simdjson::dom::object object, std::string_view name);
std::optional<bool> bool_at(simdjson::dom::object object, std::string_view name);
// A whole number, also when it is written as a string. Never through a double.
std::optional<std::int64_t> integer_at(simdjson::dom::object object, std::string_view name);

// Text, numbers and booleans as text; nothing for null, lists and objects.
std::optional<std::string> scalar_text(simdjson::dom::element element);

// One object, or why the bytes are not one.
tl::expected<simdjson::dom::object, std::string> parse_object(JsonDocument& document, std::string_view bytes);

}  // namespace earshot
