#include "pipeline/digest.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "earshot/topics.h"
#include "pipeline/state_keys.h"
#include "state_store/memory.h"
#include "support/random_test.h"

namespace earshot::test {
namespace {

constexpr TopicPartition kInput{index_of(Topic::desk), 258};

TEST(StateKeys, BeginWithPartitionThenProcessorThenWhatItChose) {
  EXPECT_EQ(row_prefix(kInput, 'v'), std::string("\x01\x02\x03v", 4));
  EXPECT_EQ(value_key(kInput, "acme/k", "facet"), std::string("\x01\x02\x03vacme/k\0facet", 16));
  EXPECT_EQ(timer_key(kInput, {from_millis(0x0102), "k", "n"}),
            std::string("\x01\x02\x03w\0\0\0\0\0\0\x01\x02k\0n", 15));
}

TEST(StateKeys, TimersAreReadBackAndSortedByDueThenKey) {
  Random random(seed_of_test(5));
  std::vector<std::pair<std::string, Timer>> rows;
  for (int i = 0; i < 500; ++i) {
    const Timer timer{from_millis(random.between(0, 3) * 1'000'000'000'000), "acme/" + std::to_string(random.below(30)),
                      "name/" + std::to_string(random.below(4))};
    const std::string key = timer_key(kInput, timer);
    EXPECT_EQ(parse_timer_key(key), timer);
    rows.emplace_back(key, timer);
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  EXPECT_TRUE(
      std::is_sorted(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second < b.second; }));
}

TEST(StateKeys, SayWhoseTheyAreAndWhatTheKeysOfATaskBeginWith) {
  const Timer timer{from_millis(0x0102), "k", "n"};
  for (const std::string& key : {value_key(kInput, "acme/k", "facet"), timer_key(kInput, timer), now_key(kInput)}) {
    EXPECT_EQ(task_of_key(key), kInput);
    const auto prefixes = prefixes_of_task(kInput);
    EXPECT_EQ(std::count_if(prefixes.begin(), prefixes.end(),
                            [&](const std::string& prefix) { return key.starts_with(prefix); }),
              1);
  }
}

TEST(StateKeys, NowStandsBesideThePositions) { EXPECT_TRUE(now_key(kInput).starts_with(kPositionPrefix)); }

std::string digest_of(const std::vector<StateWrite>& rows, int partitions) {
  MemoryStore store;
  EXPECT_TRUE(store.write(rows));
  return *state_digest(store, partitions);
}

TopicPartition in(std::uint16_t partition, Topic topic = Topic::desk) { return {index_of(topic), partition}; }

TEST(StateDigest, LeavesOutPositionsNowAndPartitionNumbers) {
  const std::vector<StateWrite> rows{{value_key(in(0), "a", "x"), "1"},
                                     {value_key(in(1), "b", "x"), "2"},
                                     {timer_key(in(1), {from_millis(60'000), "b", "t"}), ""}};
  auto more = rows;
  more.push_back({std::string(kPositionPrefix) + "3/0", "17"});
  more.push_back({now_key(in(0)), "18"});
  EXPECT_EQ(digest_of(rows, 2), digest_of(more, 2));
  const std::vector<StateWrite> elsewhere{{value_key(in(4), "a", "x"), "1"},
                                          {value_key(in(0), "b", "x"), "2"},
                                          {timer_key(in(3), {from_millis(60'000), "b", "t"}), ""}};
  EXPECT_EQ(digest_of(rows, 2), digest_of(elsewhere, 5));
}

TEST(StateDigest, SeesEveryKeyValueTimerAndProcessor) {
  const Timer timer{from_millis(60'000), "b", "t"};
  const std::vector<std::vector<StateWrite>> stores{
      {},
      {{value_key(in(0), "a", "x"), "1"}},
      {{value_key(in(0), "a", "x"), "2"}},
      {{value_key(in(0), "a", "y"), "1"}},
      {{value_key(in(0), "b", "x"), "1"}},
      {{value_key(in(0), "a", "x"), ""}},
      {{value_key(in(0, Topic::feedback), "a", "x"), "1"}},
      {{timer_key(in(0), timer), ""}},
      {{timer_key(in(0), {from_millis(120'000), "b", "t"}), ""}},
      {{timer_key(in(0, Topic::activity), timer), ""}},
      {{value_key(in(0), "a", "x"), "1"}, {timer_key(in(0), timer), ""}},
      {{value_key(in(0), "a", "x"), "1"}, {value_key(in(1), "b", "x"), "1"}},
  };
  std::vector<std::string> digests;
  for (const auto& rows : stores) digests.push_back(digest_of(rows, 2));
  std::sort(digests.begin(), digests.end());
  EXPECT_EQ(std::unique(digests.begin(), digests.end()), digests.end());
}

TEST(StateDigest, ReadsAnyNumberOfRowsInKeyOrderAcrossPartitions) {
  std::vector<StateWrite> one, three;
  for (int i = 0; i < 2000; ++i) {
    one.push_back({value_key(in(0), "k" + std::to_string(i), "x"), std::to_string(i)});
    three.push_back(
        {value_key(in(static_cast<std::uint16_t>(i % 3)), "k" + std::to_string(i), "x"), std::to_string(i)});
  }
  EXPECT_EQ(digest_of(one, 1), digest_of(three, 3));
}

}  // namespace
}  // namespace earshot::test
