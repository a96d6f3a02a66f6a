#include "api/access.h"

#include <gtest/gtest.h>

namespace earshot::api {
namespace {

const Token kReader{"reader-0123456789", "acme", Role::read};
const Token kActor{"actor-0123456789", "acme", Role::act};

Access access_with(std::vector<Token> tokens) {
  auto access = Access::create({.tokens = std::move(tokens), .default_tenant = "home"}, "127.0.0.1");
  EXPECT_TRUE(access);
  return *access;
}

int status_of(const std::variant<Principal, Problem>& verdict) {
  const auto* problem = std::get_if<Problem>(&verdict);
  return problem == nullptr ? 200 : problem->status;
}

Request with(const std::string& name, const std::string& value) {
  Request request;
  request.headers["host"] = "127.0.0.1:8080";
  request.headers[name] = value;
  return request;
}

TEST(Access, WithoutTokensOnlyThisMachineIsServed) {
  for (const char* address : {"127.0.0.1", "127.1.2.3", "::1", "localhost"})
    EXPECT_TRUE(Access::create({}, address)) << address;
  for (const char* address : {"0.0.0.0", "::", "10.0.0.1", "127.example.com"}) {
    const auto refused = Access::create({}, address);
    ASSERT_FALSE(refused) << address;
    EXPECT_NE(refused.error().message.find("without API tokens"), std::string::npos);
    EXPECT_TRUE(Access::create({.tokens = {kReader}, .default_tenant = "home"}, address)) << address;
  }
}

TEST(Access, WithoutTokensAPageOfAnotherOriginIsKeptOut) {
  const Access access = access_with({});
  EXPECT_EQ(status_of(access.admit(with("host", "localhost:80"), Role::admin)), 200);
  EXPECT_EQ(status_of(access.admit(with("host", "[::1]:80"), Role::admin)), 200);
  EXPECT_EQ(status_of(access.admit(with("host", "rebound.example:8080"), Role::read)), 403);
  EXPECT_EQ(status_of(access.admit(with("host", "127.0.0.1.example:8080"), Role::read)), 403);
  EXPECT_EQ(status_of(access.admit(with("origin", "http://127.0.0.1:8080"), Role::read)), 200);
  EXPECT_EQ(status_of(access.admit(with("origin", "http://elsewhere.example"), Role::read)), 403);
  EXPECT_EQ(status_of(access.admit(with("origin", "null"), Role::read)), 403);
}

TEST(Access, WithoutTokensTheCallerNamesTheTenant) {
  const Access access = access_with({});
  Request request = with("x", "");
  EXPECT_EQ(std::get<Principal>(access.admit(request, Role::read)).tenant, "home");
  request.query["tenant"] = "acme";
  EXPECT_EQ(std::get<Principal>(access.admit(request, Role::read)).tenant, "acme");
}

TEST(Access, ATokenNamesTenantAndRole) {
  const Access access = access_with({kReader, kActor});
  EXPECT_EQ(status_of(access.admit(with("x", ""), Role::open)), 200);
  EXPECT_EQ(status_of(access.admit(with("x", ""), Role::read)), 401);
  EXPECT_EQ(status_of(access.admit(with("authorization", "Bearer wrong-0123456789"), Role::read)), 401);
  EXPECT_EQ(status_of(access.admit(with("authorization", "Bearer "), Role::read)), 401);
  EXPECT_EQ(status_of(access.admit(with("authorization", "Basic " + kReader.secret), Role::read)), 401);
  EXPECT_EQ(status_of(access.admit(with("authorization", "Bearer " + kReader.secret), Role::act)), 403);
  Request actor = with("authorization", "Bearer " + kActor.secret);
  actor.query["tenant"] = "other";
  const auto verdict = access.admit(actor, Role::act);
  ASSERT_EQ(status_of(verdict), 200);
  EXPECT_EQ(std::get<Principal>(verdict).tenant, "acme");
}

TEST(Access, TokensThatCannotProtectAreRefused) {
  EXPECT_FALSE(Access::create({.tokens = {{"", "acme", Role::read}}}, "127.0.0.1"));
  EXPECT_FALSE(Access::create({.tokens = {{"123456789012345", "acme", Role::read}}}, "127.0.0.1"));
  EXPECT_TRUE(Access::create({.tokens = {{"1234567890123456", "acme", Role::read}}}, "127.0.0.1"));
  EXPECT_FALSE(Access::create({.tokens = {{"1234567890123456", "", Role::read}}}, "127.0.0.1"));
  EXPECT_FALSE(Access::create({.tokens = {kReader, kReader}}, "127.0.0.1"));
}

}  // namespace
}  // namespace earshot::api
