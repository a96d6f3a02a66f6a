#include "integration/dashboards/prometheus.h"

#include <cctype>
#include <chrono>
#include <fstream>

#include <gtest/gtest.h>

#include "support/free_port.h"
#include "support/http_client.h"

namespace earshot::test {

std::string percent_encoded(const std::string& text) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) {
      encoded += c;
    } else {
      encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return encoded;
}

bool Prometheus::is_there() { return std::filesystem::exists(kPrometheus) && std::filesystem::exists(kPromtool); }

Prometheus::Prometheus(const Settings& settings) : port_(free_port()) {
  const auto config = scratch_.path() / "prometheus.yml";
  std::ofstream(config) << "global: {scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms}\n"
                        << "rule_files: [" << settings.rules << "]\n"
                        << "scrape_configs:\n  - job_name: earshot\n    authorization: {credentials: " << settings.token
                        << "}\n"
                        << "    static_configs: [{targets: ['127.0.0.1:" << settings.port << "']}]\n";
  process_ = std::make_unique<Process>(std::vector<std::string>{
      kPrometheus, "--config.file=" + config.string(), "--storage.tsdb.path=" + (scratch_.path() / "tsdb").string(),
      "--web.listen-address=127.0.0.1:" + std::to_string(port_)});
  if (process_->wait_for("Server is ready to receive web requests").empty())
    ADD_FAILURE() << "Prometheus did not start: " << process_->err();
}

nlohmann::json Prometheus::get(const std::string& path) {
  const auto answer = HttpClient(port_).get(path);
  const auto read = nlohmann::json::parse(answer.body, nullptr, false);
  return read.is_object() && read.contains("data") ? read.at("data") : nlohmann::json();
}

Prometheus::Answer Prometheus::query(const std::string& promql) {
  Answer answer;
  const auto read = nlohmann::json::parse(HttpClient(port_).get("/api/v1/query?query=" + percent_encoded(promql)).body,
                                          nullptr, false);
  if (!read.is_object()) return {"no answer", {}};
  if (read.value("status", "") != "success") return {read.value("error", "an error without words"), {}};
  const auto& data = read.at("data");
  if (data.at("resultType") == "scalar") return {"", {{{}, std::stod(data.at("result").at(1).get<std::string>())}}};
  for (const auto& one : data.at("result")) {
    answer.series.push_back({one.at("metric").get<std::map<std::string, std::string>>(),
                             std::stod(one.at("value").at(1).get<std::string>())});
  }
  return answer;
}

std::vector<std::string> Prometheus::label_values(const std::string& metric, const std::string& label) {
  const auto values = get("/api/v1/label/" + label + "/values?match[]=" + percent_encoded(metric));
  return values.is_array() ? values.get<std::vector<std::string>>() : std::vector<std::string>{};
}

bool Prometheus::wait_for(const std::string& promql, double least) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < deadline) {
    const Answer answer = query(promql);
    if (answer.series.size() == 1 && answer.series[0].value >= least) return true;
  }
  return false;
}

}  // namespace earshot::test
