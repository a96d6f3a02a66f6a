// Values of processors that other processes of the same Earshot keep, over their HTTP surface.
//
// Connections are kept: a customer's page asks for some hundred values. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cli/answers.h"
#include "cli/config.h"
#include "earshot/topics.h"

namespace earshot::cli {

class Peers {
 public:
  // They want a token of the tenant whose value it is: one of our own configuration, which is theirs, too.
  explicit Peers(std::vector<TokenConfig> tokens) : tokens_(std::move(tokens)) {}

  struct Wanted {
    Topic input;
    std::string_view record_key;
    std::string_view name;
  };
  Result<std::optional<std::string>> ask(const std::string& address, const Wanted& wanted);

 private:
  using Name = std::pair<std::string, std::string>;  // address, tenant

  Result<std::unique_ptr<Answers>> take(const Name& name);

  std::vector<TokenConfig> tokens_;
  std::mutex mutex_;
  std::multimap<Name, std::unique_ptr<Answers>> idle_;
};

}  // namespace earshot::cli
