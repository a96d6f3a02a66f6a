#include "api/http.h"

#include "base/utf8.h"
#include "event/json_writer.h"

namespace earshot::api {

namespace {

// The members of a problem object. `type` says that `title` is no more than the name of the status.
struct ProblemObject {
  std::string type = "about:blank";
  std::string title;
  std::int64_t status = 0;
  std::string code;
  std::string detail;
  bool operator==(const ProblemObject&) const = default;
};

template <class F>
void fields(F& f, ProblemObject& v) {
  f.required("type", v.type);
  f.required("title", v.title);
  f.required("status", v.status);
  f.required("code", v.code);
  f.required("detail", v.detail);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<void> add_parameter(std::string_view pair, Request& request) {
  if (pair.empty()) return {};
  const std::size_t equals = pair.find('=');
  auto name = percent_decoded(pair.substr(0, equals), true);
  if (!name) return name.error();
  auto value = percent_decoded(equals == std::string_view::npos ? "" : pair.substr(equals + 1), true);
  if (!value) return value.error();
  request.query[*name] = std::move(*value);
  return {};
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 429: return "Too Many Requests";
    case 503: return "Service Unavailable";
    default: return "Unknown";
  }
}

Response answer_of(const Problem& problem) {
  ProblemObject object;
  object.title = std::string(reason_phrase(problem.status));
  object.status = problem.status;
  object.code = problem.code;
  object.detail = is_valid_utf8(problem.detail) ? problem.detail : "the reason cannot be shown: it is not UTF-8";
  Response response{problem.status, "application/problem+json", write_json(object), {}};
  if (problem.status == 503 || problem.status == 429)
    response.headers.emplace_back("Retry-After", std::to_string(problem.retry_after.count()));
  if (problem.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

Problem problem_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::Invalid: return {400, "invalid", error.message};
    case ErrorKind::NotFound: return {404, "not_found", error.message};
    case ErrorKind::Conflict: return {409, "conflict", error.message};
    case ErrorKind::Corrupt: return {500, "corrupt", error.message};
    case ErrorKind::Unavailable: return {503, "unavailable", error.message};
  }
  return {500, "internal", error.message};
}

Result<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      const bool whole = i + 2 < text.size();
      const int high = whole ? hex_digit(text[i + 1]) : -1;
      const int low = whole ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return Error{ErrorKind::Invalid, "a % in the address is not followed by two hex digits"};
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!is_valid_utf8(decoded)) return Error{ErrorKind::Invalid, "the address is not UTF-8"};
  return decoded;
}

Result<void> split_target(std::string_view target, Request& request) {
  if (target.empty() || target.front() != '/') return Error{ErrorKind::Invalid, "the address does not begin with /"};
  const std::size_t mark = target.find('?');
  request.path = std::string(target.substr(0, mark));
  std::string_view rest = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  while (!rest.empty()) {
    const std::size_t end = rest.find('&');
    if (auto added = add_parameter(rest.substr(0, end), request); !added) return added;
    rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
  }
  return {};
}

}  // namespace earshot::api
