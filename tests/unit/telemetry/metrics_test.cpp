#include "telemetry/metrics.h"

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>

namespace earshot {
namespace {

// The samples of an exposition by `name{labels}`. Fails on a line that is neither a comment nor a sample.
std::map<std::string, double> samples_of(const std::string& exposition) {
  static const std::regex kSample(R"re(([a-z_]+(\{([a-z_]+="[^"\\]*",?)*\})?) (\S+))re");
  static const std::regex kComment(R"(# (HELP|TYPE) earshot_[a-z_]+ .+)");
  std::map<std::string, double> samples;
  std::istringstream lines(exposition);
  for (std::string line; std::getline(lines, line);) {
    std::smatch parts;
    if (std::regex_match(line, kComment)) continue;
    if (!std::regex_match(line, parts, kSample)) {
      ADD_FAILURE() << "not a line of the text format: " << line;
      continue;
    }
    EXPECT_TRUE(samples.emplace(parts[1], std::stod(parts[4])).second) << "twice: " << line;
  }
  return samples;
}

Event event_of(EventBody body) {
  Event event;
  event.tenant = "acme";
  event.body = std::move(body);
  return event;
}

MeasureTaken feedback_on(std::string channel, Sentiment sentiment) {
  MeasureTaken measure;
  measure.channel = std::move(channel);
  measure.sentiment = sentiment;
  return measure;
}

TEST(Metrics, FollowTheNamingRules) {
  std::set<std::string_view> names;
  for (int i = 0; i < kMetrics; ++i) {
    const MetricInfo& info = metric_list()[static_cast<std::size_t>(i)];
    SCOPED_TRACE(info.name);
    EXPECT_EQ(static_cast<int>(info.metric), i);
    EXPECT_TRUE(names.insert(info.name).second);
    EXPECT_EQ(info.name.substr(0, 8), "earshot_");
    EXPECT_EQ(info.name.ends_with("_total"), info.shape == MetricShape::counter);
    if (info.shape == MetricShape::histogram) {
      EXPECT_TRUE(info.name.ends_with("_seconds"));
    }
    EXPECT_FALSE(info.help.empty());
  }
}

TEST(Metrics, HaveNoLabelForAPersonACaseOrAText) {
  const std::set<std::string_view> allowed{
      "stage", "reason", "tenant", "department", "issue_type", "channel", "sentiment", "tier",  "sla_metric", "outcome",
      "state", "score",  "kind",   "severity",   "level",      "version", "label",     "route", "connector",  "source"};
  for (const MetricInfo& info : metric_list()) {
    for (const std::string_view label : info.labels) {
      if (!label.empty()) {
        EXPECT_TRUE(allowed.contains(label)) << info.name << " has the label " << label;
      }
    }
  }
}

TEST(Metrics, AreExposedInTheTextFormat) {
  Metrics metrics({.version = "0.1.0"});
  metrics.add_batch("intake", {.in = 5, .out = 7, .lag = std::chrono::milliseconds{1500}});
  metrics.add_batch("intake", {.in = 1, .out = 0, .lag = std::chrono::milliseconds{250}});
  metrics.observe(Metric::commit, {}, 0.003);
  metrics.add(Metric::duplicates, {{"intake"}}, 4);
  const auto samples = samples_of(metrics.expose());
  EXPECT_EQ(samples.at("earshot_events_in_total{stage=\"intake\"}"), 6);
  EXPECT_EQ(samples.at("earshot_events_out_total{stage=\"intake\"}"), 7);
  EXPECT_EQ(samples.at("earshot_lag_seconds{stage=\"intake\"}"), 0.25);
  EXPECT_EQ(samples.at("earshot_duplicates_total{stage=\"intake\"}"), 4);
  EXPECT_EQ(samples.at("earshot_commit_seconds_bucket{le=\"0.0025\"}"), 0);
  EXPECT_EQ(samples.at("earshot_commit_seconds_bucket{le=\"0.005\"}"), 1);
  EXPECT_EQ(samples.at("earshot_commit_seconds_count"), 1);
  EXPECT_EQ(samples.at("earshot_build_info{version=\"0.1.0\"}"), 1);
  EXPECT_EQ(samples.at("earshot_metric_series"), static_cast<double>(metrics.series()));
}

