#include "api/router.h"

#include <optional>

namespace earshot::api {

namespace {

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> found;
  while (true) {
    const std::size_t slash = path.find('/');
    found.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return found;
    path.remove_prefix(slash + 1);
  }
}

bool is_open(std::string_view segment) { return segment.size() > 2 && segment.front() == '{' && segment.back() == '}'; }

// The segments that stand for `{…}`, still encoded: a slash inside a customer's key is written %2F.
std::optional<std::vector<std::string_view>> match(std::string_view pattern, std::string_view path) {
  const auto wanted = segments(pattern);
  const auto given = segments(path);
  if (wanted.size() != given.size()) return std::nullopt;
  std::vector<std::string_view> parts;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (is_open(wanted[i]) && !given[i].empty()) {
      parts.push_back(given[i]);
    } else if (wanted[i] != given[i]) {
      return std::nullopt;
    }
  }
  return parts;
}

}  // namespace

std::variant<Router::Match, Response> Router::find(std::string_view method, std::string_view path) const {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  std::string allowed;
  for (const Route& route : routes_) {
    const auto parts = match(route.pattern, path);
    if (!parts) continue;
    if (route.method != wanted) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
      continue;
    }
    Match found{&route, {}};
    for (const std::string_view part : *parts) {
      auto decoded = percent_decoded(part);
      if (!decoded) return answer_of(problem_of(decoded.error()));
      found.parts.push_back(std::move(*decoded));
    }
    return found;
  }
  if (allowed.empty())
    return answer_of(
        Problem{404, "no_such_path", "there is nothing at this address; /openapi.json lists what there is"});
  Response response = answer_of(Problem{405, "method_not_allowed", "this address takes only " + allowed});
  response.headers.emplace_back("Allow", allowed);
  return response;
}

}  // namespace earshot::api
