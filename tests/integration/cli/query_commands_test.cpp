// The commands that ask what we know, as somebody types them: the real program on a directory it has filled itself.
#include <chrono>
#include <fstream>
#include <map>
#include <optional>

#include <gtest/gtest.h>

#include "earshot/time.h"
#include "event_log/embedded.h"
#include "state_store/rocks.h"
#include "support/earshot_process.h"
#include "support/program.h"

namespace earshot {
namespace {

using Json = nlohmann::json;
using test::in_quotes;

class QueryCommands : public ::testing::Test {
 protected:
  using Outcome = test::Program::Outcome;

  Outcome run(const std::string& words) const { return program_.run(words); }
  // With the directory of this test.
  Outcome ask(const std::string& words) const { return run(words + " --data " + in_quotes(data())); }

  // Two angry reviews, a good one, and a line that is no event; the reviews a day apart, or a second apart from `first`
  // on.
  void import_some(std::optional<Timestamp> first = {}) {
    std::ofstream file(scratch_.path() / "events.ndjson");
    const auto review = [&](const std::string& id, const std::string& key, const std::string& text, int stars) {
      const std::string time =
          first ? format_rfc3339(*first + std::chrono::seconds(std::stoi(id))) : "2026-03-0" + id + "T09:30:00Z";
      file << R"({"specversion":"1.0","id":")" << id
           << R"(","source":"/acme/shop","type":"earshot.feedback.review.v1","time":")" << time
           << R"(","data":{"channel":"web","person":{"keys":[")" << key << R"("],"name":"user-)" << id
           << R"("},"content":{"text":")" << text << R"("},"rating":{"value":)" << stars << R"(,"min":1,"max":5}}})"
           << "\n";
    };
    review("1", "customer:R1", "The parcel never arrived and nobody answers. I want my money back!", 1);
    review("2", "customer:R2", "送餐太慢，客服态度很差，要求退款", 1);
    review("3", "customer:R3", "Great service, thank you", 5);
    file << "this is no event\n";
    file.close();
    const Outcome imported =
        run("import --data " + in_quotes(data()) + " " + in_quotes(scratch_.path() / "events.ndjson"));
    ASSERT_EQ(imported.exit_code, 0) << imported.err;
    ASSERT_EQ(imported.out, "accepted 3\nduplicate 0\nrejected 1\n");
  }

  std::filesystem::path data() const { return scratch_.path() / "data"; }
  test::Scratch scratch_;
  test::Program program_;
};

TEST_F(QueryCommands, ShowCustomersAsTheyStand) {
  import_some();
  const auto customers = ask("customers --json").lines();
  ASSERT_EQ(customers.size(), 3u);
  EXPECT_EQ(customers[0].at("key"), "customer:R3") << "the one that changed last comes first";
  EXPECT_EQ(customers[0].at("risk"), "ok");
  EXPECT_EQ(customers[2].at("risk"), "unhappy");
  EXPECT_EQ(customers[2].at("feedback_count"), 1);
  EXPECT_EQ(ask("customers --json --risk unhappy").lines().size(), 2u);
  EXPECT_EQ(ask("customers --json --limit 2").lines().size(), 2u);
  const Outcome table = ask("customers");
  EXPECT_EQ(table.exit_code, 0);
  EXPECT_NE(table.out.find("customer:R1  unhappy  2026-03-01 09:30"), std::string::npos) << table.out;
}

TEST_F(QueryCommands, ShowOneCustomerByKeyAndById) {
  import_some();
  const Outcome page = ask("customer customer:R2");
  EXPECT_EQ(page.exit_code, 0) << page.err;
  for (const char* part :
       {"keys         customer:R2\n", "name         user-2\n", "risk         unhappy\n",
        "last heard   2026-03-02 09:30\n", "feedback     1, unhappy 1\n", "\nsignals\n", "review with 1 of 5 on web",
        "\ncases\n", "\ntimeline\n", "送餐太慢，客服态度很差，要求退款", "case_opened"}) {
    EXPECT_NE(page.out.find(part), std::string::npos) << part << " is not in\n" << page.out;
  }
  const Json by_key = ask("customer --json customer:R2").lines().at(0);
  EXPECT_EQ(by_key.at("cases").size(), 1u);
  EXPECT_EQ(ask("customer --json " + by_key.at("customer").get<std::string>()).lines().at(0), by_key);
}

