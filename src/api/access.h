// Who may ask for what.
//
// With tokens, each request carries one (`Authorization: Bearer …`), and the token names the tenant and the role.
// Without tokens only this machine is served, every caller may do everything, and two checks keep web pages of other
// origins out: the Host must name this machine (against DNS rebinding), and a browser's Origin must be the page's own
// (against forged requests). Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/http.h"
#include "earshot/result.h"

namespace earshot::api {

enum class Role : std::uint8_t {
  open,
  read,
  act,
  admin
};  // each may do what the ones before it may; `open` needs no token

struct Token {
  std::string secret;
  std::string tenant;
  Role role = Role::read;
  std::int64_t requests_per_second = 0;  // 0: no limit
};

struct Principal {
  std::string tenant;
  Role role = Role::open;
  bool may_name_tenant = false;      // without tokens `?tenant=` chooses
  std::optional<std::size_t> token;  // which of the settings
};

class Access {
 public:
  struct Settings {
    std::vector<Token> tokens;
    std::string default_tenant = "default";
  };

  // Refuses tokens that are empty, short or doubled, and an address that others can reach while there are no tokens.
  static Result<Access> create(Settings settings, std::string_view address);

  std::variant<Principal, Problem> admit(const Request& request, Role needed) const;

 private:
  explicit Access(Settings settings) : settings_(std::move(settings)) {}
  std::variant<Principal, Problem> admit_local(const Request& request) const;
  std::variant<Principal, Problem> admit_token(const Request& request, Role needed) const;

  Settings settings_;
};

inline constexpr std::size_t kTokenBytesMin = 16;
inline constexpr std::string_view kTokenMissing = "token_missing";  // the code of who sends none
inline constexpr std::string_view kTokenUnknown = "token_unknown";  // and of who sends one that is not ours

bool is_loopback(std::string_view address);

}  // namespace earshot::api
