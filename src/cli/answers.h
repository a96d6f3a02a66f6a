// Where a query command gets its answers: from a data directory that nobody uses, or from a running Earshot. Both are
// asked the questions of api/questions.h, so both give the same answers. One thread.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config.h"
#include "earshot/result.h"

namespace earshot::cli {

struct Ask {
  std::string pattern;                       // `/v1/cases/{id}`
  std::vector<std::string> parts;            // for its `{…}`
  std::map<std::string, std::string> query;  // `limit`, `cursor` and the filters
};

class Answers {
 public:
  virtual ~Answers() = default;

  // The answer as JSON. Invalid when the question was wrong, NotFound when there is nothing of that name.
  virtual Result<std::string> ask(const Ask& ask) = 0;

  // Sends JSON to the same address. Conflict when that is not possible as things are.
  virtual Result<std::string> tell(const Ask& ask, const std::string& body) = 0;
};

// The same error with what a person can do about a data directory that is not there or in use.
Error with_advice(Error error, const Config& config);

// `note` is told, in one line, what a person should know of the directory: that its state is behind its log.
struct DirectoryAnswers {
  std::unique_ptr<Answers> answers;
  std::string note;
};
Result<DirectoryAnswers> answers_of_directory(const Config& config);

// `token` may be empty; it is sent as a bearer token.
struct UrlSettings {
  std::string url;
  std::string token;
  std::string tenant;  // empty: the server's own
  std::chrono::seconds connect{5};
  std::chrono::seconds answer{60};
};
Result<std::unique_ptr<Answers>> answers_of_url(UrlSettings settings);

}  // namespace earshot::cli