TEST(Metrics, SendOneValueTooManyToOther) {
  Metrics metrics({.names_max = 3});
  for (const char* stage : {"a", "b", "c", "d", "e", "a", "d"}) metrics.add(Metric::duplicates, {{stage}});
  const auto samples = samples_of(metrics.expose());
  EXPECT_EQ(samples.at("earshot_duplicates_total{stage=\"a\"}"), 2);
  EXPECT_EQ(samples.at("earshot_duplicates_total{stage=\"c\"}"), 1);
  EXPECT_FALSE(samples.contains("earshot_duplicates_total{stage=\"d\"}"));
  EXPECT_EQ(samples.at("earshot_duplicates_total{stage=\"other\"}"), 3);
  EXPECT_EQ(samples.at("earshot_metric_overflow_total{label=\"stage\"}"), 3);
}

TEST(Metrics, KnowTwoHundredTenants) {
  Metrics metrics;
  for (int i = 0; i < 201; ++i) metrics.add(Metric::cases_opened, {{"tenant-" + std::to_string(i), "refund", "email"}});
  const auto samples = samples_of(metrics.expose());
  EXPECT_TRUE(
      samples.contains("earshot_cases_opened_total{channel=\"email\",issue_type=\"refund\",tenant=\"tenant-199\"}"));
  EXPECT_EQ(samples.at("earshot_cases_opened_total{channel=\"email\",issue_type=\"refund\",tenant=\"other\"}"), 1);
}

TEST(Metrics, KeepWhatIsNotANameOutOfLabels) {
  Metrics metrics;
  for (const std::string value : {"user-12@example.org", "+49 30 1234", "030123456", "https://example.org/a",
                                  "please call me", "退款", "a\"b", "a\nb"}) {
    metrics.add(Metric::duplicates, {{value}});
  }
  metrics.add(Metric::duplicates, {{std::string(65, 'a')}});
  metrics.add(Metric::duplicates, {{std::string(64, 'b')}});
  metrics.add(Metric::duplicates, {{""}});
  const auto samples = samples_of(metrics.expose());
  EXPECT_EQ(samples.at("earshot_duplicates_total{stage=\"other\"}"), 9);
  EXPECT_EQ(samples.at("earshot_duplicates_total{stage=\"" + std::string(64, 'b') + "\"}"), 1);
  EXPECT_EQ(samples.at("earshot_duplicates_total{stage=\"none\"}"), 1);
}

TEST(Metrics, KeepTheirSeriesWithinTheBound) {
  for (const std::size_t series_max : {39u, 40u, 41u}) {
    Metrics metrics({.series_max = series_max});
    for (int i = 0; i < 30; ++i) {
      for (int j = 0; j < 30; ++j)
        metrics.add(Metric::feedback, {{"acme", "channel-" + std::to_string(i), "s" + std::to_string(j)}});
    }
    const auto samples = samples_of(metrics.expose());
    double all = 0;
    for (const auto& [name, value] : samples) {
      if (name.starts_with("earshot_feedback_total")) all += value;
    }
    EXPECT_EQ(all, 900) << "what overflows is still counted";
    // `other` of the metric and the count of the overflow come on top, once each.
    EXPECT_LE(metrics.series(), series_max + 2);
    EXPECT_GT(samples.at("earshot_metric_overflow_total{label=\"series\"}"), 0);
  }
}

