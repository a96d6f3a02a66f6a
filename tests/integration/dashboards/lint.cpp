#include <algorithm>
#include <set>

#include "integration/dashboards/boards.h"
#include "integration/dashboards/promql.h"
#include "support/metrics_page.h"

namespace earshot::test {
namespace {

// As Grafana names them.
const std::set<std::string> kUnits = {"short", "none", "percentunit", "s", "bytes", "eps", "reqps"};
const std::set<std::string> kOfScrape = {"instance", "job"};  // Prometheus adds them
constexpr int kColumns = 24;

class Linter {
 public:
  explicit Linter(const Texts& texts) : texts_(texts), metrics_(metrics_of_page(texts.at("binary"))) {}

  Complaints lint() {
    if (metrics_of_page(texts_.at("metrics.md")) != metrics_)
      complain("docs/metrics.md", "its table is not that of the program");
    for (const char* file : {"service.json", "customers.json"}) {
      where_ = file;
      if (const auto board = read_board(file, texts_.at(file))) {
        check(*board);
      } else {
        complain("is no JSON of a dashboard");
      }
    }
    check_rules();
    for (const auto& [name, metric] : metrics_) {
      if (!used_.contains(name)) complain("the program", name + " is on no dashboard and in no rule");
    }
    return std::move(complaints_);
  }

 private:
  void complain(const std::string& where, const std::string& what) { complaints_.push_back(where + ": " + what); }
  void complain(const std::string& what) { complain(where_, what); }

  void check(const Board& board) {
    const std::string file = where_;
    if (board.json.value("uid", "") != "earshot-" + file.substr(0, file.find('.')))
      complain("its uid is not the fixed one");
    if (board.json.value("title", "").empty() || board.json.value("description", "").empty())
      complain("it has no title or description");
    check_variables(board);
    check_layout(board.json["panels"]);
    for (const Panel& panel : board.panels) {
      where_ = file + ": " + panel.title;
      check(panel);
      for (const Target& target : panel.targets) {
        const Expression expression = check_promql(target.promql);
        for (const Variable& variable : board.variables) check_variable_is_used(expression, variable);
      }
    }
    where_ = file;
  }

  void check_variables(const Board& board) {
    bool has_data_source = false;
    for (const auto& one : board.json["templating"]["list"])
      has_data_source |= one.value("name", "") == "datasource" && one.value("type", "") == "datasource";
    if (!has_data_source) complain("the data source is no variable");
    for (const auto& one : board.json["templating"]["list"]) {
      if (one.value("type", "") != "query") continue;
      check_data_source(one);
      if (!one.value("multi", false) || !one.value("includeAll", false) || one.value("allValue", "") != ".*")
        complain("variable " + one.value("name", "") + " cannot be all");
    }
    for (const Variable& variable : board.variables) {
      const auto found = metrics_.find(variable.metric);
      if (found == metrics_.end()) {
        complain("variable " + variable.name + " asks for " + variable.metric + ", which there is not");
      } else if (!found->second.labels.contains(variable.label) && !kOfScrape.contains(variable.label)) {
        complain("variable " + variable.name + ": " + variable.metric + " has no label " + variable.label);
      }
    }
    if (board.variables.empty()) complain("it has no variable to choose by");
  }

  void check_data_source(const nlohmann::json& of) {
    if (of.value("/datasource/uid"_json_pointer, "") != "${datasource}")
      complain("its data source is not the variable");
  }

  void check_layout(const nlohmann::json& panels) {
    std::set<int> ids;
    std::set<std::string> titles;
    std::set<std::pair<int, int>> taken;
    for (const auto& one : panels) {
      const std::string title = one.value("title", "");
      if (title.empty() || !titles.insert(title).second) complain("a panel has no title of its own: " + title);
      if (!ids.insert(one.value("id", 0)).second) complain(title + ": another panel has its id");
      const auto grid = one.value("gridPos", nlohmann::json::object());
      if (grid.value("x", 0) + grid.value("w", 0) > kColumns) complain(title + ": it stands out on the right");
      for (int x = 0; x < grid.value("w", 0); ++x) {
        for (int y = 0; y < grid.value("h", 0); ++y) {
          if (taken.emplace(grid.value("x", 0) + x, grid.value("y", 0) + y).second) continue;
          complain(title + ": it lies over another panel");
          x = kColumns;
          break;
        }
      }
    }
  }

