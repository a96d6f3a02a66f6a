// Writes the schema of an event from the functions that read and write it, so that schema and code cannot drift apart.
#include <limits>

#include <nlohmann/json.hpp>

#include "event/fields.h"
#include "event/names.h"
#include "event/validate.h"
#include "support/event_descriptions.h"
#include "support/schema.h"

namespace earshot::test {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kTimePattern =
    R"(^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$)";

// Visits the members of a struct; what is optional may be absent or null.
class Members {
 public:
  template <class T>
  static Json object_schema(T value) {
    Members members;
    fields(members, value);
    Json schema{{"type", "object"}};
    if (!members.required_.empty()) schema["required"] = members.required_;
    schema["properties"] = members.properties_;
    return schema;
  }

  template <class T>
  void required(std::string_view name, T& value) {
    required_.push_back(name);
    properties_[std::string(name)] = schema(value);
  }
  template <class T>
  void optional(std::string_view name, T& value) {
    properties_[std::string(name)] = or_null(schema(value));
  }
  void decimal(std::string_view name, std::int64_t&) {
    required_.push_back(name);
    properties_[std::string(name)] = {{"type", "number"}};
  }
  void base64(std::string_view name, std::string&) {
    required_.push_back(name);
    properties_[std::string(name)] = {{"type", "string"}, {"pattern", "^[A-Za-z0-9+/]*={0,2}$"}};
  }
  void unknown(std::string&) {}  // further members are allowed everywhere: they are kept and ignored

 private:
  static Json or_null(Json schema) {
    if (schema.contains("type")) schema["type"] = Json::array({schema["type"], "null"});
    if (schema.contains("enum")) schema["enum"].push_back(nullptr);
    return schema;
  }

  static Json schema(bool) { return {{"type", "boolean"}}; }
  static Json schema(const std::string&) { return {{"type", "string"}}; }
  static Json schema(Timestamp) { return {{"type", "string"}, {"pattern", kTimePattern}}; }
  template <std::integral T>
  requires(!std::same_as<T, bool>) static Json schema(T) {
    Json number{{"type", "integer"}};
    // Of 64 bits nothing is said: common validators read such numbers as signed, or as floating-point numbers.
    if constexpr (sizeof(T) < sizeof(std::int64_t)) {
      number["minimum"] = std::numeric_limits<T>::min();
      number["maximum"] = std::numeric_limits<T>::max();
    }
    return number;
  }
  template <class Tag>
  static Json schema(const Id<Tag>&) {
    return {{"type", "string"}, {"pattern", "^[0-9a-f]{32}$"}};
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  static Json schema(Enum) {
    Json words = Json::array();
    for (const std::string_view word : names_of(Enum{})) words.push_back(word);
    return {{"enum", words}};
  }
  template <class T>
  static Json schema(const std::optional<T>&) {
    return schema(T{});
  }  // only optional members are of such a type
  template <class T>
  static Json schema(const std::vector<T>&) {
    return {{"type", "array"}, {"items", schema(T{})}};
  }
  template <class T>
  requires std::is_class_v<T>
  static Json schema(const T& value) { return object_schema(value); }

  std::vector<std::string_view> required_;
  Json properties_ = Json::object();
};

const char* block_of(InputKind kind) {
  switch (kind) {
    case InputKind::survey_invited:
    case InputKind::survey_answered: return "survey";
    case InputKind::message:
    case InputKind::call: return "message";
    case InputKind::edited:
    case InputKind::deleted: return "target";
    case InputKind::order:
    case InputKind::returned: return "order";
    case InputKind::usage: return "usage";
    case InputKind::payment: return "payment";
    case InputKind::subscription: return "subscription";
    default: return nullptr;
  }
}

// `{"required": […], "properties": {"content": {"required": ["text"], …}}}`: something was written.
Json some_text() {
  return {{"required", {"content"}},
          {"properties",
           {{"content",
             {{"type", "object"},
              {"required", {"text"}},
              {"properties", {{"text", {{"type", "string"}, {"minLength", 1}}}}}}}}}};
}

// The rules of event/validate.h that a schema can say.
void add_input_rules(InputKind kind, Json& data) {
  Json& properties = data["properties"];
  properties["channel"]["minLength"] = 1;
  Json& keys = properties["person"]["properties"]["keys"];
  const bool is_pair = kind == InputKind::linked || kind == InputKind::unlinked;
  keys["minItems"] = is_pair ? 2 : 1;
  keys["maxItems"] = is_pair ? 2 : kKeysMax;
  keys["items"]["pattern"] = "^[^:]+:(.|\n)+$";
  for (const char* block : {"order", "payment"}) properties[block]["properties"]["currency"]["pattern"] = "^[A-Z]{3}$";
  properties["usage"]["properties"]["count"]["minimum"] = 0;
  properties["reach"]["minimum"] = 0;
  if (const char* block = block_of(kind)) {
    data["required"].push_back(block);
    properties[block]["type"] = "object";
  }
  if (kind == InputKind::mention) data["allOf"] = Json::array({some_text()});
  if (kind == InputKind::review) {
    data["anyOf"] =
        Json::array({Json{{"required", {"rating"}}, {"properties", {{"rating", {{"type", "object"}}}}}}, some_text()});
  }
}

}  // namespace

std::string schema_of(const EventBody& body) {
  const std::string type = type_of(body);
  Json data = std::visit([](const auto& value) { return Members::object_schema(value); }, body);
  data["description"] = "members that are not named here are kept and ignored";
  if (const Input* input = std::get_if<Input>(&body)) add_input_rules(input->kind, data);
  const Json short_text{{"type", "string"}, {"minLength", 1}, {"maxLength", kShortTextBytesMax}};
  const Json time{{"type", Json::array({"string", "null"})}, {"pattern", kTimePattern}};
  const Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
                    {"$id", type},
                    {"title", type},
                    {"description", describe(type)},
                    {"type", "object"},
                    {"required", {"specversion", "id", "source", "type", "data"}},
                    {"properties",
                     {{"specversion", {{"const", "1.0"}}},
                      {"id", short_text},
                      {"source", short_text},
                      {"type", {{"const", type}}},
                      {"time", time},
                      {"recordedtime", time},
                      {"tenant", {{"type", Json::array({"string", "null"})}}},
                      {"causedby", {{"type", Json::array({"string", "null"})}}},
                      {"hops", {{"type", Json::array({"integer", "null"})}, {"minimum", 0}, {"maximum", kHopsMax}}},
                      {"imported", {{"type", Json::array({"boolean", "null"})}}},
                      {"traceparent", {{"type", Json::array({"string", "null"})}}},
                      {"data", data}}}};
  return schema.dump(2) + "\n";
}

}  // namespace earshot::test
