// An embedded trial becomes a cluster without losing history.
#include <fstream>

#include <gtest/gtest.h>

#include "support/earshot_process.h"
#include "support/in_kafka.h"

namespace earshot::test {
namespace {

class Copy : public ::testing::Test {
 protected:
  void SetUp() override {
    if (shared_broker() == nullptr) GTEST_SKIP() << "there is no Kafka here; scripts/kafka fetch gets it";
    std::ofstream(file()) << "engine:\n  kind: kafka\n  bootstrap: " << shared_broker()->address() << "\n  prefix: " << fresh_name() << "\n";
    const Outcome simulated = run_earshot({"simulate", "--customers", "40", "--days", "60", "--seed", "5"});
    ASSERT_EQ(simulated.exit_code, 0) << simulated.err;
    std::ofstream(scratch_.path() / "history.jsonl") << simulated.out;
    const Outcome imported = run_on(directory(), {"import", (scratch_.path() / "history.jsonl").string()});
    ASSERT_EQ(imported.exit_code, 0) << imported.err;
  }
  std::string file() const { return (scratch_.path() / "earshot.yaml").string(); }
  std::filesystem::path directory() const { return scratch_.path() / "directory"; }
  Outcome in_kafka(std::vector<std::string> words) const {
    words.insert(words.end(), {"--config", file(), "--data", (scratch_.path() / "elsewhere").string()});
    return run_earshot(std::move(words));
  }
  Outcome copy() const { return run_earshot({"copy", "--from", directory().string(), "--config", file()}); }

  Scratch scratch_;
};

TEST_F(Copy, KeepsEveryRecordAndTheDigestOfTheState) {
  const Outcome before = run_on(directory(), {"digest"});
  ASSERT_EQ(before.exit_code, 0) << before.err;
  const Outcome copied = copy();
  ASSERT_EQ(copied.exit_code, 0) << copied.err;
  EXPECT_EQ(in_kafka({"digest"}).last_word(), before.last_word());
  const Outcome replayed = in_kafka({"replay", "--check"});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.out << replayed.err;

  // And it lives on there.
  RunningEarshot service({scratch_.path() / "elsewhere", {"--config", file()}});
  ASSERT_TRUE(service.runs());
  const HttpAnswer answer = service.post("/v1/events", review_json({.id = "new", .key = "customer:U-0001"}));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(service.end().exit_code, 0);
}

TEST_F(Copy, IsRefusedWhereSomethingIs) {
  ASSERT_EQ(copy().exit_code, 0);
  const Outcome again = copy();
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_NE(again.err.find("is not empty; delete the topics of this engine.prefix, or choose another"), std::string::npos) << again.err;
}

}  // namespace
}  // namespace earshot::test
