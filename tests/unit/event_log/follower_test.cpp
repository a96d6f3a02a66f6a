#include "event_log/follower.h"

#include <gtest/gtest.h>

#include "event_log/memory.h"
#include "state_store/memory.h"

namespace earshot {
namespace {

const std::vector<TopicSpec> kTwoTopics = {{"one", 2}, {"two", 1}};

class FollowerTest : public ::testing::Test {
 protected:
  FollowerTest() : log_(std::move(*MemoryLog::open(disk_, state_, {.topics = kTwoTopics, .gaps = true}))) {}

  void append(TopicPartition partition, std::string value) {
    log_->emit(partition, {from_millis(1), "k", std::move(value)});
    log_->commit({});
  }
  std::string read(Follower& follower, std::size_t records_max = 100) {
    std::string text;
    const auto count =
        follower.read(records_max, [&](TopicPartition, const StoredRecord& record) { text += record.value; });
    EXPECT_TRUE(count);
    EXPECT_EQ(*count, text.size());
    return text;
  }

  MemoryDisk disk_;
  MemoryStore state_;
  std::unique_ptr<MemoryLog> log_;
};

TEST_F(FollowerTest, GivesEveryRecordOfItsTopicsOnce) {
  Follower follower(*log_, kTwoTopics, {0});
  append({0, 0}, "a");
  append({0, 1}, "b");
  append({1, 0}, "x");
  EXPECT_EQ(read(follower), "ab");
  append({0, 0}, "c");
  EXPECT_EQ(read(follower), "c");
  EXPECT_EQ(read(follower), "");
}

TEST_F(FollowerTest, GivesNoMoreThanWasAskedFor) {
  Follower follower(*log_, kTwoTopics, {0, 1});
  for (const char* value : {"a", "b", "c"}) append({0, 0}, value);
  append({1, 0}, "x");
  EXPECT_EQ(read(follower, 2), "ab");
  EXPECT_EQ(read(follower, 2), "cx");
}

TEST_F(FollowerTest, GoesOnFromAPlaceThatWasWrittenDownAtAnyRecord) {
  Follower first(*log_, kTwoTopics, {0, 1});
  for (const char* value : {"a", "b"}) append({0, 0}, value);
  append({0, 1}, "c");
  append({1, 0}, "x");
  std::vector<std::string> places;
  (void)first.read(100, [&](TopicPartition, const StoredRecord&) { places.push_back(first.place()); });
  const std::vector<std::string> rests = {"bcx", "cx", "x", ""};
  for (std::size_t i = 0; i < places.size(); ++i) {
    Follower second(*log_, kTwoTopics, {0, 1});
    ASSERT_TRUE(second.go_to(places[i])) << places[i];
    EXPECT_EQ(read(second), rests.at(i)) << places[i];
    EXPECT_TRUE(second == first);
  }
}

TEST_F(FollowerTest, BeginsAtTheEndWhenAsked) {
  append({0, 0}, "a");
  Follower follower(*log_, kTwoTopics, {0});
  ASSERT_TRUE(follower.skip_to_end());
  append({0, 0}, "b");
  EXPECT_EQ(read(follower), "b");
}

TEST_F(FollowerTest, APlaceBeyondTheEndIsTheEnd) {
  append({0, 0}, "a");
  Follower follower(*log_, kTwoTopics, {0});
  ASSERT_TRUE(follower.go_to("0-0-999"));
  append({0, 0}, "b");
  EXPECT_EQ(read(follower), "b");
}

TEST_F(FollowerTest, RefusesWhatIsNoPlaceAndStaysWhereItIs) {
  append({0, 0}, "a");
  Follower follower(*log_, kTwoTopics, {0});
  for (const char* wrong : {"x", "0", "0-0", "0-0-", "0-0-x", "0-0-1x", "0-2-0", "1-0-0", "0--1-0", "0-0--1", "256-0-0",
                            "0-0-1-1", "0-0-0_0-9-0"}) {
    const auto gone = follower.go_to(wrong);
    ASSERT_FALSE(gone) << wrong;
    EXPECT_EQ(gone.error().kind, ErrorKind::Invalid);
  }
  EXPECT_EQ(read(follower), "a");
}

}  // namespace
}  // namespace earshot
