#include "api/gate.h"

#include <gtest/gtest.h>

namespace earshot::api {
namespace {

using std::chrono::seconds;

const Gate::Time kStart = Gate::Time{} + std::chrono::hours{1};
const Token kReader{"reader-0123456789", "acme", Role::read};
const Token kActor{"actor-0123456789", "acme", Role::act};
constexpr int kGuesses = static_cast<int>(Gate::kGuesses);

class Gates : public ::testing::Test {
 protected:
  static Gate gate_of(std::vector<Token> tokens, Gate::Settings settings = {}) {
    auto access = Access::create({.tokens = tokens, .default_tenant = "home"}, "127.0.0.1");
    EXPECT_TRUE(access);
    return {std::move(*access), tokens, std::move(settings)};
  }
  static Request from(const std::string& caller, const std::string& token = "") {
    Request request;
    request.caller = caller;
    if (!token.empty()) request.headers["authorization"] = "Bearer " + token;
    return request;
  }

  // 200 for who may pass.
  int ask(const Request& request, Role needed = Role::read) {
    const auto verdict = gate.admit(request, needed, true, now);
    const auto* problem = std::get_if<Problem>(&verdict);
    last = problem == nullptr ? Problem{} : *problem;
    return problem == nullptr ? 200 : problem->status;
  }
  int guess(const std::string& caller) {
    return ask(from(caller, "wrong-" + std::to_string(++guesses_) + "-0123456789"));
  }
  void guess_on(const std::string& caller) {
    for (int i = 0; i < kGuesses; ++i) ASSERT_EQ(guess(caller), 401) << i;
  }

  Gate gate = gate_of({kReader, kActor});
  Gate::Time now = kStart;
  Problem last;

