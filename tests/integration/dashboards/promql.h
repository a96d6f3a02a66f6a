// As much of PromQL as a linter needs: which metrics an expression names, under which function, with which labels. What
// is no PromQL at all is for Prometheus to find.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace earshot::test {

struct Matcher {
  std::string label;
  std::string op;  // `=`, `!=`, `=~`, `!~`
  std::string value;
};

struct Selector {
  std::string metric;
  std::vector<Matcher> matchers;
  std::string text;      // `metric{…}` as it stands
  std::string function;  // that takes it: `rate`, `max` …; empty: none
  bool is_range = false;
};

struct Expression {
  std::vector<Selector> selectors;
  std::set<std::string> labels;  // that it groups, joins or leaves out by
};

Expression read_promql(const std::string& text);

}  // namespace earshot::test
