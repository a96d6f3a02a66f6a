// The real program on a data directory of a test: commands that end, and a service that is asked over HTTP.
#pragma once

#include <csignal>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/http_client.h"
#include "support/process.h"

namespace earshot::test {

inline const std::string kEarshot = std::string(EARSHOT_BINARY_DIR) + "/earshot";

struct Outcome {
  int exit_code = -1;
  bool was_killed = false;
  std::string out;
  std::string err;
  std::int64_t peak_kibibytes = 0;

  // `digest 12ab…` → `12ab…`
  std::string last_word() const {
    std::istringstream words(out);
    std::string word;
    while (words >> word) continue;
    return word;
  }
};

inline Outcome outcome_of(Process& process) {
  process.wait();
  return {process.exit_code(), process.was_killed(), process.out(), process.err(), process.peak_kibibytes_of_life()};
}

// Runs a command to its end.
inline Outcome run_earshot(std::vector<std::string> words, const Process::Environment& environment = {},
                           const std::string& program = kEarshot) {
  words.insert(words.begin(), program);
  Process process(words, environment);
  return outcome_of(process);
}

inline Outcome run_on(const std::filesystem::path& data, std::vector<std::string> words) {
  words.insert(words.end(), {"--data", data.string()});
  return run_earshot(std::move(words));
}

// `earshot run` on a free port.
class RunningEarshot {
 public:
  struct Settings {
    std::filesystem::path data;
    std::vector<std::string> words{};  // more options
    Process::Environment environment{};
    std::string program = kEarshot;
    std::vector<std::string> before{};  // a program, with its options, that starts it
    std::string listen = "127.0.0.1:0";
  };
  explicit RunningEarshot(const Settings& settings) {
    std::vector<std::string> words = settings.before;
    words.insert(words.end(), {settings.program, "run", "--data", settings.data.string(), "--listen", settings.listen});
    words.insert(words.end(), settings.words.begin(), settings.words.end());
    process_ = std::make_unique<Process>(words, settings.environment);
    const std::string line = process_->wait_for("earshot is running");
    const std::size_t at = line.find("127.0.0.1:");
    if (at != std::string::npos) port_ = static_cast<std::uint16_t>(std::stoul(line.substr(at + 10)));
  }

  bool runs() const { return port_ != 0; }  // false when it ended before it could be asked
  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  Process& process() { return *process_; }

  HttpAnswer post(std::string_view target, std::string_view body, std::map<std::string, std::string> headers = {}) {
    return HttpClient(port_).post(target, body, std::move(headers));
  }
  HttpAnswer get(std::string_view target, const std::map<std::string, std::string>& headers = {}) {
    return HttpClient(port_).get(target, headers);
  }

  Outcome end(int signal = SIGTERM) {
    process_->signal(signal);
    return outcome_of(*process_);
  }

 private:
  std::unique_ptr<Process> process_;
  std::uint16_t port_ = 0;
};

// A review as a CloudEvent on one line, of now if `time` is empty.
struct ReviewText {
  std::string id;
  std::string key;
  std::string text = "The parcel never arrived and nobody answers";
  int stars = 1;
  std::string time{};
};
inline std::string review_json(const ReviewText& review) {
  const std::string time = review.time.empty() ? "" : R"("time":")" + review.time + R"(",)";
  return R"({"specversion":"1.0","id":")" + review.id +
         R"(","source":"/acme/shop","type":"earshot.feedback.review.v1",)" + time +
         R"("data":{"channel":"web","person":{"keys":[")" + review.key + R"("],"name":"user-1"},"content":{"text":")" +
         review.text + R"("},"rating":{"value":)" + std::to_string(review.stars) + R"(,"min":1,"max":5}}})";
}

}  // namespace earshot::test
