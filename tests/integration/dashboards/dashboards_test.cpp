// The dashboards and alert rules tell the truth: a real Prometheus beside a real Earshot answers every query of theirs,
// and what they name is what the program and the docs have. Then mistakes are put in, and the same checks find each.
#include <gtest/gtest.h>

#include "integration/dashboards/boards.h"
#include "integration/dashboards/lived.h"
#include "integration/dashboards/promql.h"
#include "support/metrics_page.h"

namespace earshot::test {
namespace {

std::string text_of(const Complaints& complaints) {
  std::string text;
  for (const std::string& one : complaints) text += one + "\n";
  return text;
}

TEST(Promql, ReadsSelectorsFunctionsAndLabels) {
  const auto read = read_promql(
      R"(histogram_quantile(0.9, sum by (le, x) (rate(a_bucket{b=~"c|d",e="f\"}"}[5m]))) / ignoring (y) group_left () (max(g) > 0) and h == 1)");
  ASSERT_EQ(read.selectors.size(), 3u);
  EXPECT_EQ(read.selectors[0].metric, "a_bucket");
  EXPECT_EQ(read.selectors[0].function, "rate");
  EXPECT_TRUE(read.selectors[0].is_range);
  ASSERT_EQ(read.selectors[0].matchers.size(), 2u);
  EXPECT_EQ(read.selectors[0].matchers[0].op, "=~");
  EXPECT_EQ(read.selectors[0].matchers[1].value, "f\\\"}");
  EXPECT_EQ(read.selectors[1].metric, "g");
  EXPECT_EQ(read.selectors[1].function, "max");
  EXPECT_EQ(read.selectors[2].metric, "h");
  EXPECT_FALSE(read.selectors[2].is_range);
  EXPECT_EQ(read.labels, (std::set<std::string>{"le", "x", "y"}));
}

TEST(Dashboards, AgreeWithTheProgramAndTheDocs) { EXPECT_EQ(text_of(lint(texts_of_the_project())), ""); }

class WithPrometheus : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (Prometheus::is_there()) lived_ = new Lived;
  }
  static void TearDownTestSuite() {
    delete lived_;
    lived_ = nullptr;
  }
  void SetUp() override {
    if (lived_ == nullptr) GTEST_SKIP() << "there is no Prometheus; scripts/setup test installs it";
    ASSERT_TRUE(lived_->is_complete());
  }
  static Lived* lived_;
};
Lived* WithPrometheus::lived_ = nullptr;

TEST_F(WithPrometheus, EveryMetricOfTheProgramIsThereWithItsLabels) {
  std::map<std::string, std::string> shown;
  std::istringstream lines(lived_->metrics());
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string hash, type, name, shape;
    if (words >> hash >> type >> name >> shape && hash == "#" && type == "TYPE") shown[name] = shape;
  }
  for (const auto& [name, metric] : metrics_of_the_code()) {
    EXPECT_EQ(shown[name], metric.shape) << name;
    shown.erase(name);
    const auto series = lived_->prometheus().query(name + (metric.shape == "histogram" ? "_count" : "")).series;
    ASSERT_FALSE(series.empty()) << name;
    std::set<std::string> labels;
    for (const auto& [label, value] : series[0].labels) labels.insert(label);
    for (const char* of_scrape : {"__name__", "instance", "job"}) labels.erase(of_scrape);
    EXPECT_EQ(labels, metric.labels) << name;
  }
  EXPECT_TRUE(shown.empty()) << "shown and not in the table: " << shown.begin()->first;
}

TEST_F(WithPrometheus, TheTokenOfATenantShowsNothingOfAnother) {
  const std::string all = lived_->metrics();
  EXPECT_NE(all.find("tenant=\"acme\""), std::string::npos);
  EXPECT_NE(all.find("tenant=\"beta\""), std::string::npos);
  const std::string of_beta = lived_->metrics_of_beta();
  EXPECT_EQ(of_beta.find("acme"), std::string::npos);
  EXPECT_NE(of_beta.find("earshot_csat_answers_total{score=\"5\",tenant=\"beta\"} 2\n"), std::string::npos);
  EXPECT_NE(of_beta.find("earshot_ready 1\n"), std::string::npos);
}

TEST_F(WithPrometheus, EveryQueryOfEveryPanelAndVariableIsAnswered) {
  EXPECT_EQ(text_of(ask_prometheus(texts_of_the_project(), lived_->prometheus())), "");
}

