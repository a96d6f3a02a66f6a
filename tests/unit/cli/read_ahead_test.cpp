#include "cli/read_ahead.h"

#include <gtest/gtest.h>

#include "cli/default_model.h"
#include "cli/station.h"
#include "event_log/memory.h"
#include "pipeline/digest.h"
#include "pipeline/replay.h"
#include "state_store/memory.h"

namespace earshot::cli {
namespace {

Event review(const std::string& id, const std::string& text) {
  Input input;
  input.channel = "web_shop";
  input.person.keys = {"customer:C1"};
  input.content = {"", text, "en"};
  Event event;
  event.id = id;
  event.source = "/acme/reviews";
  event.tenant = "acme";
  event.time = event.recorded = from_millis(1'700'000'000'000);
  event.body = std::move(input);
  return event;
}

class ReadAheadTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto loaded = load_analyzer(std::string(EARSHOT_SOURCE_DIR) + "/models/text-2.bin");
    ASSERT_TRUE(loaded) << loaded.error().message;
    analyzer_ = std::make_unique<Analyzer>(std::move(*loaded));
  }
  Analysis plain(const std::string& text, std::string_view language = "en") const {
    return analyzer_->analyze(text, language, {.evidence = false});
  }

  std::unique_ptr<Analyzer> analyzer_;
};

TEST_F(ReadAheadTest, GivesWhatTheAnalyzerSaysReadyOrNot) {
  ReadAhead ahead(*analyzer_);
  const std::string angry = "the parcel never came and nobody answers";
  const std::string glad = "works well, thank you";
  ahead.read(review("1", angry));
  EXPECT_EQ(ahead.take(angry, "en"), plain(angry));
  EXPECT_EQ(ahead.take(angry, "en"), plain(angry));  // was given away
  EXPECT_EQ(ahead.take(glad, "en"), plain(glad));    // was never read
  EXPECT_EQ(ahead.take(angry, "zh"), plain(angry, "zh"));
}

TEST_F(ReadAheadTest, WhatNobodyTakesDoesNotChangeWhatIsTakenLater) {
  ReadAhead ahead(*analyzer_);
  ahead.read(review("1", "the very first one"));
  for (int i = 0; i < 40'000; ++i) ahead.read(review("x", "n" + std::to_string(i)));
  EXPECT_EQ(ahead.take("the very first one", "en"), plain("the very first one"));
  EXPECT_EQ(ahead.take("n39999", "en"), plain("n39999"));
}

// One processing of one event over the memory engine, live; then again from the log.
class PumpTest : public ReadAheadTest {
 protected:
  static constexpr int kPartitions = 2;

  void SetUp() override {
    ReadAheadTest::SetUp();
    std::vector<TopicSpec> topics;
    for (const TopicName& topic : kTopics) topics.push_back({std::string(topic.name), kPartitions});
    auto log = MemoryLog::open(disk_, state_, {.topics = std::move(topics)});
    ASSERT_TRUE(log) << log.error().message;
    log_ = std::move(*log);
    auto pump = Pump::start(*log_, state_, make_processors(config_, *analyzer_), {.partitions = kPartitions});
    ASSERT_TRUE(pump) << pump.error().message;
    pump_ = std::move(*pump);
  }

  std::int64_t records(Topic topic) const {
    std::int64_t count = 0;
    for (std::uint16_t partition = 0; partition < kPartitions; ++partition)
      count += *log_->end({index_of(topic), partition});
    return count;
  }

  void take(Event event) {
    const Timestamp soon = event.recorded + std::chrono::hours{1};
    pump_->append(Topic::feedback, "acme/k", std::move(event));
    ASSERT_TRUE(pump_->run_before(soon));
    pump_->commit({});
  }

  Config config_;
  MemoryDisk disk_;
  MemoryStore state_;
  std::unique_ptr<MemoryLog> log_;
  std::unique_ptr<Pump> pump_;
};

// The event is at hand when its record is folded, but a replay has only the record.
TEST_F(PumpTest, WhatCannotBeReadBackIsADeadLetterAtOnce) {
  take(review("1", "torn \xff\xfe text"));
  EXPECT_EQ(records(Topic::dead_letters), 1);
  EXPECT_EQ(records(Topic::activity), 0);
}

TEST_F(PumpTest, AReplayThatReadsNoTextEndsInTheSameState) {
  take(review("1", "the charger caught fire and burned my hand"));
  take(review("2", "很好，谢谢"));
  take(review("3", "torn \xff text"));
  EXPECT_GT(records(Topic::cases), 0);
  MemoryStore scratch;
  auto replayed =
      replay(*log_, pump_->positions(), scratch, make_replay_processors(config_), {.partitions = kPartitions});
  ASSERT_TRUE(replayed) << replayed.error().message;
  EXPECT_EQ(replayed->digest, *state_digest(state_, kPartitions));
}

}  // namespace
}  // namespace earshot::cli
