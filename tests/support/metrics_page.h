// The table of docs/metrics.md, and the same of the code.
#pragma once

#include <map>
#include <set>
#include <sstream>
#include <string>

#include "telemetry/metrics.h"

namespace earshot::test {

struct MetricRow {
  std::string shape;
  std::set<std::string> labels;
  bool operator==(const MetricRow&) const = default;
};

inline std::map<std::string, MetricRow> metrics_of_the_code() {
  constexpr std::string_view kShapes[] = {"counter", "gauge", "histogram"};
  std::map<std::string, MetricRow> metrics;
  for (const MetricInfo& info : metric_list()) {
    MetricRow& row = metrics[std::string(info.name)];
    row.shape = kShapes[static_cast<std::size_t>(info.shape)];
    for (const std::string_view label : info.labels) {
      if (!label.empty()) row.labels.emplace(label);
    }
  }
  return metrics;
}

inline std::map<std::string, MetricRow> metrics_of_page(const std::string& page) {
  const auto trimmed = [](const std::string& text) {
    const auto from = text.find_first_not_of(" `");
    return from == std::string::npos ? "" : text.substr(from, text.find_last_not_of(" `") - from + 1);
  };
  std::map<std::string, MetricRow> metrics;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `earshot_")) continue;
    std::istringstream cells(line.substr(1));
    std::string name, shape, labels;
    std::getline(cells, name, '|');
    std::getline(cells, shape, '|');
    std::getline(cells, labels, '|');
    MetricRow& row = metrics[trimmed(name)];
    row.shape = trimmed(shape);
    std::istringstream several(labels);
    for (std::string label; std::getline(several, label, ',');) {
      if (!trimmed(label).empty()) row.labels.insert(trimmed(label));
    }
  }
  return metrics;
}

// A row of such a table.
inline std::string row_of(const std::string& name, const MetricRow& metric) {
  std::string labels;
  for (const std::string& label : metric.labels) labels += (labels.empty() ? "" : ", ") + label;
  return "| `" + name + "` | " + metric.shape + " | " + labels + " |\n";
}

}  // namespace earshot::test