TEST(MetricsFeed, CountsWhatWasPublished) {
  Metrics metrics;
  MetricsFeed feed(metrics, "intake");
  feed.observe(event_of(feedback_on("email", Sentiment::negative)));
  feed.observe(event_of(feedback_on("email", Sentiment::negative)));
  MeasureTaken of_two_issues = feedback_on("app", Sentiment::unknown);
  of_two_issues.issues = {IssueType::refund, IssueType::app};
  feed.observe(event_of(of_two_issues));
  EXPECT_FALSE(samples_of(metrics.expose())
                   .contains("earshot_feedback_total{channel=\"email\",sentiment=\"neg\",tenant=\"acme\"}"));

  MeasureTaken answer;
  answer.kind = MeasureKind::survey_answer;
  for (const std::int64_t score : {4, 5, 5, 6}) {
    answer.survey = Survey{
        .id = "s", .family = SurveyFamily::csat, .score = score, .min = 1, .max = 5, .case_id = {}, .invited_at = {}};
    feed.observe(event_of(answer));
  }
  MeasureTaken response;
  response.kind = MeasureKind::first_response;
  response.value = 120000;
  feed.observe(event_of(response));
  response.kind = MeasureKind::resolution;
  response.value = 7'200'000;
  feed.observe(event_of(response));
  MeasureTaken outcome;
  outcome.kind = MeasureKind::sla_outcome;
  outcome.sla_metric = "first_reply";
  outcome.outcome = "met";
  feed.observe(event_of(outcome));
  CaseChanged change;
  change.channel = "email";
  change.issues = {IssueType::refund, IssueType::service};
  feed.observe(event_of(change));
  change.step = CaseStep::replied;
  feed.observe(event_of(change));
  DeadLetter letter;
  letter.reason = DeadLetterReason::too_large;
  letter.connector = "csv";
  feed.observe(event_of(letter));
  DeadLetterMended mended;
  mended.connector = "csv";
  feed.observe(event_of(mended));
  SignalChanged signal;
  signal.kind = SignalKind::silent;
  signal.level = SignalLevel::act;
  feed.observe(event_of(signal));
  signal.raised = false;
  feed.observe(event_of(signal));
  AlertRaised alert;
  alert.severity = Severity::critical;
  feed.observe(event_of(alert));
  feed.flush();
  feed.flush();

  const auto samples = samples_of(metrics.expose());
  EXPECT_EQ(samples.at("earshot_feedback_total{channel=\"email\",sentiment=\"neg\",tenant=\"acme\"}"), 2);
  EXPECT_EQ(samples.at("earshot_feedback_total{channel=\"app\",sentiment=\"unknown\",tenant=\"acme\"}"), 1);
  EXPECT_EQ(samples.at("earshot_feedback_total{channel=\"app\",sentiment=\"pos\",tenant=\"acme\"}"), 0)
      << "known to be none";
  EXPECT_EQ(samples.at("earshot_issues_total{issue_type=\"none\",tenant=\"acme\"}"), 2);
  EXPECT_EQ(samples.at("earshot_issues_total{issue_type=\"refund\",tenant=\"acme\"}"), 1);
  EXPECT_EQ(samples.at("earshot_issues_total{issue_type=\"app\",tenant=\"acme\"}"), 1);
  EXPECT_EQ(samples.at("earshot_resolution_seconds_bucket{tenant=\"acme\",le=\"3600\"}"), 0);
  EXPECT_EQ(samples.at("earshot_resolution_seconds_bucket{tenant=\"acme\",le=\"7200\"}"), 1);
  EXPECT_EQ(samples.at("earshot_signals_cleared_total{kind=\"silent\",tenant=\"acme\"}"), 1);
  EXPECT_EQ(samples.at("earshot_csat_answers_total{score=\"5\",tenant=\"acme\"}"), 2);
  EXPECT_FALSE(samples.contains("earshot_csat_answers_total{score=\"6\",tenant=\"acme\"}"));
  EXPECT_EQ(samples.at("earshot_first_response_seconds_bucket{tenant=\"acme\",le=\"60\"}"), 0);
  EXPECT_EQ(samples.at("earshot_first_response_seconds_bucket{tenant=\"acme\",le=\"300\"}"), 1);
  EXPECT_EQ(samples.at("earshot_sla_outcomes_total{outcome=\"met\",sla_metric=\"first_reply\",tenant=\"acme\"}"), 1);
  EXPECT_EQ(samples.at("earshot_cases_opened_total{channel=\"email\",issue_type=\"refund\",tenant=\"acme\"}"), 1);
  EXPECT_EQ(samples.at("earshot_dead_letters_mended_total{connector=\"csv\"}"), 1);
  EXPECT_EQ(samples.at("earshot_dead_letters_total{connector=\"csv\",reason=\"too_large\",stage=\"intake\"}"), 1);
  EXPECT_EQ(samples.at("earshot_signals_total{kind=\"silent\",level=\"act\",tenant=\"acme\"}"), 1);
  EXPECT_EQ(samples.at("earshot_alerts_total{severity=\"critical\",tenant=\"acme\"}"), 1);
}