TEST_F(QueryCommands, FilterByCustomerTakesAKeyToo) {
  import_some();
  EXPECT_EQ(ask("signals --json --customer customer:R1").lines().size(), 1u);
  EXPECT_EQ(ask("cases --json --customer customer:R3").lines().size(), 0u);
  const Json one = ask("cases --json --customer customer:R1").lines().at(0);
  EXPECT_EQ(one.at("key"), "customer:R1");
  EXPECT_EQ(ask("cases --json --customer " + one.at("customer").get<std::string>()).lines().at(0), one);
}

TEST_F(QueryCommands, ARunningEarshotAnswersTheSame) {
  // Of this minute, so that no deadline passes while it runs.
  import_some(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - std::chrono::seconds(30));
  const std::vector<std::string> questions{"customers", "customer customer:R1", "cases", "signals", "kpis",
                                           "alerts",    "dead-letters list"};
  std::map<std::string, Outcome> of_directory;
  for (const std::string& words : questions) of_directory[words] = ask(words + " --json");
  test::RunningEarshot service({data()});
  ASSERT_TRUE(service.runs()) << service.process().err();
  const std::string url = "http://127.0.0.1:" + std::to_string(service.port());
  for (const std::string& words : questions) {
    SCOPED_TRACE(words);
    const Outcome outcome = run(words + " --json --url " + url);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    // A minute that ends meanwhile may report more windows, and changes nothing else.
    if (words != "kpis") {
      EXPECT_EQ(outcome.out, of_directory[words].out);
    }
  }
  const Outcome in_use = ask("cases");
  EXPECT_EQ(in_use.exit_code, 1);
  EXPECT_NE(in_use.err.find("--url"), std::string::npos) << in_use.err;
  EXPECT_EQ(service.end().exit_code, 0);
}

TEST_F(QueryCommands, ShowCasesAndEachOfThem) {
  import_some();
  const auto cases = ask("cases --json").lines();
  ASSERT_EQ(cases.size(), 2u);
  const std::string id = cases[0].at("case");
  const Outcome table = ask("cases");
  EXPECT_EQ(table.exit_code, 0);
  EXPECT_EQ(table.err, "") << "the state is not behind after an import";
  EXPECT_NE(table.out.find(id), std::string::npos);
  EXPECT_NE(table.out.find("2026-03-02 09:30"), std::string::npos) << table.out;
  EXPECT_EQ(ask("cases --json --limit 1").lines().size(), 1u);
  EXPECT_EQ(ask("cases --json --state resolved").lines().size(), 0u);

  const Outcome one = ask("case " + id);
  EXPECT_EQ(one.exit_code, 0);
  EXPECT_NE(one.out.find("opened"), std::string::npos) << one.out;
  EXPECT_EQ(ask("case --json " + id).lines().at(0).at("now").at("case"), id);
}

TEST_F(QueryCommands, ShowSignalsWithReasons) {
  import_some();
  const auto signals = ask("signals --json").lines();
  ASSERT_EQ(signals.size(), 2u);
  for (const Json& signal : signals) {
    EXPECT_EQ(signal.at("kind"), "negative");
    EXPECT_FALSE(signal.at("reasons").empty());
  }
  EXPECT_EQ(ask("signals --json --kind silent").lines().size(), 0u);
  const Outcome table = ask("signals");
  EXPECT_EQ(table.out.substr(0, 8), "customer") << table.out;
}

TEST_F(QueryCommands, ShowDeadLettersAndTheirBytes) {
  import_some();
  const auto letters = ask("dead-letters list --json").lines();
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].at("reason"), "not_json");
  const Outcome one = ask("dead-letters show " + letters[0].at("id").get<std::string>());
  EXPECT_EQ(one.exit_code, 0);
  EXPECT_NE(one.out.find("this is no event"), std::string::npos) << one.out;
}

TEST_F(QueryCommands, ShowAlertsKpisAndTopics) {
  import_some();
  EXPECT_EQ(ask("alerts").exit_code, 0);
  const Outcome kpis = ask("kpis --json --kpi feedback");
  EXPECT_EQ(kpis.exit_code, 0) << kpis.err;
  const auto topics = ask("topics --json").lines();
  ASSERT_EQ(topics.size(), 12u);
  EXPECT_EQ(topics[0].at("topic"), "earshot.feedback");
  EXPECT_EQ(topics[0].at("partitions"), 4);
  EXPECT_GE(topics[0].at("records"), 4);
}

