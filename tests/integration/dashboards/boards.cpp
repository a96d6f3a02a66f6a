#include "integration/dashboards/boards.h"

#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "integration/dashboards/promql.h"
#include "support/metrics_page.h"
#include "support/program.h"

namespace earshot::test {
namespace {

std::vector<std::string> alternatives(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream pieces(text);
  for (std::string piece; std::getline(pieces, piece, '|');) all.push_back(piece);
  return all;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// `label_values(earshot_build_info, instance)`
Variable variable_of(const nlohmann::json& json) {
  const std::string query = json.value("query", "");
  const std::size_t open = query.find('(');
  const std::size_t comma = query.find(", ", open);
  if (query.substr(0, open) != "label_values" || comma == std::string::npos || !query.ends_with(')'))
    return {json.value("name", ""), "", ""};
  return {json.value("name", ""), query.substr(open + 1, comma - open - 1),
          query.substr(comma + 2, query.size() - comma - 3)};
}

}  // namespace

Texts texts_of_the_project() {
  const std::filesystem::path root(EARSHOT_SOURCE_DIR);
  Texts texts;
  for (const char* name : {"service.json", "customers.json", "alerts.yaml", "alerts_test.yaml"})
    texts[name] = read_whole(root / "dashboards" / name);
  for (const char* name : {"metrics.md", "operations.md"}) texts[name] = read_whole(root / "docs" / name);
  for (const auto& [name, metric] : metrics_of_the_code()) texts["binary"] += row_of(name, metric);
  return texts;
}

std::optional<Board> read_board(const std::string& file, const std::string& text) {
  Board board{file, nlohmann::json::parse(text, nullptr, false), {}, {}};
  if (!board.json.is_object() || !board.json.contains("panels")) return std::nullopt;
  for (const auto& one : board.json["templating"]["list"]) {
    if (one.value("type", "") == "query") board.variables.push_back(variable_of(one));
  }
  for (const auto& one : board.json["panels"]) {
    if (one.value("type", "") == "row") continue;
    Panel panel{one.value("title", ""), one, {}};
    for (const auto& target : one.value("targets", nlohmann::json::array()))
      panel.targets.push_back({target.value("expr", ""), target.value("legendFormat", "")});
    board.panels.push_back(std::move(panel));
  }
  return board;
}

std::vector<Rule> read_rules(const std::string& text) {
  std::vector<Rule> rules;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto rest_of = [&](const std::string& key) -> std::optional<std::string> {
      const std::size_t at = line.find(key + ": ");
      if (at == std::string::npos) return std::nullopt;
      return line.substr(at + key.size() + 2);
    };
    if (const auto name = rest_of("- alert")) rules.push_back({*name, "", {}});
    if (rules.empty()) continue;
    if (const auto promql = rest_of("  expr")) rules.back().promql = *promql;
    for (const std::string key : {"severity", "summary", "description"}) {
      if (const auto value = rest_of(key)) rules.back().keys[key] = value->substr(0, value->find('}'));
    }
  }
  return rules;
}

std::string with_values(std::string promql, const std::map<std::string, std::string>& values) {
  promql = replaced(replaced(promql, "$__rate_interval", "1m"), "$__range", "5m");
  for (const auto& [name, value] : values) promql = replaced(promql, name, value);
  return promql;
}

Complaints ask_promtool(const Texts& texts) {
  const Scratch scratch;
  for (const char* name : {"alerts.yaml", "alerts_test.yaml"}) std::ofstream(scratch.path() / name) << texts.at(name);
  Complaints complaints;
  for (const auto& [verb, file] : {std::pair{"check", "alerts.yaml"}, std::pair{"test", "alerts_test.yaml"}}) {
    Process promtool({kPromtool, verb, "rules", (scratch.path() / file).string()});
    promtool.wait();
    if (promtool.exit_code() != 0)
      complaints.push_back(std::string("promtool ") + verb + " rules: " + promtool.out() + promtool.err());
  }
  return complaints;
}

namespace {

// One board against a Prometheus.
class Asking {
 public:
  Asking(Prometheus& prometheus, Complaints& complaints) : prometheus_(prometheus), complaints_(complaints) {}

