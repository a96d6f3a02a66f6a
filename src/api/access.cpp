#include "api/access.h"

#include "base/hash.h"

namespace earshot::api {

namespace {

// `localhost:8080`, `127.0.0.1`, `[::1]:8080` without the port and brackets.
std::string_view host_of(std::string_view authority) {
  if (!authority.empty() && authority.front() == '[') {
    const std::size_t end = authority.find(']');
    return end == std::string_view::npos ? "" : authority.substr(1, end - 1);
  }
  return authority.substr(0, authority.find(':'));
}

}  // namespace

bool is_loopback(std::string_view address) {
  if (address == "localhost" || address == "::1") return true;
  if (!address.starts_with("127.")) return false;
  return address.find_first_not_of("0123456789.") == std::string_view::npos;  // not `127.example.com`
}

Result<Access> Access::create(Settings settings, std::string_view address) {
  if (settings.tokens.empty() && !is_loopback(address)) {
    return Error{
        ErrorKind::Invalid,
        "refusing to listen on " + std::string(address) +
            " without API tokens: anybody who can reach it could read everything; add tokens, or listen on 127.0.0.1"};
  }
  for (std::size_t i = 0; i < settings.tokens.size(); ++i) {
    const Token& token = settings.tokens[i];
    const std::string which = "API token number " + std::to_string(i + 1);
    if (token.secret.size() < kTokenBytesMin) {
      return Error{ErrorKind::Invalid,
                   which + " has fewer than " + std::to_string(kTokenBytesMin) + " characters and could be guessed"};
    }
    if (token.tenant.empty()) return Error{ErrorKind::Invalid, which + " names no tenant"};
    for (std::size_t j = 0; j < i; ++j) {
      if (settings.tokens[j].secret == token.secret) {
        return Error{ErrorKind::Invalid, which + " is the same as number " + std::to_string(j + 1)};
      }
    }
  }
  return Access(std::move(settings));
}

std::variant<Principal, Problem> Access::admit(const Request& request, Role needed) const {
  if (needed == Role::open) return Principal{settings_.default_tenant, Role::open, false};
  if (settings_.tokens.empty()) return admit_local(request);
  return admit_token(request, needed);
}

std::variant<Principal, Problem> Access::admit_local(const Request& request) const {
  const std::string host = request.header("host");
  if (!host.empty() && !is_loopback(host_of(host))) {
    return Problem{
        403, "foreign_host",
        "without API tokens only requests to this machine by its own name (localhost, 127.0.0.1) are served"};
  }
  const std::string origin = request.header("origin");
  if (!origin.empty() && origin != "http://" + host) {
    return Problem{403, "foreign_origin", "without API tokens a page of another origin may not use this API"};
  }
  Principal local{settings_.default_tenant, Role::admin, true};
  if (const auto tenant = request.query.find("tenant"); tenant != request.query.end()) local.tenant = tenant->second;
  return local;
}

std::variant<Principal, Problem> Access::admit_token(const Request& request, Role needed) const {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string header = request.header("authorization");
  if (!header.starts_with(kScheme))
    return Problem{401, std::string(kTokenMissing), "send an API token as `Authorization: Bearer …`"};
  const std::string_view given = std::string_view(header).substr(kScheme.size());
  const Token* found = nullptr;
  for (const Token& token : settings_.tokens) {  // all of them, so that the time does not tell which one was near
    if (equal_in_constant_time(token.secret, given)) found = &token;
  }
  if (found == nullptr) return Problem{401, std::string(kTokenUnknown), "this API token is not known"};
  if (found->role < needed) return Problem{403, "role_too_low", "this API token may not do that"};
  return Principal{found->tenant, found->role, false, static_cast<std::size_t>(found - settings_.tokens.data())};
}

}  // namespace earshot::api
