// What the program says to somebody who mistyped something: what was wrong, and what to do.
#include <fstream>

#include <gtest/gtest.h>

#include "support/program.h"

namespace earshot {
namespace {

using test::in_quotes;
using test::Program;

TEST(Usage, AMistakeIsNamedWithItsRemedy) {
  test::Scratch scratch;
  const std::string nowhere = in_quotes(scratch.path() / "nowhere");
  const std::string data = in_quotes(scratch.path() / "data");
  const std::string wrong = in_quotes(scratch.path() / "wrong.yaml");
  std::ofstream(scratch.path() / "wrong.yaml") << "tenant: acme\nlissten: 127.0.0.1:1\n";
  std::ofstream(scratch.path() / "model.bin") << "no model";
  struct Row {
    std::string words;
    int exit_code;
    std::vector<std::string> says;
  };
  for (const Row& row : std::vector<Row>{
           {"", 2, {"earshot --help says more"}},
           {"imprt x.csv", 2, {"earshot: there is no command imprt; did you mean import?", "earshot --help says more"}},
           {"config chekc x", 2, {"earshot config: there is no command chekc; did you mean check?"}},
           {"cases --onwer a",
            2,
            {"earshot cases: there is no option --onwer; did you mean --owner?", "earshot cases --help says more"}},
           {"cases --xyzzy", 2, {"there is no option --xyzzy\n"}},
           {"import", 2, {"earshot import: ", "FILE", "earshot import --help says more"}},
           {"import --batch many x", 2, {"earshot import: ", "--batch", "many"}},
           {"import --batch 0 x", 2, {"--batch"}},
           {"customer", 2, {"KEY is required"}},
           {"customers --limit few", 2, {"--limit"}},
           {"cases --data a --url http://127.0.0.1:1", 2, {"--url", "--data"}},
           {"replay --data " + nowhere, 2, {"--check is required"}},
           {"import --data " + data + " " + nowhere,
            1,
            {"earshot import: cannot read ", "nowhere: No such file or directory"}},
           {"import --config " + nowhere + " x",
            2,
            {"cannot read the configuration", "No such file or directory", "--config"}},
           {"import --config " + wrong + " x",
            2,
            {"wrong.yaml line 2: lissten is not a known key; did you mean listen?"}},
           {"import --connector cvs x", 2, {"no connector is called cvs; there are", "csv"}},
           {"run --config " + wrong, 2, {"line 2"}},
           {"run --listen 8080", 2, {"address:port"}},
           {"run --listen 0.0.0.0:0 --data " + data, 2, {"without API tokens"}},
           {"config check " + nowhere, 2, {"cannot read the configuration"}},
           {"config check " + wrong, 2, {"did you mean listen?"}},
           {"digest --data " + nowhere, 1, {"there is no data directory", "import something first"}},
           {"digest --config " + wrong, 2, {"line 2"}},
           {"replay --check --data " + nowhere, 1, {"there is no data directory"}},
           {"replay --check --config " + wrong, 2, {"line 2"}},
           {"topics --data " + nowhere, 1, {"import something first"}},
           {"topics --config " + wrong, 2, {"line 2"}},
           {"cases --config " + wrong, 2, {"line 2"}},
           {"cases --url 127.0.0.1:8080", 2, {"does not begin with http://"}},
           {"fit --url nowhere --data " + nowhere, 2, {"the address nowhere does not begin with http://"}},
           {"fit --url http://127.0.0.1:1 --data " + nowhere,
            1,
            {"cannot ask http://127.0.0.1:1", "is an earshot running there?"}},
           {"analyze --model " + nowhere, 1, {"nowhere", "No such file or directory"}},
           {"analyze --model " + in_quotes(scratch.path() / "model.bin"), 1, {"model.bin"}},
           {"analyze --format xml", 2, {"--format", "xml"}},
           {"eval " + nowhere, 1, {"nowhere"}},
           {"train --data " + nowhere + " --out x", 2, {"--data"}},
           {"simulate --customers 0", 2, {"--customers"}},
           {"simulate --start tomorrow", 2, {"--start tomorrow is not a time"}},
           {"demo --port 70000", 2, {"--port"}},
       }) {
    SCOPED_TRACE(row.words);
    const auto outcome = Program().run(row.words + " </dev/null");
    EXPECT_EQ(outcome.exit_code, row.exit_code) << outcome.err;
    for (const std::string& part : row.says)
      EXPECT_NE(outcome.err.find(part), std::string::npos) << part << " is not in: " << outcome.err;
    EXPECT_EQ(outcome.out, "") << "what went wrong stands on standard error";
  }
}

TEST(Usage, AFileThatIsNotThereLeavesNothingBehind) {
  const test::Scratch scratch;
  const auto data = scratch.path() / "data";
  EXPECT_EQ(
      Program().run("import --data " + in_quotes(data) + " " + in_quotes(scratch.path() / "orders.csv")).exit_code, 1);
  EXPECT_FALSE(std::filesystem::exists(data));
}

TEST(Usage, ACommandInAFileIsADeadLetterThatSaysWhatToDo) {
  const test::Scratch scratch;
  const std::string data = in_quotes(scratch.path() / "data");
  std::ofstream(scratch.path() / "history.ndjson")
      << R"({"specversion":"1.0","id":"c1","source":"/acme/desk","type":"earshot.command.take.v1","time":"2026-01-01T00:00:00Z",)"
      << R"("data":{"request":"r1","actor":"agent-1","case":"00000000000000000000000000000001"}})"
      << "\n";
  const auto imported = Program().run("import --data " + data + " " + in_quotes(scratch.path() / "history.ndjson"));
  EXPECT_EQ(imported.exit_code, 0) << imported.err;
  EXPECT_NE(imported.out.find("rejected 1"), std::string::npos) << imported.out;
  const auto letters = Program().run("dead-letters list --data " + data);
  EXPECT_NE(letters.out.find("a command acts on what is now"), std::string::npos) << letters.out << letters.err;
}

TEST(Usage, HelpIsForEverybody) {
  for (const char* words : {"--help", "import --help", "dead-letters --help", "customer --help"}) {
    const auto outcome = Program().run(words);
    EXPECT_EQ(outcome.exit_code, 0) << words;
    EXPECT_EQ(outcome.err, "") << words;
    EXPECT_NE(outcome.out, "") << words;
  }
}

}  // namespace
}  // namespace earshot