// Each of two waves: a CSAT answer of each score, NPS answers of 2, 4, 6, 8 and 10, replies that were all in time.
TEST_F(WithPrometheus, ThePanelsShowWhatHappened) {
  const Texts texts = texts_of_the_project();
  const auto board = read_board("customers.json", texts.at("customers.json"));
  ASSERT_TRUE(board);
  const std::map<std::string, double> known{{"CSAT", 0.4},         {"CSAT of a day", 0.4},       {"NPS", -40},
                                            {"NPS of a day", -40}, {"First replies in time", 1}, {"Promises kept", 1},
                                            {"Active cases", 1}};
  std::size_t seen = 0;
  for (const Panel& panel : board->panels) {
    const auto it = known.find(panel.title);
    if (it == known.end()) continue;
    ++seen;
    const auto answer = lived_->prometheus().query(with_values(panel.targets.at(0).promql, {{"$tenant", "acme"}}));
    ASSERT_FALSE(answer.series.empty()) << panel.title;
    EXPECT_NEAR(answer.series[0].value, it->second, 1e-6) << panel.title;
  }
  EXPECT_EQ(seen, known.size());
}

TEST_F(WithPrometheus, EveryRuleIsEvaluatedAndHoldsItsTests) {
  EXPECT_EQ(text_of(ask_promtool(texts_of_the_project())), "");
  std::size_t rules = 0;
  const auto loaded = lived_->prometheus().get("/api/v1/rules");
  for (const auto& group : loaded.at("groups")) {
    for (const auto& rule : group.at("rules")) {
      ++rules;
      EXPECT_NE(rule.at("health"), "err") << rule.dump();
      EXPECT_NE(rule.at("state"), "firing") << rule.dump();
    }
  }
  EXPECT_EQ(rules, read_rules(texts_of_the_project().at("alerts.yaml")).size());
}

struct Mistake {
  const char* text;
  const char* from;
  const char* to;
};