TEST_F(QueryCommands, SayWhatWasWrong) {
  import_some();
  struct Row {
    std::string words;
    int exit_code;
    std::string message;
  };
  for (const Row& row : std::vector<Row>{
           {"cases --state lost", 2, "parameter state"},
           {"cases --customer 12", 2, "parameter customer is neither a key such as customer:12 nor 32 hex digits"},
           {"customers --risk lost", 2, "parameter risk"},
           {"customer customer:R9", 1, "nothing was heard of this customer"},
           {"customer R1", 1, "a customer is named by a key such as customer:12"},
           {"cases --colour red", 2, "--colour"},
           {"case 00000000000000000000000000000001", 1, "there is no case"},
           {"case nobody", 1, "32 hex digits"},
           {"dead-letters show none", 1, "there is no dead letter none"},
           {"dead-letters", 2, ""}}) {
    SCOPED_TRACE(row.words);
    const Outcome outcome = row.words == "dead-letters" ? run(row.words) : ask(row.words);
    EXPECT_EQ(outcome.exit_code, row.exit_code) << outcome.err;
    EXPECT_NE(outcome.err.find(row.message), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.out, "");
  }
  const Outcome nowhere = run("cases --data " + in_quotes(scratch_.path() / "nowhere"));
  EXPECT_EQ(nowhere.exit_code, 1);
  EXPECT_NE(nowhere.err.find("import something first"), std::string::npos) << nowhere.err;
  EXPECT_FALSE(std::filesystem::exists(scratch_.path() / "nowhere")) << "looking creates nothing";
  const Outcome nobody = run("cases --url http://127.0.0.1:1");
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_NE(nobody.err.find("is an earshot running there?"), std::string::npos) << nobody.err;
}

TEST_F(QueryCommands, ADirectoryInUseSaysWhomToAsk) {
  import_some();
  const auto state = RocksStore::open(data() / "state", {});
  ASSERT_TRUE(state);
  const Outcome outcome = ask("signals");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.err.find("--url http://127.0.0.1:8080"), std::string::npos) << outcome.err;
}

TEST_F(QueryCommands, AStateThatIsGoneIsSaidInOneLine) {
  import_some();
  std::filesystem::remove_all(data() / "state");
  const Outcome outcome = ask("cases --json");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.lines().size(), 2u) << "the log has them";
  EXPECT_NE(outcome.err.find("no state"), std::string::npos) << outcome.err;
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1);
}

TEST_F(QueryCommands, EachExplainsItselfWithAnExample) {
  for (const char* words :
       {"customers", "customer", "cases", "case", "alerts", "signals", "kpis", "dead-letters", "dead-letters list",
        "dead-letters show", "topics", "config", "config check", "config show"}) {
    SCOPED_TRACE(words);
    const Outcome outcome = run(std::string(words) + " --help");
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_NE(outcome.out.find("Example: earshot " + std::string(words)), std::string::npos) << outcome.out;
  }
}

TEST_F(QueryCommands, AConfigurationIsCheckedAndShown) {
  const auto file = scratch_.path() / "earshot.yaml";
  std::ofstream(file) << "tenant: acme\npartitons: 3\n";
  const Outcome bad = run("config check " + in_quotes(file));
  EXPECT_EQ(bad.exit_code, 2);
  EXPECT_NE(bad.err.find("line 2"), std::string::npos) << bad.err;
  EXPECT_NE(bad.err.find("partitions"), std::string::npos) << bad.err;
  std::ofstream(file) << "connectors:\n  - name: shop\n    connector: csv\n    map: {id: \"{n}\"}\n";
  const Outcome of_a_connector = run("config check " + in_quotes(file));
  EXPECT_EQ(of_a_connector.exit_code, 2) << "what run would refuse is refused here";
  EXPECT_NE(of_a_connector.err.find("connector shop: connector csv: "), std::string::npos) << of_a_connector.err;
  std::ofstream(file) << "tenant: acme\npartitions: 3\n";
  EXPECT_EQ(run("config check " + in_quotes(file)).out, file.string() + " is good\n");
  const Outcome shown = run("config show --config " + in_quotes(file));
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_NE(shown.out.find("partitions: 3  # " + file.string()), std::string::npos) << shown.out;
}

}  // namespace
}  // namespace earshot