TEST(Metrics, ShowOfAReplacedGaugeOnlyWhatItIsNow) {
  Metrics metrics;
  const std::size_t before = metrics.series();
  const std::vector<Metrics::GaugeValue> two{{{{"acme", "open", "care"}}, 3}, {{{"acme", "new", "care"}}, 1}};
  metrics.replace(Metric::cases_active, two);
  const std::vector<Metrics::GaugeValue> one{{{{"acme", "open", "care"}}, 2}};
  metrics.replace(Metric::cases_active, one);
  const auto samples = samples_of(metrics.expose());
  EXPECT_EQ(samples.at("earshot_cases_active{department=\"care\",state=\"open\",tenant=\"acme\"}"), 2);
  EXPECT_FALSE(samples.contains("earshot_cases_active{department=\"care\",state=\"new\",tenant=\"acme\"}"));
  EXPECT_EQ(metrics.series(), before + 1);
}

TEST(Metrics, AddUpInAReplacedGaugeWhatOverflows) {
  Metrics metrics({.names_max = 1});
  const std::vector<Metrics::GaugeValue> values{
      {{{"acme", "open", "care"}}, 3}, {{{"acme", "open", "shop"}}, 4}, {{{"acme", "open", "depot"}}, 5}};
  metrics.replace(Metric::cases_active, values);
  const auto samples = samples_of(metrics.expose());
  EXPECT_EQ(samples.at("earshot_cases_active{department=\"care\",state=\"open\",tenant=\"acme\"}"), 3);
  EXPECT_EQ(samples.at("earshot_cases_active{department=\"other\",state=\"open\",tenant=\"acme\"}"), 9);
}

TEST(Metrics, OfATenantStandAtZeroBeforeAnythingHappens) {
  Metrics metrics;
  expect_tenant(metrics, "acme");
  const auto samples = samples_of(metrics.expose());
  for (const char* name :
       {"earshot_csat_answers_total{score=\"1\",tenant=\"acme\"}",
        "earshot_nps_answers_total{score=\"10\",tenant=\"acme\"}",
        "earshot_sla_outcomes_total{outcome=\"breached\",sla_metric=\"first_reply\",tenant=\"acme\"}",
        "earshot_signals_total{kind=\"silent\",level=\"watch\",tenant=\"acme\"}",
        "earshot_resolution_seconds_count{tenant=\"acme\"}"}) {
    ASSERT_TRUE(samples.contains(name)) << name;
    EXPECT_EQ(samples.at(name), 0) << name;
  }
}

TEST(MetricsFeed, LosesNothingInAFloodOfNames) {
  Metrics metrics;
  MetricsFeed feed(metrics, "intake");
  for (int i = 0; i < 10000; ++i) feed.observe(event_of(feedback_on("c" + std::to_string(i), Sentiment::neutral)));
  feed.flush();
  double all = 0;
  for (const auto& [name, value] : samples_of(metrics.expose())) {
    if (name.starts_with("earshot_feedback_total")) all += value;
  }
  EXPECT_EQ(all, 10000);
  EXPECT_LT(metrics.series(), 280u) << "64 channels and `other`, four tones each";
}

TEST(Metrics, CanBeWrittenAndReadByManyThreads) {
  Metrics metrics;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&metrics] {
      MetricsFeed feed(metrics, "intake");
      for (int i = 0; i < 500; ++i) {
        feed.observe(event_of(feedback_on("email", Sentiment::positive)));
        if (i % 50 == 0) feed.flush();
        if (i % 100 == 0) (void)metrics.expose();  // only for the race with writers
      }
      feed.flush();
    });
  }
  threads.clear();
  EXPECT_EQ(
      samples_of(metrics.expose()).at("earshot_feedback_total{channel=\"email\",sentiment=\"pos\",tenant=\"acme\"}"),
      2000);
}

}  // namespace
}  // namespace earshot
