// A text with holes: `{订单号}`, `gp-{reviewId}-{@row}`. The one way a mapping says where a value comes from: a column
// alone, several together, or a constant without any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/result.h"

namespace earshot {

// The fields of one item, by name.
class ItemFields {
 public:
  virtual ~ItemFields() = default;
  // Nothing when there is no such field in this item. What it points to lives as long as the item.
  virtual std::optional<std::string_view> find(std::string_view name) const = 0;
};

class Template {
 public:
  Template() = default;
  // Holes are `{name}`, or `{name?}` for a field that may be absent; `{{` stands for a brace.
  static Result<Template> parse(std::string_view text);

  bool empty() const { return parts_.empty(); }
  // Fields that must be there, in order of appearance.
  std::vector<std::string> required_fields() const;
  // Filled in and trimmed. When there are holes and all are empty the whole is empty: `order-{id}` without an id is no
  // id.
  std::string fill(const ItemFields& fields) const;

 private:
  struct Part {
    bool is_field = false;
    bool may_be_absent = false;
    std::string text;  // a field's name, or literal text
  };
  std::vector<Part> parts_;
  bool has_fields_ = false;
};

}  // namespace earshot
