// `earshot fit` and `earshot backtest`, as somebody tries them.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "earshot/time.h"
#include "support/earshot_process.h"
#include "support/program.h"
#include "support/shared_data.h"

namespace earshot {
namespace {

using test::in_quotes;
using test::Program;

bool says(const std::string& text, const std::string& wanted) { return text.find(wanted) != std::string::npos; }

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

TEST(BacktestCommand, WritesAScoreForEachCustomerAndItsAlarms) {
  const Program earshot;
  const test::Scratch scratch;
  const auto events = scratch.path() / "events.csv";
  std::ofstream file(events);
  file << "customer_id,ts,type\n";
  for (int week = 0; week < 60; ++week) {
    for (int customer = 0; customer < 20; ++customer) {
      if (week % (1 + customer % 4) != 0 || week > 20 + 2 * customer) continue;
      file << "c" << customer << ',' << format_rfc3339(Timestamp{std::chrono::days{20'000 + 7 * week + customer % 7}})
           << ",purchase\n";
    }
  }
  file.close();
  const auto scores = scratch.path() / "scores.csv", alarms = scratch.path() / "alarms.csv";
  const auto outcome = earshot.run("backtest --events " + in_quotes(events) +
                                   " --activity purchase --cut 2025-06-01 --horizon 20w --scores " + in_quotes(scores) +
                                   " --fit-date 2025-03-01 --silence 90d --rho 0.8 --alarms " + in_quotes(alarms));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto scored = lines_of(scores);
  ASSERT_EQ(scored.size(), 21u);
  EXPECT_EQ(scored[0], "customer_id,score,prob");
  for (std::size_t i = 1; i < scored.size(); ++i) {
    std::istringstream cells(scored[i]);
    std::string name, score, probability;
    std::getline(cells, name, ',');
    std::getline(cells, score, ',');
    std::getline(cells, probability, ',');
    EXPECT_EQ(name[0], 'c');
    EXPECT_GT(std::stod(probability), 0) << scored[i];
    EXPECT_LT(std::stod(probability), 1) << scored[i];
  }
  const auto raised = lines_of(alarms);
  ASSERT_GT(raised.size(), 5u);
  EXPECT_EQ(raised[0], "customer_id,alarm_ts,rho,reasons");
  EXPECT_TRUE(says(raised[1], "usual gap")) << raised[1];
  for (const char* word : {"AUC", "Brier", "precision", "lead days", "rho promised", "x >= 5"})
    EXPECT_TRUE(says(outcome.out, word)) << word;
}

TEST(BacktestCommand, SaysWhatIsWrongWithTheQuestion) {
  const Program earshot;
  const test::Scratch scratch;
  const auto events = scratch.path() / "events.csv";
  std::ofstream(events) << "customer_id,ts\na,2026-01-01\nb,whenever\n";
  struct Row {
    const char* words;
    int exit_code;
    const char* message;
  };
  const Row rows[] = {{"", 2, "name --cut DATE for scores on a day"},
                      {"--cut yesterday", 2, "--cut 'yesterday' is not a date such as 2026-11-20"},
                      {"--cut 2026-02-01 --horizon soon", 2, "--horizon 'soon' is not a span such as 182d or 26w"},
                      {"--cut 2025-01-01", 2, "there is no customer"},
                      {"--fit-date 2026-02-01 --rho 1.5", 2, "a probability between 0 and 1"},
                      {"--cut 2026-02-01 --where colour=red", 2, "column colour is missing"},
                      {"--data nowhere --cut 2026-02-01", 2, "--events FILE or --data DIR"},
                      {"--cut 2026-02-01", 0, "1 rows were passed over; line 3: 'whenever' is no time"}};
  for (const Row& row : rows) {
    const auto outcome = earshot.run("backtest --events " + in_quotes(events) + " " + row.words);
    EXPECT_EQ(outcome.exit_code, row.exit_code) << row.words << "\n" << outcome.err;
    EXPECT_TRUE(says(outcome.err, row.message)) << row.words << "\n" << outcome.err;
  }
}

// What was imported from a file and is read from the log again gives the same answer as the file.
TEST(BacktestCommand, FindsTheSameInALogAsInTheFileItWasImportedFrom) {
  const Program earshot;
  const test::Scratch scratch;
  const auto data = scratch.path() / "data", history = scratch.path() / "history.ndjson",
             rows = scratch.path() / "rows.csv";
  std::ofstream events(history), table(rows);
  table << "customer_id,ts\n";
  for (int i = 0; i < 400; ++i) {
    const std::string customer = std::to_string(i * i % 37),
                      at = format_rfc3339(Timestamp{std::chrono::days{20'000 + i / 2 + i % 5}});
    table << customer << ',' << at << "\n";
    events << R"({"specversion":"1.0","id":")" << i
           << R"(","source":"/acme/shop","type":"earshot.activity.order.v1","time":")" << at
           << R"(","data":{"channel":"shop","person":{"keys":["customer:)" << customer << R"("]},"order":{"id":")" << i
           << R"(","amount":100,"currency":"EUR"}}})"
           << "\n";
  }
  events.close();
  table.close();
  const auto imported = earshot.run("import --data " + in_quotes(data) + " " + in_quotes(history));
  ASSERT_EQ(imported.exit_code, 0) << imported.err << imported.out;
  const std::string question = " --cut 2025-01-20 --horizon 40d --fit-date 2024-12-20 --silence 30d";
  const auto page = scratch.path() / "page.html";
  const auto of_log = earshot.run("backtest --data " + in_quotes(data) + question + " --html " + in_quotes(page));
  const auto of_file = earshot.run("backtest --events " + in_quotes(rows) + question);
  EXPECT_EQ(of_log.exit_code, 0) << of_log.err;
  EXPECT_EQ(of_log.out, of_file.out);
  EXPECT_TRUE(says(of_log.out, "400 events of"));
  EXPECT_TRUE(says(test::read_whole(page), "<h2>Alarms after 2024-12-20"));
}

// The parameters and the likelihood that the literature gives for the tenth of CDNOW.
TEST(BacktestCommand, FindsThePublishedFitOfCdnow) {
  const auto events = test::shared_file("data/churn/cdnow_events.csv.gz");
  if (!std::filesystem::exists(events)) GTEST_SKIP() << events << " is absent; set EARSHOT_SHARED";
  const auto outcome = Program().run("backtest --events " + in_quotes(events) +
                                     " --activity purchase --where in_sample=1 --cut 1997-09-30 --horizon 39w");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(says(outcome.out, "r 0.5248  alpha 6.1831 weeks  a 0.8914  b 1.6140   log-likelihood -9582.14"))
      << outcome.out;
}

// What docs/silence.md says of three public data sets, through the real customer processor.
TEST(BacktestCommand, KeepsItsPromisesOnPublicData) {
  struct Set {
    const char* file;
    const char* when;
    double auc, brier, lead;  // at least, at most, at least
  };
  const Set sets[] = {
      {"cdnow_events.csv.gz", "--cut 1997-09-30 --horizon 39w --fit-date 1997-09-30", 0.75, 0.167, 50},
      {"online_retail_ii_events.csv.gz", "--cut 2011-06-10 --horizon 26w --fit-date 2010-11-30", 0.81, 0.178, 39},
      {"grocery_events.csv.gz", "--cut 2006-12-31 --horizon 52w --fit-date 2006-12-31", 0.865, 0.114, 41}};
  for (const Set& set : sets) {
    SCOPED_TRACE(set.file);
    const auto events = test::shared_file(std::string("data/churn/") + set.file);
    if (!std::filesystem::exists(events)) GTEST_SKIP() << events << " is absent; set EARSHOT_SHARED";
    const auto outcome = Program().run("backtest --events " + in_quotes(events) + " --activity purchase " + set.when);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    std::istringstream lines(outcome.out);
    std::vector<std::vector<double>> of_all;  // numbers of the rows for all customers: ranking, then alarms
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string first;
      if (!(words >> first) || first != "all") continue;
      auto& numbers = of_all.emplace_back();
      for (double number = 0; words >> number;) numbers.push_back(number);
    }
    ASSERT_EQ(of_all.size(), 2u) << outcome.out;
    ASSERT_EQ(of_all[0].size(), 5u);  // customers, silent, AUC, Brier, ECE
    EXPECT_GE(of_all[0][2], set.auc);
    EXPECT_LE(of_all[0][3], set.brier);
    ASSERT_EQ(of_all[1].size(), 6u);  // gaps, gone, alarms, precision, recall, lead
    EXPECT_GE(of_all[1][3], 0.73);
    EXPECT_LE(of_all[1][3], 0.88);
    EXPECT_GE(of_all[1][5], set.lead);
  }
}

TEST(FitCommand, PutsTheModelIntoTheLogAndSignalsNameIt) {
  const Program earshot;
  const test::Scratch scratch;
  const auto data = scratch.path() / "data", history = scratch.path() / "history.ndjson";
  const std::string on_data = " --data " + in_quotes(data);
  EXPECT_EQ(earshot.run("fit" + on_data).exit_code, 1) << "there is nothing";
  const auto simulated = earshot.run("simulate --customers 150 --days 200 --start 2025-01-01T00:00:00Z");
  ASSERT_EQ(simulated.exit_code, 0) << simulated.err;
  // Half of it is history to fit; what comes after is judged by the fit.
  std::istringstream all(simulated.out);
  std::ofstream first(history), second(scratch.path() / "later.ndjson");
  for (std::string line; std::getline(all, line);)
    (says(line, "\"time\":\"2025-01") || says(line, "\"time\":\"2025-02") ? first : second) << line << "\n";
  first.close();
  second.close();
  ASSERT_EQ(earshot.run("import" + on_data + " " + in_quotes(history)).exit_code, 0);
  const auto digest = earshot.run("digest" + on_data).last_word();
  const auto looked = earshot.run("fit --dry-run" + on_data);
  EXPECT_EQ(looked.exit_code, 0) << looked.err;
  EXPECT_TRUE(says(looked.out, "log-likelihood")) << looked.out;
  EXPECT_EQ(earshot.run("digest" + on_data).last_word(), digest) << "a dry run changes nothing";
  EXPECT_TRUE(says(earshot.run("fit" + on_data).out, "recorded as version 1"));
  EXPECT_TRUE(says(earshot.run("fit" + on_data).out, "recorded as version 2"));
  ASSERT_EQ(earshot.run("import" + on_data + " " + in_quotes(scratch.path() / "later.ndjson")).exit_code, 0);
  const auto replayed = earshot.run("replay --check" + on_data);
  EXPECT_EQ(replayed.exit_code, 0) << replayed.out << replayed.err;
  bool names_version = false;
  for (const auto& signal : earshot.run("signals --kind silent --cleared --json" + on_data).lines())
    names_version = names_version || signal.dump().find("\"model_version\":2") != std::string::npos;
  EXPECT_TRUE(names_version);
}

// Forty customers who order every week and stop one after the other; every fifth wrote a bad review before.
void write_orders(const std::filesystem::path& path) {
  std::ofstream file(path);
  int id = 0;
  for (int week = 0; week < 80; ++week) {
    for (int customer = 0; customer < 40; ++customer) {
      if (week > 20 + customer) continue;
      const std::string at = format_rfc3339(Timestamp{std::chrono::days{20'000 + 7 * week + customer % 7}});
      const std::string head = R"({"specversion":"1.0","id":")" + std::to_string(++id) +
                               R"(","source":"/shop","time":")" + at + R"(","type":"earshot.)";
      const std::string person =
          R"("channel":"shop","person":{"keys":["customer:)" + std::to_string(customer) + R"("]})";
      file << head << R"(activity.order.v1","data":{)" << person
           << R"(,"order":{"id":"o","amount":100,"currency":"EUR"}}})"
           << "\n";
      if (week != 20 + customer || customer % 5 != 0) continue;
      file << head << R"(feedback.review.v1","data":{)" << person << R"(,"rating":{"value":1,"min":1,"max":5}}})"
           << "\n";
    }
  }
}

// On a log that a running earshot has.
TEST(WhatIfCommand, ComparesOtherRulesWithThoseOnRecordBesideARunningEarshot) {
  const Program earshot;
  const test::Scratch scratch;
  const auto events = scratch.path() / "events.ndjson";
  write_orders(events);
  const std::string data = in_quotes(scratch.path() / "data");
  ASSERT_EQ(earshot.run("import --data " + data + " " + in_quotes(events)).exit_code, 0);
  const auto same = scratch.path() / "same.yaml", bolder = scratch.path() / "bolder.yaml";
  std::ofstream(same) << "tenant: acme\n";
  std::ofstream(bolder) << "silence:\n  act_permille: 700\n  untouched_permille: 0\n";

  test::RunningEarshot running({scratch.path() / "data"});
  ASSERT_TRUE(running.runs()) << running.process().err();
  const auto nothing = earshot.run("what-if --json --rules " + in_quotes(same) + " --data " + data);
  ASSERT_EQ(nothing.exit_code, 0) << nothing.err;
  const auto alike = nothing.lines().at(0);
  EXPECT_GT(alike["today"]["cases"], 30);
  EXPECT_EQ(alike["today"], alike["rules"]) << "the same rules do the same";
  for (const char* list : {"more", "fewer", "moved", "rerouted", "sections_that_differ"})
    EXPECT_TRUE(alike[list].empty()) << list;

  const auto other = earshot.run("what-if --json --since 2025-01-01 --rules " + in_quotes(bolder) + " --data " + data);
  ASSERT_EQ(other.exit_code, 0) << other.err;
  const auto found = other.lines().at(0);
  EXPECT_EQ(found["sections_that_differ"], nlohmann::json::array({"silence"}));
  EXPECT_GT(found["moved"].size(), 20u);
  for (const auto& moved : found["moved"]) EXPECT_LT(moved["rules"]["opened_at"], moved["today"]["opened_at"]);
  EXPECT_FALSE(found["more"].empty()) << "those who are kept untouched today";
  const auto text = earshot.run("what-if --rules " + in_quotes(bolder) + " --data " + data);
  for (const char* words : {"the rules differ in: silence", "agent hours at 20 min", "of a silence", "days earlier"})
    EXPECT_TRUE(says(text.out, words)) << text.out;
  EXPECT_EQ(running.end().exit_code, 0);
}

// Who reads the directory beside it, and who tells it, changes what the running earshot goes by.
TEST(FitCommand, LearnsBesideARunningEarshotAndTellsIt) {
  const Program earshot;
  const test::Scratch scratch;
  const auto events = scratch.path() / "events.ndjson";
  write_orders(events);
  const std::string data = in_quotes(scratch.path() / "data");
  ASSERT_EQ(earshot.run("import --data " + data + " " + in_quotes(events)).exit_code, 0);
  const auto alone = earshot.run("fit --dry-run --data " + data);
  ASSERT_EQ(alone.exit_code, 0) << alone.err;

  test::RunningEarshot running({scratch.path() / "data"});
  ASSERT_TRUE(running.runs()) << running.process().err();
  const std::string url = " --url http://127.0.0.1:" + std::to_string(running.port());
  const auto in_use = earshot.run("fit --data " + data);
  EXPECT_EQ(in_use.exit_code, 1);
  EXPECT_TRUE(says(in_use.err, "--url")) << in_use.err;
  const auto beside = earshot.run("fit --data " + data + url);
  ASSERT_EQ(beside.exit_code, 0) << beside.err;
  EXPECT_EQ(beside.out.substr(0, beside.out.find('\n')), alone.out.substr(0, alone.out.find('\n')))
      << "the same parameters";
  EXPECT_TRUE(says(beside.out, "recorded as version 1"));
  EXPECT_TRUE(says(earshot.run("fit --data " + data + url).out, "recorded as version 2"));

  const auto told = earshot.run("gap --connector shop --from 2026-01-01T00:00:00Z --reason down" + url);
  EXPECT_EQ(told.exit_code, 0) << told.err;
  EXPECT_TRUE(says(earshot.run("alerts" + url).out, "source shop cannot be heard since 2026-01-01"))
      << "the operator hears of it";
  EXPECT_EQ(earshot.run("gap --connector shop --from 2026-01-02T00:00:00Z --to 2026-01-01T00:00:00Z" + url).exit_code,
            2);
  EXPECT_EQ(running.end().exit_code, 0);
  const auto replayed = earshot.run("replay --check --data " + data);
  EXPECT_EQ(replayed.exit_code, 0) << replayed.out << replayed.err;
}

TEST(GapCommand, IsRecordedInADirectoryThatNobodyUses) {
  const Program earshot;
  const test::Scratch scratch;
  const auto events = scratch.path() / "events.ndjson";
  write_orders(events);
  const std::string data = in_quotes(scratch.path() / "data");
  const std::string gap = "gap --connector shop --from 2024-12-01T00:00:00Z --to 2024-12-20T00:00:00Z --data " + data;
  EXPECT_EQ(earshot.run(gap).exit_code, 1) << "there is nothing";
  ASSERT_EQ(earshot.run("import --data " + data + " " + in_quotes(events)).exit_code, 0);
  const auto before = earshot.run("digest --data " + data).last_word();
  const auto recorded = earshot.run(gap);
  EXPECT_EQ(recorded.exit_code, 0) << recorded.err;
  const auto after = earshot.run("digest --data " + data).last_word();
  EXPECT_NE(after, before);
  EXPECT_EQ(earshot.run("replay --check --data " + data).exit_code, 0);
  EXPECT_EQ(earshot.run("gap --connector shop --from yesterday --data " + data).exit_code, 2);
}

}  // namespace
}  // namespace earshot
