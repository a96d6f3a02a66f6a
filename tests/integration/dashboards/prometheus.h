// A real Prometheus of a test, on loopback, its data in a scratch folder: it scrapes one Earshot and is asked over
// HTTP.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/process.h"
#include "support/scratch.h"

namespace earshot::test {

inline constexpr const char* kPrometheus = "/usr/bin/prometheus";
inline constexpr const char* kPromtool = "/usr/bin/promtool";

class Prometheus {
 public:
  // Whether scripts/setup has installed it; tests do without the ones that need it, and say so.
  static bool is_there();

  struct Settings {
    std::uint16_t port = 0;  // of the Earshot that it scrapes, as job `earshot`
    std::string token;       // for it
    std::string rules;       // file of alert rules
  };
  explicit Prometheus(const Settings& settings);

  struct Series {
    std::map<std::string, std::string> labels;
    double value = 0;
  };
  struct Answer {
    std::string error;  // empty: none
    std::vector<Series> series;
  };
  Answer query(const std::string& promql);
  std::vector<std::string> label_values(const std::string& metric, const std::string& label);
  nlohmann::json get(const std::string& path);  // `data` of the answer; null when it is an error

  // Until `promql` gives a single value of at least `least`. False when it never came.
  bool wait_for(const std::string& promql, double least);

 private:
  Scratch scratch_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Process> process_;
};

std::string percent_encoded(const std::string& text);

}  // namespace earshot::test
