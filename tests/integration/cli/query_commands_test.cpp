// The commands that ask what we know, as somebody types them: the real program on a directory it has filled itself.
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "event_log/embedded.h"
#include "state_store/rocks.h"
#include "support/scratch.h"

namespace earshot {
namespace {

using Json = nlohmann::json;

const std::string kProgram = std::string(EARSHOT_BINARY_DIR) + "/earshot";

std::string read_whole(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string in_quotes(const std::filesystem::path& path) {
  return "'" + path.string() + "'";
}

class QueryCommands : public ::testing::Test {
 protected:
  struct Outcome {
    int exit_code = 0;
    std::string out;
    std::string err;
    std::vector<Json> lines() const {
      std::vector<Json> all;
      std::istringstream text(out);
      for (std::string line; std::getline(text, line);) all.push_back(Json::parse(line));
      return all;
    }
  };

  Outcome run(const std::string& words) const {
    const auto out = scratch_.path() / "out";
    const auto err = scratch_.path() / "err";
    const std::string command = "EARSHOT_MODEL=" + in_quotes(std::string(EARSHOT_SOURCE_DIR) + "/models/text-1.bin") +
                                " " + in_quotes(kProgram) + " " + words + " >" + in_quotes(out) + " 2>" +
                                in_quotes(err);
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_whole(out), read_whole(err)};
  }
  // With the directory of this test.
  Outcome ask(const std::string& words) const { return run(words + " --data " + in_quotes(data())); }

  // Two angry reviews, a good one, and a line that is no event.
  void import_some() {
    std::ofstream file(scratch_.path() / "events.ndjson");
    const auto review = [&](const std::string& id, const std::string& key, const std::string& text, int stars) {
      file << R"({"specversion":"1.0","id":")" << id
           << R"(","source":"/acme/shop","type":"earshot.feedback.review.v1","time":"2026-03-0)" << id
           << R"(T09:30:00Z","data":{"channel":"web","person":{"keys":[")" << key << R"("],"name":"user-)" << id
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
};

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
  for (const Row& row : std::vector<Row>{{"cases --state lost", 2, "parameter state"},
                                         {"cases --customer 12", 2, "32 hex digits"},
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
  for (const char* words : {"cases", "case", "alerts", "signals", "kpis", "dead-letters", "dead-letters list",
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
  std::ofstream(file) << "tenant: acme\npartitions: 3\n";
  EXPECT_EQ(run("config check " + in_quotes(file)).out, file.string() + " is good\n");
  const Outcome shown = run("config show --config " + in_quotes(file));
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_NE(shown.out.find("partitions: 3  # " + file.string()), std::string::npos) << shown.out;
}

}  // namespace
}  // namespace earshot
