// The dashboards, alert rules and pages as text, and what is wrong with them. The checks take text, so that a test can
// put a mistake into it and see it found.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "integration/dashboards/prometheus.h"

namespace earshot::test {

// By name: `service.json`, `customers.json`, `alerts.yaml`, `alerts_test.yaml`, `metrics.md`, `operations.md`;
// `binary`: the metrics of the code, written as metrics.md writes them.
using Texts = std::map<std::string, std::string>;
Texts texts_of_the_project();

using Complaints = std::vector<std::string>;

struct Target {
  std::string promql;
  std::string legend;
};
struct Panel {
  std::string title;
  nlohmann::json json;
  std::vector<Target> targets;
};
struct Variable {
  std::string name;
  std::string metric;
  std::string label;
};
struct Board {
  std::string file;
  nlohmann::json json;
  std::vector<Variable> variables;  // those that are asked of Prometheus
  std::vector<Panel> panels;        // without rows
};
struct Rule {
  std::string name;
  std::string promql;
  std::map<std::string, std::string> keys;  // `severity`, `summary`, `description`
};

std::optional<Board> read_board(const std::string& file, const std::string& text);
std::vector<Rule> read_rules(const std::string& text);

// As Grafana puts values in the place of variables, by `$name`.
std::string with_values(std::string promql, const std::map<std::string, std::string>& values);

// What the texts say themselves: layout, variables, names, labels, what is a rate of what, and whether they agree.
Complaints lint(const Texts& texts);

// What promtool says of the rules and their tests.
Complaints ask_promtool(const Texts& texts);

// What Prometheus answers to every query of every panel, variable and rule, for each value of each variable and for
// all.
Complaints ask_prometheus(const Texts& texts, Prometheus& prometheus);

}  // namespace earshot::test
