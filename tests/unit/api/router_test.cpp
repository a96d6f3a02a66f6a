#include "api/router.h"

#include <gtest/gtest.h>

namespace earshot::api {
namespace {

Router some_routes() {
  Router router;
  router.add({"GET", "/v1/cases", Role::read, {}});
  router.add({"GET", "/v1/cases/{id}", Role::read, {}});
  router.add({"POST", "/v1/cases/{id}/actions", Role::act, {}});
  router.add({"POST", "/hooks/{connector}/{tenant}", Role::open, {}});
  return router;
}

int status_of(std::string_view method, std::string_view path) {
  const auto found = some_routes().find(method, path);
  const auto* refused = std::get_if<Response>(&found);
  return refused == nullptr ? 200 : refused->status;
}

TEST(Router, DecodesThePartsOfAPathAfterCuttingIt) {
  const Router router = some_routes();
  const auto found = router.find("GET", "/v1/cases/a%2Fb%3Ac");
  const auto* match = std::get_if<Router::Match>(&found);
  ASSERT_NE(match, nullptr);
  EXPECT_EQ(match->route->pattern, "/v1/cases/{id}");
  EXPECT_EQ(match->parts, std::vector<std::string>{"a/b:c"});
}

TEST(Router, TellsAWrongMethodFromAWrongPath) {
  EXPECT_EQ(status_of("GET", "/v1/cases"), 200);
  EXPECT_EQ(status_of("HEAD", "/v1/cases"), 200);
  EXPECT_EQ(status_of("POST", "/v1/cases"), 405);
  EXPECT_EQ(status_of("GET", "/v1/cases/"), 404);
  EXPECT_EQ(status_of("GET", "/v1/cases/1/2"), 404);
  EXPECT_EQ(status_of("GET", "/"), 404);
  EXPECT_EQ(status_of("GET", "/v1/cases/%4"), 400);
  EXPECT_EQ(status_of("POST", "/hooks//acme"), 404);
}

}  // namespace
}  // namespace earshot::api
