#include "api/parameters.h"

#include <algorithm>
#include <charconv>

namespace earshot::api {

std::string Parameters::text(std::string_view name) {
  known_.emplace(name);
  const auto found = call_.request.query.find(std::string(name));
  return found == call_.request.query.end() ? std::string() : found->second;
}

std::string Parameters::one_of(std::string_view name, std::initializer_list<std::string_view> words) {
  std::string given = text(name);
  if (!given.empty() && std::find(words.begin(), words.end(), given) == words.end())
    complain(name, is_none_of({words.begin(), words.size()}));
  return given;
}

bool Parameters::flag(std::string_view name) {
  const std::string given = text(name);
  if (!given.empty() && given != "true" && given != "false") complain(name, "is neither true nor false");
  return given == "true";
}

PageRequest Parameters::page() {
  PageRequest page{call_.who.tenant, kRowsUsual, text("cursor")};
  const std::string limit = text("limit");
  if (limit.empty()) return page;
  const auto [end, fault] = std::from_chars(limit.data(), limit.data() + limit.size(), page.limit);
  if (fault != std::errc() || end != limit.data() + limit.size() || page.limit < 1 || page.limit > kRowsMax) {
    complain("limit", "is not a whole number from 1 to " + std::to_string(kRowsMax));
  }
  return page;
}

Result<void> Parameters::finish() {
  for (const auto& [name, value] : call_.request.query) {
    if (!known_.contains(name)) complain(name, "is not a parameter here");
  }
  if (!complaint_.empty()) return Error{ErrorKind::Invalid, complaint_};
  return {};
}

void Parameters::complain(std::string_view name, std::string_view what) {
  if (complaint_.empty()) complaint_ = "parameter " + std::string(name) + " " + std::string(what);
}

}  // namespace earshot::api