const Mistake kMistakes[] = {
    // What Prometheus would refuse, or answer with nothing.
    {"service.json", "sum by (stage) (rate(earshot_events_in_total", "sum by (stage) (rate(earshot_events_total"},
    {"service.json", "[$__rate_interval]))\", \"legendFormat\": \"{{route}}\"",
     "[$__rate_interval])\", \"legendFormat\": \"{{route}}\""},
    {"service.json", "histogram_quantile(0.5, ", "histogram_quantil(0.5, "},
    {"service.json", "histogram_quantile(0.99, sum by (le)", "histogram_quantile(0.99, sum by (stage)"},
    {"service.json", "earshot_commit_seconds_bucket", "earshot_commit_seconds"},
    {"service.json", "outcome=~\\\"failed|busy|", "outcome=~\\\"failed|bussy|"},
    {"service.json", "group_left ()", "group_left"},
    {"service.json", "stage=\\\"intake\\\"", "stage=\\\"inlet\\\""},
    {"service.json", "time() - max(", "time() - maximum("},
    {"customers.json", "outcome=\\\"met\\\"", "outcome=\\\"mett\\\""},
    {"customers.json", "sum by (channel)", "sum by (chanel)"},
    {"customers.json", "label_values(earshot_issues_total, tenant)", "label_values(earshot_issue_total, tenant)"},
    {"customers.json", "label_values(earshot_issues_total, tenant)", "label_values(earshot_issues_total, tenants)"},
    // What would be answered, with something else.
    {"service.json", "rate(earshot_process_cpu_seconds_total{instance=~\\\"$instance\\\"}[$__rate_interval])",
     "(earshot_process_cpu_seconds_total{instance=~\\\"$instance\\\"})"},
    {"service.json", "max by (stage) (earshot_lag_seconds{instance=~\\\"$instance\\\"})",
     "max by (stage) (rate(earshot_lag_seconds{instance=~\\\"$instance\\\"}[1m]))"},
    {"service.json", "sum by (reason, connector) (", "sum by (stage, connector) ("},
    {"service.json", "earshot_ready{instance=~\\\"$instance\\\"}", "earshot_ready"},
    {"service.json", "earshot_duplicates_total{instance=~\\\"$instance\\\"}",
     "earshot_events_out_total{instance=~\\\"$instance\\\"}"},
    {"service.json", "time() - max by (source) (earshot_source_heard",
     "time() - max by (source) (earshot_source_heart"},
    {"service.json", "sum by (source, outcome) (rate(earshot_source_frames_total",
     "sum by (source, stage) (rate(earshot_source_frames_total"},
    {"service.json", "1 - earshot_disk_free_bytes", "1 + earshot_disk_free_bytes"},
    {"customers.json", "earshot_signals_total{tenant=~\\\"$tenant\\\",kind=\\\"silent\\\"}",
     "earshot_signals_total{kind=\\\"silent\\\"}"},
    {"customers.json", "earshot_cases_active{tenant=~\\\"$tenant\\\"}", "earshot_cases_active{tenant=\\\"acme\\\"}"},
    {"customers.json", "- sum(increase(earshot_nps_answers_total", "+ 2 * sum(increase(earshot_nps_answers_total"},
    {"customers.json", "score=~\\\"9|10\\\"", "score=~\\\"9|10|11\\\""},
    // What a person would miss.
    {"service.json", "\"uid\": \"earshot-service\"", "\"uid\": \"earshot-services\""},
    {"service.json", "\"title\": \"Memory\"", "\"title\": \"CPU\""},
    {"service.json", "\"description\": \"Cores in use.\"", "\"description\": \"\""},
    {"service.json", "\"unit\": \"reqps\"", "\"unit\": \"\""},
    {"service.json", "\"id\": 7, ", "\"id\": 8, "},
    {"service.json", "\"uid\": \"${datasource}\"", "\"uid\": \"prometheus-1\""},
    {"service.json", "\"type\": \"datasource\"", "\"type\": \"constant\""},
    {"service.json", "\"legendFormat\": \"{{version}}\"", "\"legendFormat\": \"{{build}}\""},
    {"service.json", "\"panels\": [\n", "\"panels\": [,\n"},
    {"customers.json", "\"includeAll\": true", "\"includeAll\": false"},
    {"customers.json", "\"allValue\": \".*\"", "\"allValue\": \"\""},
    {"customers.json", "\"x\": 12", "\"x\": 11"},
    // Rules.
    {"alerts.yaml", "earshot_ready == 0", "earshot_readyness == 0"},
    {"alerts.yaml", "outcome=\"breached\"}[1d]", "outcome=\"broken\"}[1d]"},
    {"alerts.yaml", "sum by (instance, connector, reason)", "sum by (instance, connector, reasons)"},
    {"alerts.yaml", "(earshot_start_timestamp_seconds[1h])", "(earshot_start_timestamp_seconds[1h]"},
    {"alerts.yaml", "< 0.1", "<= 0.1"},
    {"alerts.yaml", "for: 2m", "for: 1m"},
    {"alerts.yaml", "max by (job, source)", "max by (job, instance, source)"},
    {"alerts.yaml", "labels: {severity: info}", "labels: {}"},
    {"alerts.yaml", "alert: EarshotLags", "alert: EarshotLagging"},
    {"alerts_test.yaml", "alertname: EarshotBusy", "alertname: EarshotBussy"},
    // The program and its pages.
    {"binary", "earshot_queue_events`", "earshot_queued_events`"},
    {"binary", "earshot_cases_opened_total` | counter | channel, issue_type, tenant",
     "earshot_cases_opened_total` | counter | channel, issue_type"},
    {"binary", "earshot_commit_seconds` | histogram", "earshot_commit_seconds` | gauge"},
    {"binary", "| `earshot_ready`", "| `earshot_idle` | gauge | |\n| `earshot_ready`"},
    {"metrics.md", "| `earshot_alerts_total` | counter | tenant, severity",
     "| `earshot_alerts_total` | counter | severity"},
    {"metrics.md", "| `earshot_resolution_seconds`", "| `earshot_resolve_seconds`"},
    {"operations.md", "| `EarshotDown`", "| `EarshotGone`"},
};

TEST_F(WithPrometheus, FindsEachOfTheSeededMistakes) {
  static_assert(std::size(kMistakes) >= 30);
  for (const Mistake& mistake : kMistakes) {
    SCOPED_TRACE(std::string(mistake.text) + ": " + mistake.to);
    Texts texts = texts_of_the_project();
    const std::size_t at = texts.at(mistake.text).find(mistake.from);
    ASSERT_NE(at, std::string::npos) << "there is no " << mistake.from;
    texts.at(mistake.text).replace(at, std::string(mistake.from).size(), mistake.to);
    Complaints complaints = lint(texts);
    if (complaints.empty()) complaints = ask_promtool(texts);
    if (complaints.empty()) complaints = ask_prometheus(texts, lived_->prometheus());
    ASSERT_FALSE(complaints.empty()) << "nobody noticed";
    std::cout << mistake.text << ": " << complaints.front().substr(0, 160) << "\n";
  }
}

}  // namespace
}  // namespace earshot::test
