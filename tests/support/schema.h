// JSON Schemas of events: checks documents against schemas/events, and writes what the code says those schemas must be.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/codec.h"

namespace earshot::test {

// The schemas of a folder, read once. Not for several threads at once.
class EventSchemas {
 public:
  EventSchemas();  // schemas/events of the source tree
  ~EventSchemas();
  EventSchemas(const EventSchemas&) = delete;
  EventSchemas& operator=(const EventSchemas&) = delete;

  std::vector<std::string> types() const;
  // Nothing when `event`, the text of one event, follows the schema of its type; else what is wrong with it.
  std::optional<std::string> refuse(std::string_view event) const;

 private:
  struct Schemas;
  std::unique_ptr<Schemas> schemas_;
};

// With the schemas of the source tree, read at the first call.
std::optional<std::string> validate_event(std::string_view event);

// The path of a type's schema.
std::string schema_path(std::string_view type);

// The schema that follows from the members of `body` (event/fields.h) and the rules for what comes from outside
// (event/validate.h), as the text of the file.
std::string schema_of(const EventBody& body);

}  // namespace earshot::test
