// Who may use a data directory: one process at a time, of the same format, with the number of partitions it was made
// with.
#include <fstream>

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include "support/earshot_process.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

class Directory : public ::testing::Test {
 protected:
  void import_one() {
    const auto file = scratch_.path() / "one.ndjson";
    std::ofstream(file) << review_json({.id = "1", .key = "customer:1", .time = "2026-03-01T09:30:00Z"}) << "\n";
    const Outcome outcome = run_on(data(), {"import", file.string()});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  std::string file() const { return (scratch_.path() / "one.ndjson").string(); }
  std::filesystem::path data() const { return scratch_.path() / "data"; }

  static void expect_refused(const Outcome& outcome, const std::vector<std::string>& words) {
    EXPECT_EQ(outcome.exit_code, 1) << outcome.out << outcome.err;
    EXPECT_EQ(outcome.out, "");
    for (const std::string& word : words)
      EXPECT_NE(outcome.err.find(word), std::string::npos) << word << ": " << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  }

  Scratch scratch_;
};

TEST_F(Directory, BelongsToOneProcessAtATime) {
  import_one();
  RunningEarshot service({.data = data()});
  ASSERT_TRUE(service.runs());
  const std::vector<std::string> why{data().string(), "is another earshot running?"};
  expect_refused(run_on(data(), {"run", "--listen", "127.0.0.1:0"}), why);
  expect_refused(run_on(data(), {"import", file()}), why);
  expect_refused(run_on(data(), {"digest"}), why);
  expect_refused(run_on(data(), {"replay", "--check"}), why);
  expect_refused(run_on(data(), {"demo", "--for", "1", "--no-browser", "--port", "0"}), why);
  for (const char* question : {"cases", "signals", "alerts", "kpis"}) {
    expect_refused(run_on(data(), {question}), {"is another earshot running?", "--url http://"});
  }
  // Asked that way, it answers.
  const Outcome asked = run_earshot({"cases", "--url", service.url()});
  EXPECT_EQ(asked.exit_code, 0) << asked.err;
  // And the one that was there first has not noticed.
  EXPECT_EQ(service.post("/v1/events", review_json({.id = "2", .key = "customer:2"})).status, 200);
  EXPECT_EQ(service.end().exit_code, 0);
}

TEST_F(Directory, KeepsTheNumberOfPartitionsItWasMadeWith) {
  import_one();
  const std::string before = run_on(data(), {"digest"}).last_word();
  const std::string config = (scratch_.path() / "earshot.yaml").string();
  for (const char* partitions : {"3", "5"}) {
    SCOPED_TRACE(partitions);
    std::ofstream(config) << "partitions: " << partitions << "\n";
    const std::vector<std::string> why{"partitions are fixed when a log is created", "go back to what it has",
                                       "earshot.feedback 4"};
    expect_refused(run_on(data(), {"run", "--config", config, "--listen", "127.0.0.1:0"}), why);
    expect_refused(run_on(data(), {"import", "--config", config, file()}), why);
    expect_refused(run_on(data(), {"digest", "--config", config}), why);
  }
  EXPECT_EQ(run_on(data(), {"digest"}).last_word(), before) << "what is refused changes nothing";
}

TEST_F(Directory, OfANewerFormatIsLeftAlone) {
  import_one();
  {
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(rocksdb::Options(), (data() / "log").string(), &opened).ok());
    const std::unique_ptr<rocksdb::DB> log(opened);
    ASSERT_TRUE(log->Put(rocksdb::WriteOptions(), "fformat", "2").ok());
  }
  const std::vector<std::string> why{"has format 2", "reads format 1", "use the version that wrote it"};
  expect_refused(run_on(data(), {"run", "--listen", "127.0.0.1:0"}), why);
  expect_refused(run_on(data(), {"import", file()}), why);
  expect_refused(run_on(data(), {"digest"}), why);
  expect_refused(run_on(data(), {"cases"}), why);
}

}  // namespace
}  // namespace earshot::test
