#include "support/schema.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace earshot::test {
namespace {

using Json = nlohmann::json;
constexpr std::string_view kSuffix = ".schema.json";

std::filesystem::path folder() { return std::filesystem::path(EARSHOT_SOURCE_DIR) / "schemas" / "events"; }

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string first_error(valijson::ValidationResults& results) {
  valijson::ValidationResults::Error error;
  std::string text = "does not follow its schema";
  while (results.popError(error)) {
    text += ";";
    for (const std::string& step : error.context) text += " " + step;
    text += ": " + error.description;
  }
  return text;
}

}  // namespace

struct EventSchemas::Schemas {
  std::map<std::string, valijson::Schema, std::less<>> by_type;
};

EventSchemas::EventSchemas() : schemas_(std::make_unique<Schemas>()) {
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(kSuffix)) continue;
    const Json document = Json::parse(read_file(entry.path()));
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document),
                          schemas_->by_type[name.substr(0, name.size() - kSuffix.size())]);
  }
}

EventSchemas::~EventSchemas() = default;

std::vector<std::string> EventSchemas::types() const {
  std::vector<std::string> types;
  for (const auto& [type, schema] : schemas_->by_type) types.push_back(type);
  return types;
}

std::optional<std::string> EventSchemas::refuse(std::string_view event) const {
  const Json document = Json::parse(event, nullptr, false);
  if (document.is_discarded() || !document.is_object()) return "not a JSON object";
  const auto type = document.find("type");
  if (type == document.end() || !type->is_string()) return "type is missing";
  const auto schema = schemas_->by_type.find(type->get<std::string>());
  if (schema == schemas_->by_type.end()) return "there is no schema for " + type->get<std::string>();
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(schema->second, valijson::adapters::NlohmannJsonAdapter(document), &results))
    return std::nullopt;
  return first_error(results);
}

std::optional<std::string> validate_event(std::string_view event) {
  static const EventSchemas schemas;
  return schemas.refuse(event);
}

std::string schema_path(std::string_view type) {
  return (folder() / (std::string(type) + std::string(kSuffix))).string();
}

}  // namespace earshot::test
