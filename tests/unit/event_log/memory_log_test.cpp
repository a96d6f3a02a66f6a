// What the memory engine promises beyond the contract.
#include "event_log/memory.h"

#include <gtest/gtest.h>

#include "state_store/memory.h"

namespace earshot {
namespace {

constexpr TopicPartition kInput{0, 0};

struct Engine {
  explicit Engine(MemoryLog::Settings settings = {}) {
    settings.topics = {{"input", 1}};
    auto opened = MemoryLog::open(disk, state, std::move(settings));
    EXPECT_TRUE(opened);
    log = std::move(*opened);
  }
  void append(const std::string& key) {
    log->emit(kInput, {from_millis(1), key, ""});
    log->commit({{}, {{"newest", key}}, [this](const Result<void>&) { ++done; }});
  }
  std::string keys() const {
    std::string keys;
    EXPECT_TRUE(log->read(kInput, 0, 100, [&](const StoredRecord& record) {
      keys.append(record.key);
      return true;
    }));
    return keys;
  }

  MemoryDisk disk;
  MemoryStore state{{.can_lose = true}};
  std::unique_ptr<MemoryLog> log;
  int done = 0;
};

TEST(MemoryLog, WritesACommitLaterWhenItMayWait) {
  Engine engine({.commits_waiting_max = 2});
  engine.append("a");
  engine.append("b");
  EXPECT_FALSE(engine.log->idle());
  EXPECT_EQ(engine.done, 0);
  EXPECT_EQ(engine.keys(), "");
  EXPECT_TRUE(engine.log->write_one());
  EXPECT_EQ(engine.keys(), "a");
  engine.append("c");
  engine.append("d");  // the third that would wait: the oldest is written first
  EXPECT_EQ(engine.done, 2);
  EXPECT_EQ(engine.keys(), "ab");
  while (engine.log->write_one()) continue;
  EXPECT_EQ(engine.keys(), "abcd");
  EXPECT_TRUE(engine.log->idle());
}

TEST(MemoryLog, LeavesGapsThatReadersAndPollsPass) {
  Engine engine({.gaps = true});
  engine.append("a");
  engine.append("b");
  EXPECT_EQ(*engine.log->end(kInput), 4);
  const auto polled = engine.log->poll(kInput, 1, 10);
  ASSERT_TRUE(polled);
  ASSERT_EQ(polled->size(), 1u);
  EXPECT_EQ(polled->front().offset, 2);
}

TEST(MemoryLog, ForgetsRecordsBelowAnOffset) {
  Engine engine;
  for (const char* key : {"a", "b", "c"}) engine.append(key);
  ASSERT_TRUE(engine.log->drop_before(kInput, 2));
  EXPECT_EQ(*engine.log->begin(kInput), 2);
  EXPECT_EQ(engine.keys(), "c");
  ASSERT_TRUE(engine.log->drop_before(kInput, 99));
  EXPECT_EQ(*engine.log->begin(kInput), 3);
  engine.append("d");
  EXPECT_EQ(engine.keys(), "d");
}

TEST(MemoryStore, GoesBackToItsLastFlush) {
  Engine engine;
  engine.append("a");
  ASSERT_TRUE(engine.state.flush());
  engine.append("b");
  engine.append("c");
  EXPECT_EQ(engine.state.unflushed_batches(), 2u);
  engine.state.lose_after(1);
  EXPECT_EQ(*engine.state.get("newest"), "b");
  engine.state.lose_unflushed();
  EXPECT_EQ(*engine.state.get("newest"), "a");
}

}  // namespace
}  // namespace earshot
