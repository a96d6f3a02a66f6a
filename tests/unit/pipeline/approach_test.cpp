#include "pipeline/approach.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "unit/pipeline/toy.h"

namespace earshot::test {
namespace {

constexpr TopicPartition kInput{index_of(Topic::feedback), 2};

// A task with its own store, and what it has come to.
struct Folder {
  Folder() { EXPECT_TRUE(task.load(store)); }
  std::vector<std::pair<std::string, std::optional<std::string>>> end() {
    std::vector<std::pair<std::string, std::optional<std::string>>> rows;
    for (const StateWrite& write : values.take_touched(1)) rows.emplace_back(write.key, write.value);
    for (const StateWrite& write : task.take_timer_writes(1)) rows.emplace_back(write.key, write.value);
    std::ranges::sort(rows);
    return rows;
  }
  MemoryStore store;
  ValueCache values{store, 1 << 20};
  Task task{std::make_unique<Toy>("toy", Topic::feedback, Topic::measures), kInput, values};
};

// Customers that come back, timers, ticks, and records that nobody can read.
std::vector<std::pair<std::string, std::string>> some_records(int count) {
  std::vector<std::pair<std::string, std::string>> records;  // key, bytes
  for (int i = 0; i < count; ++i) {
    Event event = said("e" + std::to_string(i), minute(i), i % 3 == 0 ? "wake 4" : "text");
    if (i % 7 == 6) event.body = ClockTicked{};
    records.emplace_back(i % 7 == 6 ? "" : "acme/" + std::to_string(i % 5),
                         i % 11 == 10 ? "not an event" : encode(event));
  }
  return records;
}

TEST(Approach, EndsWhereFoldingOneByOneEnds) {
  for (const int count : {0, 1, 5, 15, 16, 17, 100}) {
    SCOPED_TRACE(count);
    Folder one_by_one, behind;
    Approach approach(behind.task, behind.values);
    Offset offset = 0;
    for (auto& [key, bytes] : some_records(count)) {
      const Timestamp time = minute(static_cast<int>(offset));
      (void)one_by_one.task.fold({offset, time, key, bytes});
      approach.take({offset++, time, key, bytes});
      std::ranges::fill(bytes, '?');  // the reader's memory is used again
      std::ranges::fill(key, '?');
    }
    approach.finish();
    EXPECT_EQ(behind.end(), one_by_one.end());
    EXPECT_EQ(behind.task.now(), one_by_one.task.now());
    EXPECT_EQ(behind.task.counters().events_in, count);
    EXPECT_EQ(behind.task.counters().dead_letters, one_by_one.task.counters().dead_letters);
    EXPECT_EQ(behind.task.counters().timers_fired, one_by_one.task.counters().timers_fired);
  }
}

TEST(Approach, WhatAKeyWillBeAskedForIsWhatTheLastStepAskedFor) {
  Folder folder;
  std::vector<Fingerprint> names;
  folder.task.guess("acme/b", names);
  EXPECT_TRUE(names.empty());
  const std::string bytes = encode(said("a", minute(0)));
  (void)folder.task.fold({0, minute(0), "acme/a", bytes});
  folder.task.guess("acme/b", names);
  EXPECT_EQ(names, std::vector<Fingerprint>{fingerprint(value_key(kInput, "acme/b", "seen"))}) << "each name once";
}

}  // namespace
}  // namespace earshot::test
