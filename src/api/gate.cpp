#include "api/gate.h"

namespace earshot::api {

namespace {

Problem too_many(std::string detail, RateLimit::Micros wait) {
  Problem problem{429, "too_many_requests", std::move(detail)};
  problem.retry_after = std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds{1});
  return problem;
}

}  // namespace

Gate::Gate(Access access, const std::vector<Token>& tokens, Settings settings)
    : access_(std::move(access)),
      settings_(std::move(settings)),
      guesses_(settings_.callers_max),
      passed_(settings_.callers_max),
      hooks_(settings_.callers_max) {
  for (const Token& token : tokens)
    tokens_.push_back({token.requests_per_second, RateLimit(token.requests_per_second)});
}

std::variant<Principal, Problem> Gate::admit(const Request& request, Role needed, bool is_counted, Time now) {
  auto verdict = access_.admit(request, needed);
  const Principal* who = std::get_if<Principal>(&verdict);
  const std::string code = who == nullptr ? std::get<Problem>(verdict).code : "";
  if ((who != nullptr && !who->token) || code == kTokenMissing) return verdict;
  const bool is_a_guess = code == kTokenUnknown;
  const std::string as_before = who == nullptr ? "" : request.caller + " " + std::to_string(*who->token);
  RateLimit* guesses =
      is_a_guess ? &guesses_.at(request.caller, RateLimit(kGuesses, kGuessesIn)) : guesses_.find(request.caller);
  const bool is_slowed = guesses != nullptr && !(is_a_guess ? guesses->take(now) : guesses->has_room(now));
  if (is_slowed && (who == nullptr || passed_.find(as_before) == nullptr))
    return too_many("too many wrong API tokens came from this address; try again later", guesses->wait());
  if (who == nullptr) return verdict;
  (void)passed_.at(as_before, {});
  Rate& rate = tokens_[*who->token];
  if (!is_counted || rate.limit.take(now)) return verdict;
  return too_many("this API token may make no more than " + std::to_string(rate.per_second) +
                      " requests a second; send fewer, or more events in each",
                  rate.limit.wait());
}

std::optional<Problem> Gate::hold_hook(std::string_view connector, const Request& request, Time now) {
  const auto found = settings_.hooks.find(connector);
  if (found == settings_.hooks.end() || found->second == 0) return std::nullopt;
  RateLimit& limit = hooks_.at(request.caller + " " + found->first, RateLimit(found->second));
  if (limit.take(now)) return std::nullopt;
  return too_many("one address may send no more than " + std::to_string(found->second) +
                      " web hooks a second to this connector; try again later, or raise its requests_per_second",
                  limit.wait());
}

}  // namespace earshot::api