  void check(const Panel& panel) {
    const std::string description = panel.json.value("description", "");
    if (description.size() < 4 || description.back() != '.') complain("its description is no sentence");
    if (!kUnits.contains(panel.json.value("/fieldConfig/defaults/unit"_json_pointer, ""))) complain("it has no unit");
    check_data_source(panel.json);
    if (panel.targets.empty()) complain("it asks nothing");
  }

  Expression check_promql(const std::string& promql) {
    Expression expression = read_promql(promql);
    std::set<std::string> labels = kOfScrape;
    bool has_buckets = false;
    if (expression.selectors.empty()) complain("it names no metric: " + promql);
    for (const Selector& selector : expression.selectors) {
      const std::set<std::string> own = check(selector);
      labels.insert(own.begin(), own.end());
      has_buckets |= own.contains("le");
    }
    for (const std::string& label : expression.labels) {
      if (!labels.contains(label)) complain("no metric here has the label " + label + ": " + promql);
    }
    if (has_buckets && !expression.labels.contains("le")) complain("buckets need le: " + promql);
    return expression;
  }

  // Gives the labels of its series.
  std::set<std::string> check(const Selector& selector) {
    if (selector.metric == "up") return kOfScrape;
    std::string name = selector.metric;
    std::set<std::string> labels;
    for (const std::string ending : {"_bucket", "_sum", "_count"}) {
      const std::string without = name.ends_with(ending) ? name.substr(0, name.size() - ending.size()) : "";
      const auto found = metrics_.find(without);
      if (found == metrics_.end() || found->second.shape != "histogram") continue;
      name = without;
      if (ending == "_bucket") labels.insert("le");
      break;
    }
    const auto found = metrics_.find(name);
    if (found == metrics_.end()) {
      complain("there is no metric " + selector.metric);
      return kOfScrape;
    }
    used_.insert(name);
    const bool grows = found->second.shape != "gauge";
    const bool is_rate = selector.function == "rate" || selector.function == "increase";
    if (grows && !is_rate) complain(selector.metric + " only grows: it needs rate or increase");
    if (!grows && (is_rate || (selector.is_range && selector.function != "changes")))
      complain(selector.metric + " is a gauge and has no rate");
    if (found->second.shape == "histogram" && name == selector.metric)
      complain(name + " is a histogram: _bucket, _sum or _count");
    labels.insert(found->second.labels.begin(), found->second.labels.end());
    for (const Matcher& matcher : selector.matchers) {
      if (!labels.contains(matcher.label) && !kOfScrape.contains(matcher.label))
        complain(selector.metric + " has no label " + matcher.label);
    }
    return labels;
  }

  // What is chosen above applies to every query that it could apply to.
  void check_variable_is_used(const Expression& expression, const Variable& variable) {
    for (const Selector& selector : expression.selectors) {
      const bool is_used = std::any_of(selector.matchers.begin(), selector.matchers.end(), [&](const Matcher& matcher) {
        return matcher.label == variable.label && matcher.op == "=~" && matcher.value == "$" + variable.name;
      });
      if (!is_used) complain(selector.text + " does not follow the variable " + variable.name);
    }
  }

  void check_rules() {
    const auto rules = read_rules(texts_.at("alerts.yaml"));
    std::set<std::string> told;
    const std::string& page = texts_.at("operations.md");
    for (std::size_t at = page.find("| `Earshot"); at != std::string::npos; at = page.find("| `Earshot", at + 1))
      told.insert(page.substr(at + 3, page.find('`', at + 3) - at - 3));
    for (const Rule& rule : rules) {
      where_ = "alerts.yaml: " + rule.name;
      (void)check_promql(rule.promql);
      for (const char* key : {"severity", "summary", "description"}) {
        if (!rule.keys.contains(key)) complain(std::string("it has no ") + key);
      }
      if (texts_.at("alerts_test.yaml").find("alertname: " + rule.name + "\n") == std::string::npos)
        complain("no test sees it raised");
      if (told.erase(rule.name) == 0) complain("docs/operations.md does not tell of it");
    }
    for (const std::string& name : told) complain("docs/operations.md", "there is no alert " + name);
  }

  const Texts& texts_;
  std::map<std::string, MetricRow> metrics_;
  std::set<std::string> used_;
  std::string where_;
  Complaints complaints_;
};

}  // namespace

Complaints lint(const Texts& texts) { return Linter(texts).lint(); }

}  // namespace earshot::test
