// The disk fills up under the service and under an import: both stop with a message that says so, harm nothing, and go
// on when they are started again with room.
#include <fstream>

#include <gtest/gtest.h>

#include "crash/death.h"
#include "support/random_test.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

Process::Environment with_room_for(std::uint64_t bytes) {
  return {{"EARSHOT_TEST_DISK_BYTES", std::to_string(bytes)}, {"EARSHOT_TEST_MEMTABLE_BYTES", "65536"}};
}

TEST(FullDisk, StopsTheServiceWithAClearMessageAndLosesNothing) {
  Random random(seed_of_test(23));
  for (int story = 0; story < scaled(6); ++story) {
    Scratch scratch;
    const auto data = scratch.path() / "data";
    const std::uint64_t room = 150'000 + random.below(400'000);
    SCOPED_TRACE("room for " + std::to_string(room));
    int acknowledged = 0;
    {
      RunningEarshot service({.data = data, .environment = with_room_for(room), .program = kMortal});
      ASSERT_TRUE(service.runs()) << service.process().err();
      HttpClient client(service.port());
      HttpAnswer answer;
      for (answer.status = 200; answer.status == 200; ++acknowledged) {
        ReviewText review{.id = std::to_string(acknowledged), .key = "customer:F" + std::to_string(acknowledged % 7)};
        answer = client.post("/v1/events", review_json(review));
      }
      --acknowledged;
      EXPECT_EQ(answer.status, 503);
      EXPECT_EQ(answer.headers["retry-after"], "1");
      EXPECT_NE(answer.body.find("no space left"), std::string::npos) << answer.body;
      service.process().wait();  // by itself: whoever watches it learns that something must be done
      EXPECT_EQ(service.process().exit_code(), 1);
      EXPECT_NE(service.process().err().find("no space left"), std::string::npos) << service.process().err();
      EXPECT_NE(service.process().err().find("make room and start again"), std::string::npos)
          << service.process().err();
    }
    RunningEarshot again({.data = data});
    ASSERT_TRUE(again.runs()) << again.process().err();
    for (int i = 0; i < acknowledged; ++i) {
      ReviewText review{.id = std::to_string(i), .key = "customer:F" + std::to_string(i % 7)};
      const HttpAnswer answer = again.post("/v1/events", review_json(review));
      EXPECT_NE(answer.body.find(R"("duplicate":1)"), std::string::npos) << i << " of " << acknowledged << " is lost";
    }
    EXPECT_EQ(again.post("/v1/events", review_json({.id = "new", .key = "customer:F"})).status, 200);
    EXPECT_EQ(again.end().exit_code, 0);
    const Outcome replayed = run_on(data, {"replay", "--check"});
    EXPECT_EQ(replayed.exit_code, 0) << replayed.out << replayed.err;
  }
}

TEST(FullDisk, StopsAnImportThatGoesOnWhenItIsRunAgain) {
  Random random(seed_of_test(24));
  Scratch scratch;
  const std::string history = (scratch.path() / "history.ndjson").string();
  const Outcome simulated =
      run_earshot({"simulate", "--customers", "20", "--days", "40", "--start", "2025-01-01T00:00:00Z"});
  std::ofstream(history) << simulated.out;
  const auto whole = scratch.path() / "whole";
  ASSERT_EQ(run_on(whole, {"import", history}).exit_code, 0);
  const std::string digest = run_on(whole, {"digest"}).last_word();
  for (int story = 0; story < scaled(4); ++story) {
    const auto data = scratch.path() / ("data-" + std::to_string(story));
    const std::uint64_t room = 60'000 + random.below(300'000);
    SCOPED_TRACE("room for " + std::to_string(room));
    const Outcome stopped =
        run_earshot({"import", "--batch", "20", "--data", data.string(), history}, with_room_for(room), kMortal);
    EXPECT_EQ(stopped.exit_code, 1);
    EXPECT_NE(stopped.err.find("no space left"), std::string::npos) << stopped.err;
    const Outcome through = run_on(data, {"import", history});
    EXPECT_EQ(through.exit_code, 0) << through.err;
    EXPECT_EQ(run_on(data, {"digest"}).last_word(), digest);
  }
}

}  // namespace
}  // namespace earshot::test
