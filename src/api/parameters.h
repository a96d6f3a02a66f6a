// Reads the parameters of a query strictly: what is not understood is refused by name, so that a mistyped filter does
// not quietly show everything.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "api/queries.h"
#include "api/router.h"
#include "event/names.h"

namespace earshot::api {

class Parameters {
 public:
  explicit Parameters(const Call& call) : call_(call) {}

  std::string text(std::string_view name);
  std::string one_of(std::string_view name, std::initializer_list<std::string_view> words);
  bool flag(std::string_view name);  // absent, `true` or `false`
  PageRequest page();                // `limit` and `cursor`

  template <class Enum>
  std::optional<Enum> word(std::string_view name) {
    const std::string given = text(name);
    if (given.empty()) return std::nullopt;
    const auto known = parse_name<Enum>(given);
    if (!known) complain(name, is_no_name_of<Enum>());
    return known;
  }

  void complain(std::string_view name, std::string_view what);

  // The first thing wrong with what was asked for, or a name that nobody asked for. Call it last.
  Result<void> finish();

 private:
  const Call& call_;
  std::set<std::string> known_{"tenant"};
  std::string complaint_;
};

}  // namespace earshot::api