  void ask(const Board& board) {
    std::vector<std::map<std::string, std::string>> choices{{}};
    for (const Variable& variable : board.variables) {
      std::vector<std::string> values = prometheus_.label_values(variable.metric, variable.label);
      if (values.empty()) complaints_.push_back(board.file + ": variable " + variable.name + " has no value");
      std::string several;
      for (const std::string& value : values) several += (several.empty() ? "(" : "|") + value;
      values.push_back(several + ")");
      values.push_back(".*");  // all
      std::vector<std::map<std::string, std::string>> more;
      for (const auto& choice : choices) {
        for (const std::string& value : values) {
          more.push_back(choice);
          more.back()["$" + variable.name] = value;
        }
      }
      choices = std::move(more);
    }
    for (const auto& choice : choices) {
      for (const Panel& panel : board.panels) {
        for (const Target& target : panel.targets) ask(board.file + ": " + panel.title, panel, target, choice);
      }
    }
  }

  // Each value that a matcher names is there: `outcome="mett"` is no error to Prometheus.
  void ask_for_values(const std::string& where, const std::string& promql) {
    for (const Selector& selector : read_promql(promql).selectors) {
      for (const Matcher& matcher : selector.matchers) {
        if (matcher.value.find('$') != std::string::npos) continue;
        const auto there = prometheus_.label_values(selector.metric, matcher.label);
        for (const std::string& value : alternatives(matcher.value)) {
          if (std::find(there.begin(), there.end(), value) == there.end()) {
            complaints_.push_back(where + ": there is no " + selector.metric + " of " + matcher.label + " " + value);
          }
        }
      }
    }
  }

 private:
  void ask(const std::string& where, const Panel& panel, const Target& target,
           const std::map<std::string, std::string>& choice) {
    const std::string promql = with_values(target.promql, choice);
    std::string of;
    for (const auto& [name, value] : choice) of += " " + name + "=" + value;
    const auto answer = prometheus_.query(promql);
    const auto complain = [&](const std::string& what) {
      complaints_.push_back(where + of + ": " + what + ": " + promql);
    };
    if (!answer.error.empty()) return complain(answer.error);
    bool is_finite = false;
    const auto defaults = panel.json.value("/fieldConfig/defaults"_json_pointer, nlohmann::json::object());
    const bool is_share = defaults.value("unit", "") == "percentunit";
    const double least = defaults.value("min", is_share ? 0.0 : -INFINITY);
    const double most = is_share ? 1 : defaults.value("max", INFINITY);
    for (const auto& series : answer.series) {
      is_finite |= std::isfinite(series.value);
      if (series.value < least - 1e-9 || series.value > most + 1e-9)
        complain("out of its bounds: " + std::to_string(series.value));
      for (std::size_t at = target.legend.find("{{"); at != std::string::npos; at = target.legend.find("{{", at + 1)) {
        const std::string label = target.legend.substr(at + 2, target.legend.find("}}", at) - at - 2);
        if (!series.labels.contains(label)) complain("a series has no label " + label + " for its legend");
      }
    }
    if (!is_finite) complain("no finite series");
    if (answer.series.size() > 1 && target.legend.empty()) complain("several series and no legend");
  }

  Prometheus& prometheus_;
  Complaints& complaints_;
};

}  // namespace

Complaints ask_prometheus(const Texts& texts, Prometheus& prometheus) {
  Complaints complaints;
  Asking asking(prometheus, complaints);
  for (const char* file : {"service.json", "customers.json"}) {
    const auto board = read_board(file, texts.at(file));
    if (!board) continue;  // the linter says so
    asking.ask(*board);
    for (const Panel& panel : board->panels) {
      for (const Target& target : panel.targets) asking.ask_for_values(board->file + ": " + panel.title, target.promql);
    }
  }
  for (const Rule& rule : read_rules(texts.at("alerts.yaml"))) {
    const auto answer = prometheus.query(rule.promql);
    if (!answer.error.empty()) complaints.push_back(rule.name + ": " + answer.error);
    asking.ask_for_values(rule.name, rule.promql);
  }
  return complaints;
}

}  // namespace earshot::test
