#include "cli/peers.h"

#include <algorithm>

#include "api/answers.h"
#include "base/hex.h"
#include "event/json_reader.h"

namespace earshot::cli {

namespace {

constexpr std::chrono::seconds kConnect{2};
constexpr std::chrono::seconds kAnswer{5};

}  // namespace

Result<std::unique_ptr<Answers>> Peers::take(const Name& name) {
  {
    const std::lock_guard lock(mutex_);
    if (auto idle = idle_.extract(name)) return std::move(idle.mapped());
  }
  const auto& [address, tenant] = name;
  const auto token = std::find_if(tokens_.begin(), tokens_.end(),
                                  [&, &of = tenant](const TokenConfig& one) { return one.tenant == of; });
  // A token says whose it is.
  if (token != tokens_.end()) return answers_of_url({address, token->secret, "", kConnect, kAnswer});
  return answers_of_url({address, "", tenant, kConnect, kAnswer});
}

Result<std::optional<std::string>> Peers::ask(const std::string& address, const Wanted& wanted) {
  const Name name(address, wanted.record_key.substr(0, wanted.record_key.find('/')));
  const auto failed = [&](std::string why) {
    return Error{ErrorKind::Unavailable,
                 "another process has this customer's partition and does not tell: " + std::move(why)};
  };
  auto taken = take(name);
  if (!taken) return failed(std::move(taken.error().message));
  auto body =
      (*taken)->ask({"/v1/state/{topic}/{key}/{name}",
                     {std::string(name_of(wanted.input)), std::string(wanted.record_key), std::string(wanted.name)},
                     {}});
  if (!body) return failed(std::move(body.error().message));
  {
    const std::lock_guard lock(mutex_);
    idle_.emplace(name, std::move(*taken));
  }
  const auto answer = read_json<api::StateValue>(*body, JsonReader::UnknownKeys::ignore);
  if (!answer) return failed(answer.error().message);
  if (!answer->is_there) return std::optional<std::string>();
  auto bytes = from_hex(answer->hex);
  if (!bytes) return failed("its answer is not hex");
  return bytes;
}

}  // namespace earshot::cli
