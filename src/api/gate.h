// Lets requests in: who asks is allowed to (Access), and does not ask too often.
//
// A token may make so many requests a second, and so may an address to the web hooks of a connector. Tokens are guessed
// by trying: after kGuesses wrong ones an address is heard seldom, and meanwhile nothing passes from there but tokens
// that passed from there before. So a colleague's stale token behind the same address locks nobody out, and a right
// guess looks like a wrong one.
//
// Of callers_max addresses something is known; one that is forgotten begins anew. Time is told. One thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/access.h"
#include "api/rate_limit.h"
#include "api/recent_map.h"

namespace earshot::api {

class Gate {
 public:
  using Time = RateLimit::Time;
  using HookRates =
      std::map<std::string, std::int64_t, std::less<>>;  // by connector; requests a second of one address, 0: no limit

  static constexpr std::int64_t kGuesses = 20;
  static constexpr std::chrono::minutes kGuessesIn{1};

  struct Settings {
    HookRates hooks;
    std::size_t callers_max = 10'000;
  };

  Gate(Access access, const std::vector<Token>& tokens, Settings settings);

  // `is_counted`: towards what its token may.
  std::variant<Principal, Problem> admit(const Request& request, Role needed, bool is_counted, Time now);

  // Why the web hook is not taken now.
  std::optional<Problem> hold_hook(std::string_view connector, const Request& request, Time now);

 private:
  struct Nothing {};
  struct Rate {
    std::int64_t per_second;
    RateLimit limit;
  };

  Access access_;
  Settings settings_;
  std::vector<Rate> tokens_;
  RecentMap<RateLimit> guesses_;  // by address
  RecentMap<Nothing> passed_;     // by address and token
  RecentMap<RateLimit> hooks_;    // by address and connector
};

}  // namespace earshot::api
