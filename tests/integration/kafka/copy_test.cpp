// An embedded trial becomes a cluster without losing history.
#include <atomic>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "support/earshot_process.h"
#include "support/in_kafka.h"
#include "support/program.h"

namespace earshot::test {
namespace {

class Copy : public ::testing::Test {
 protected:
  void SetUp() override {
    if (shared_broker() == nullptr) GTEST_SKIP() << "there is no Kafka here; scripts/kafka fetch gets it";
    std::ofstream(file()) << "engine:\n  kind: kafka\n  bootstrap: " << shared_broker()->address()
                          << "\n  prefix: " << prefix_ << "\n";
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
  std::string kafka_url() const { return "kafka://" + shared_broker()->address() + "/" + prefix_; }
  Outcome copy() const { return run_earshot({"copy", "--from", directory().string(), "--config", file()}); }

  Scratch scratch_;
  std::string prefix_ = fresh_name();
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

  // The way back, with what has come meanwhile: its transactions have left gaps between the offsets.
  const std::string in_cluster = in_kafka({"digest"}).last_word();
  EXPECT_NE(in_cluster, before.last_word());
  const std::filesystem::path back = scratch_.path() / "back";
  const Outcome copied_back = run_earshot({"copy", "--from", kafka_url(), "--to", back.string()});
  ASSERT_EQ(copied_back.exit_code, 0) << copied_back.err;
  EXPECT_EQ(run_on(back, {"digest"}).last_word(), in_cluster);
  EXPECT_EQ(run_on(back, {"replay", "--check"}).exit_code, 0);
  RunningEarshot at_home({back});
  ASSERT_TRUE(at_home.runs());
  const HttpAnswer known = at_home.post("/v1/events", review_json({.id = "new", .key = "customer:U-0001"}));
  EXPECT_NE(known.body.find("\"duplicate\":1"), std::string::npos) << known.body;
  EXPECT_EQ(at_home.post("/v1/events", review_json({.id = "newer", .key = "customer:U-0001"})).status, 200);
  EXPECT_EQ(at_home.end().exit_code, 0);
  EXPECT_EQ(run_on(back, {"replay", "--check"}).exit_code, 0);

  const Outcome again = run_earshot({"copy", "--from", kafka_url(), "--to", back.string()});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_NE(again.err.find("is not empty; name a new directory"), std::string::npos) << again.err;
}

TEST_F(Copy, WhatIfSaysTheSameOfBothAndRunsBesideAService) {
  ASSERT_EQ(copy().exit_code, 0);
  const std::string rules = "silence: {horizon_days: 30, watch_permille: 400, act_permille: 500}\n";
  const auto of_directory = scratch_.path() / "rules.yaml", of_cluster = scratch_.path() / "rules-in-kafka.yaml";
  std::ofstream(of_directory) << rules;
  std::ofstream(of_cluster) << read_whole(file()) << rules;
  const Outcome there = run_on(directory(), {"what-if", "--json", "--rules", of_directory.string()});
  ASSERT_EQ(there.exit_code, 0) << there.err;
  EXPECT_NE(there.out.find("\"more\":[{"), std::string::npos) << there.out;
  const Outcome here = run_earshot({"what-if", "--json", "--rules", of_cluster.string()});
  EXPECT_EQ(here.exit_code, 0) << here.err;
  EXPECT_EQ(here.out, there.out);
  RunningEarshot service({scratch_.path() / "elsewhere", {"--config", file()}});
  ASSERT_TRUE(service.runs());
  EXPECT_EQ(run_earshot({"what-if", "--rules", of_cluster.string()}).exit_code, 0);
  EXPECT_EQ(service.end().exit_code, 0);
}

TEST_F(Copy, IsRefusedWithTwoEndsOfOneKind) {
  for (const auto& words : {std::vector<std::string>{"copy", "--from", "a", "--to", "b"},
                            {"copy", "--config", file()},
                            {"copy", "--from", "a"}}) {
    const Outcome outcome = run_earshot(words);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
  }
}

// A log that is written to while it is copied would give a copy in which things are missing or happen twice.
TEST_F(Copy, BackIsRefusedWhileSomebodyWrites) {
  ASSERT_EQ(copy().exit_code, 0);
  RunningEarshot service({scratch_.path() / "elsewhere", {"--config", file()}});
  ASSERT_TRUE(service.runs());
  std::atomic<bool> enough{false};
  std::thread sender([&] {
    for (int i = 0; !enough; ++i)
      service.post("/v1/events", review_json({.id = "during-" + std::to_string(i), .key = "customer:U-0001"}));
  });
  const Outcome copied = run_earshot({"copy", "--from", kafka_url(), "--to", (scratch_.path() / "back").string()});
  enough = true;
  sender.join();
  EXPECT_EQ(copied.exit_code, 1);
  EXPECT_NE(copied.err.find("somebody has written to the log while it was copied"), std::string::npos) << copied.err;
  EXPECT_TRUE(std::filesystem::is_empty(scratch_.path() / "back")) << "half a log must not be taken for one";
}

TEST_F(Copy, IsRefusedWhereSomethingIs) {
  ASSERT_EQ(copy().exit_code, 0);
  const Outcome again = copy();
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_NE(again.err.find("is not empty; delete the topics of this engine.prefix, or choose another"),
            std::string::npos)
      << again.err;
}

}  // namespace
}  // namespace earshot::test
