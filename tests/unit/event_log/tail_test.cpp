#include "event_log/tail.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

Record record(const std::string& key) { return {from_millis(1), key, "v"}; }

std::string keys(const Tail& tail, Offset from, std::size_t records_max = 100) {
  std::vector<StoredRecord> found;
  tail.collect(from, records_max, found);
  std::string keys;
  for (const StoredRecord& one : found) keys.append(one.key);
  return keys;
}

TEST(Tail, GivesOpenAndClosedBatchesInOrder) {
  Tail tail(5);
  EXPECT_EQ(tail.close(1), nullptr) << "an empty batch is none";
  tail.add(record("a"));
  tail.add(record("b"));
  const RecordBatch* closed = tail.close(1);
  ASSERT_NE(closed, nullptr);
  EXPECT_EQ(closed->base(), 5);
  EXPECT_EQ(closed->end(), 7);
  tail.add(record("c"));
  EXPECT_EQ(keys(tail, 5), "abc");
  EXPECT_EQ(keys(tail, 6), "bc");
  EXPECT_EQ(keys(tail, 7), "c");
  EXPECT_EQ(keys(tail, 8), "");
  EXPECT_EQ(keys(tail, 5, 2), "ab");
  EXPECT_EQ(tail.next(), 8);
}

TEST(Tail, KeepsNothingThatIsCommittedWhenNobodyPolls) {
  Tail tail(0);
  tail.add(record("a"));
  tail.close(1);
  tail.add(record("b"));
  tail.close(2);
  tail.trim(1);
  EXPECT_EQ(tail.first(), 1);
  EXPECT_EQ(keys(tail, 0), "b");
  tail.trim(2);
  EXPECT_EQ(tail.first(), 2);
  EXPECT_EQ(tail.bytes(), 0u);
}

TEST(Tail, KeepsWhatIsNotCommittedAndWhatWasNotPassed) {
  Tail tail(0);
  for (std::uint64_t commit = 1; commit <= 3; ++commit) {
    tail.add(record(std::to_string(commit)));
    tail.close(commit);
  }
  tail.add(record("open"));
  tail.passed(1);
  tail.trim(3);
  EXPECT_EQ(keys(tail, 0), "23open");
  tail.passed(4);
  tail.trim(2);
  EXPECT_EQ(keys(tail, 0), "3open") << "commit 3 is not written";
  tail.trim(3);
  EXPECT_EQ(keys(tail, 0), "open") << "an open batch stays";
}

TEST(Tail, ForgetsEverythingCommittedWhenMemoryIsShort) {
  Tail tail(0);
  tail.add(record("a"));
  tail.close(1);
  tail.add(record("b"));
  tail.close(2);
  tail.passed(0);
  tail.trim_all(1);
  EXPECT_EQ(tail.first(), 1);
  EXPECT_EQ(keys(tail, 0), "b");
}

}  // namespace
}  // namespace earshot
