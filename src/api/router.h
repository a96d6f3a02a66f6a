// Which handler answers which method and path. The list of routes is data, so that a test can hold it against the
// OpenAPI document.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/access.h"
#include "api/http.h"
#include "api/server.h"

namespace earshot::api {

// One request on its way to a handler: who asks, and the decoded parts of the path that stand for `{…}` in the pattern.
struct Call {
  Request request;
  std::vector<std::string> parts;
  Principal who;
};

struct Route {
  std::string_view method;
  std::string_view pattern;  // `/v1/cases/{id}/actions`
  Role role = Role::read;    // what the caller must at least be allowed
  std::function<void(Call, Reply)> handle;
};

class Router {
 public:
  struct Match {
    const Route* route = nullptr;
    std::vector<std::string> parts;
  };

  void add(Route route) { routes_.push_back(std::move(route)); }
  const std::vector<Route>& routes() const { return routes_; }

  // The route, or why there is none: 404, 405, 400 for a path that is wrongly encoded. HEAD is answered by GET's route.
  std::variant<Match, Response> find(std::string_view method, std::string_view path) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace earshot::api
