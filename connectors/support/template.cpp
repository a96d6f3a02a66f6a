#include "support/template.h"

#include "support/text.h"

namespace earshot {

Result<Template> Template::parse(std::string_view text) {
  Template result;
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) result.parts_.push_back({false, false, std::move(literal)});
    literal.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{') {
      literal += text[i];
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == '{') {
      literal += text[i++];
      continue;
    }
    const std::size_t close = text.find('}', i);
    if (close == std::string_view::npos)
      return Error{ErrorKind::Invalid, "'" + std::string(text) + "' has a { without its }"};
    std::string_view name = trim(text.substr(i + 1, close - i - 1));
    const bool may_be_absent = name.ends_with('?');
    if (may_be_absent) name.remove_suffix(1);
    if (name.empty()) return Error{ErrorKind::Invalid, "'" + std::string(text) + "' names no field between its braces"};
    end_literal();
    result.parts_.push_back({true, may_be_absent, std::string(name)});
    result.has_fields_ = true;
    i = close;
  }
  end_literal();
  return result;
}

std::vector<std::string> Template::required_fields() const {
  std::vector<std::string> names;
  for (const Part& part : parts_) {
    if (part.is_field && !part.may_be_absent) names.push_back(part.text);
  }
  return names;
}

std::string Template::fill(const ItemFields& fields) const {
  std::string filled;
  bool found = !has_fields_;
  for (const Part& part : parts_) {
    if (!part.is_field) {
      filled += part.text;
    } else if (const auto value = fields.find(part.text); value && !value->empty()) {
      filled += *value;
      found = true;
    }
  }
  if (!found) return {};
  return std::string(trim(filled));
}

}  // namespace earshot