 private:
  int guesses_ = 0;
};

TEST_F(Gates, WhoGuessesTokensIsSlowed) {
  guess_on("192.0.2.7");
  EXPECT_EQ(guess("192.0.2.7"), 429);
  EXPECT_EQ(last.code, "too_many_requests");
  EXPECT_EQ(last.retry_after, seconds{3});
  now += seconds{2};
  EXPECT_EQ(guess("192.0.2.7"), 429);
  EXPECT_EQ(last.retry_after, seconds{1});
  now += seconds{1};
  EXPECT_EQ(guess("192.0.2.7"), 401);
  EXPECT_EQ(guess("192.0.2.7"), 429) << "one in three seconds";
  EXPECT_EQ(guess("192.0.2.8"), 401) << "another address is another caller";
  now += std::chrono::minutes{2};
  guess_on("192.0.2.7");
  EXPECT_EQ(guess("192.0.2.7"), 429);
}

TEST_F(Gates, ARightGuessLooksLikeAWrongOne) {
  guess_on("192.0.2.7");
  EXPECT_EQ(ask(from("192.0.2.7", kReader.secret)), 429);
  EXPECT_EQ(ask(from("192.0.2.7", kReader.secret), Role::act), 429) << "not even that it may not do that";
  EXPECT_EQ(ask(from("192.0.2.9", kReader.secret)), 200);
  now += seconds{3};
  EXPECT_EQ(ask(from("192.0.2.7", kReader.secret)), 200) << "and takes no guess";
  EXPECT_EQ(guess("192.0.2.7"), 401);
}

TEST_F(Gates, AStaleTokenLocksNobodyOutBehindTheSameAddress) {
  EXPECT_EQ(ask(from("192.0.2.7", kReader.secret)), 200);
  guess_on("192.0.2.7");
  EXPECT_EQ(guess("192.0.2.7"), 429);
  EXPECT_EQ(ask(from("192.0.2.7", kReader.secret)), 200);
  EXPECT_EQ(ask(from("192.0.2.7", kActor.secret)), 429) << "this one was never seen from there";
}

TEST_F(Gates, WhoSendsNoTokenGuessesNone) {
  for (int i = 0; i < 3 * kGuesses; ++i) EXPECT_EQ(ask(from("192.0.2.7")), 401);
  for (int i = 0; i < 3 * kGuesses; ++i) EXPECT_EQ(ask(from("192.0.2.7", kReader.secret), Role::act), 403);
  guess_on("192.0.2.7");
  EXPECT_EQ(ask(from("192.0.2.7")), 401);
  EXPECT_EQ(last.code, "token_missing");
  EXPECT_EQ(ask(from("192.0.2.7"), Role::open), 200) << "the page and its files are open to all";
}

TEST_F(Gates, WithoutTokensNobodyIsSlowed) {
  gate = gate_of({}, {.hooks = {{"surveys", 0}}});
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(ask(from("127.0.0.1", "wrong-0123456789")), 200);
    ASSERT_FALSE(gate.hold_hook("surveys", from("127.0.0.1"), now));
    ASSERT_FALSE(gate.hold_hook("none", from("127.0.0.1"), now));
  }
}

TEST_F(Gates, ATokenMayAskSoOftenWhereverItComesFrom) {
  Token hasty = kReader;
  hasty.requests_per_second = 2;
  gate = gate_of({hasty, kActor});
  EXPECT_EQ(ask(from("192.0.2.7", hasty.secret)), 200);
  EXPECT_EQ(ask(from("192.0.2.8", hasty.secret)), 200);
  EXPECT_EQ(ask(from("192.0.2.9", hasty.secret)), 429);
  EXPECT_EQ(last.retry_after, seconds{1});
  EXPECT_TRUE(std::holds_alternative<Principal>(gate.admit(from("192.0.2.9", hasty.secret), Role::read, false, now)))
      << "this is not counted";
  EXPECT_EQ(ask(from("192.0.2.9", kActor.secret)), 200);
  now += seconds{1};
  EXPECT_EQ(ask(from("192.0.2.9", hasty.secret)), 200);
}

TEST_F(Gates, WebHooksAreLimitedByConnectorAndAddress) {
  gate = gate_of({kReader}, {.hooks = {{"surveys", 3}, {"shop", 1}, {"free", 0}}});
  const auto passed = [&](const std::string& connector, const std::string& caller) {
    int count = 0;
    for (int i = 0; i < 10; ++i) {
      const auto held = gate.hold_hook(connector, from(caller), now);
      count += held ? 0 : 1;
      if (held) last = *held;
    }
    return count;
  };
  EXPECT_EQ(passed("surveys", "192.0.2.7"), 3);
  EXPECT_EQ(last.status, 429);
  EXPECT_EQ(last.code, "too_many_requests");
  EXPECT_EQ(last.retry_after, seconds{1});
  EXPECT_NE(last.detail.find("no more than 3"), std::string::npos);
  EXPECT_EQ(passed("surveys", "192.0.2.8"), 3);
  EXPECT_EQ(passed("shop", "192.0.2.7"), 1);
  EXPECT_EQ(passed("free", "192.0.2.7"), 10);
  now += seconds{1};
  EXPECT_EQ(passed("surveys", "192.0.2.7"), 3);
}

TEST_F(Gates, OfManyCallersTheOneNotSeenForLongestIsForgotten) {
  gate = gate_of({kReader}, {.hooks = {{"surveys", 1}}, .callers_max = 2});
  const auto passes = [&](const std::string& caller) { return !gate.hold_hook("surveys", from(caller), now); };
  EXPECT_TRUE(passes("a"));
  EXPECT_TRUE(passes("b"));
  EXPECT_FALSE(passes("a"));
  EXPECT_TRUE(passes("c"));
  EXPECT_FALSE(passes("a"));
  EXPECT_TRUE(passes("b")) << "forgotten, and begins anew";
}

TEST(RecentMap, NeverHoldsMoreThanItMay) {
  RecentMap<int> map(100);
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_EQ(map.at(std::to_string(i), i), i);
    ASSERT_LE(map.size(), 100u);
  }
  EXPECT_EQ(map.find("9899"), nullptr);
  ASSERT_NE(map.find("9900"), nullptr);
  EXPECT_EQ(map.at("9900", -1), 9900);
  EXPECT_EQ(map.at("new", 1), 1);
  EXPECT_EQ(map.find("9901"), nullptr) << "9900 was asked for since";
  ASSERT_NE(map.find("9900"), nullptr);
}

}  // namespace
}  // namespace earshot::api
