// docs/metrics.md and the table of metrics say the same: names, types and labels, in both directions.
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "telemetry/metrics.h"

namespace earshot {
namespace {

std::string_view shape_name(MetricShape shape) {
  switch (shape) {
    case MetricShape::counter: return "counter";
    case MetricShape::gauge: return "gauge";
    case MetricShape::histogram: break;
  }
  return "histogram";
}

// `type labels` of each metric by name.
std::map<std::string, std::string> metrics_of_the_code() {
  std::map<std::string, std::string> metrics;
  for (const MetricInfo& info : metric_list()) {
    std::string labels;
    for (const std::string_view label : info.labels) {
      if (!label.empty()) labels.append(labels.empty() ? "" : ", ").append(label);
    }
    metrics.emplace(info.name, std::string(shape_name(info.shape)) + " " + labels);
  }
  return metrics;
}

std::string trimmed(const std::string& text) {
  const auto from = text.find_first_not_of(" `");
  return from == std::string::npos ? "" : text.substr(from, text.find_last_not_of(" `") - from + 1);
}

std::map<std::string, std::string> metrics_of_the_page(std::istream& page) {
  std::map<std::string, std::string> metrics;
  for (std::string line; std::getline(page, line);) {
    if (line.rfind("| `earshot_", 0) != 0) continue;
    std::istringstream cells(line.substr(1));
    std::string name, shape, labels;
    std::getline(cells, name, '|');
    std::getline(cells, shape, '|');
    std::getline(cells, labels, '|');
    metrics.emplace(trimmed(name), trimmed(shape) + " " + trimmed(labels));
  }
  return metrics;
}

TEST(MetricsPage, ListsWhatTheCodeHas) {
  std::ifstream page(EARSHOT_SOURCE_DIR "/docs/metrics.md");
  ASSERT_TRUE(page) << "docs/metrics.md is missing";
  EXPECT_EQ(metrics_of_the_page(page), metrics_of_the_code());
}

}  // namespace
}  // namespace earshot
