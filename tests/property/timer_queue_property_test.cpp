#include "pipeline/timer_queue.h"

#include <deque>
#include <set>

#include "pipeline/state_keys.h"
#include "state_store/memory.h"
#include "support/random_test.h"

namespace earshot {
namespace {

constexpr TopicPartition kInput{1, 2};

// Few different ones, so that the same is often asked for again.
Timer random_timer(Random& random) {
  return {from_millis(60'000 * random.between(0, 9)),
          "acme/" + std::string(static_cast<std::size_t>(random.below(3)), 'k'), random.chance(0.5) ? "silence" : "s"};
}

// A task beside its store: what a commit holds is in the store when the commit is written, some commits later.
class Committed {
 public:
  Committed(TimerQueue& queue, MemoryStore& store) : queue_(queue), store_(store) {}

  void commit() { under_way_.push_back(queue_.take_writes(++number_, written_)); }
  void write_all() {
    while (!under_way_.empty()) write_one();
  }
  void write_one() {
    if (under_way_.empty()) return;
    ASSERT_TRUE(store_.write(under_way_.front()));
    under_way_.pop_front();
    ++written_;
  }

 private:
  TimerQueue& queue_;
  MemoryStore& store_;
  std::deque<std::vector<StateWrite>> under_way_;
  std::uint64_t number_ = 0;
  std::uint64_t written_ = 0;
};

std::set<Timer> rows_of(const MemoryStore& store) {
  std::set<Timer> rows;
  EXPECT_TRUE(store.scan("", "", [&](std::string_view key, std::string_view) {
    rows.insert(parse_timer_key(key));
    return true;
  }));
  return rows;
}

TEST(TimerQueue, FiresWhatASetOfTimersWouldFire) {
  Random random(test::seed_of_test(1));
  for (int round = 0; round < test::scaled(3'000); ++round) {
    std::set<Timer> expected;
    for (std::uint64_t i = random.below(12); i > 0; --i) expected.insert(random_timer(random));
    MemoryStore store;
    for (const Timer& timer : expected) ASSERT_TRUE(store.write({{timer_key(kInput, timer), ""}}));
    TimerQueue queue(kInput, 1 + random.below(4));
    ASSERT_TRUE(queue.load(store));
    Committed committed(queue, store);
    for (int step = 0; step < 80; ++step) {
      ASSERT_EQ(queue.empty(), expected.empty());
      ASSERT_EQ(queue.next_due(), expected.empty() ? std::nullopt : std::optional(expected.begin()->due));
      if (random.chance(0.4)) {
        const Timer timer = random_timer(random);
        expected.insert(timer);
        queue.add(timer);
      } else if (random.chance(0.5)) {
        committed.commit();
      } else if (random.chance(0.6)) {
        committed.write_one();
      } else if (!expected.empty()) {
        ASSERT_EQ(queue.take_next(), *expected.begin());
        expected.erase(expected.begin());
      }
    }
    committed.commit();
    committed.write_all();
    ASSERT_EQ(rows_of(store), expected);
  }
}

TEST(TimerQueue, ATimerThatHasFiredCanBeSetAgain) {
  const Timer timer{from_millis(60'000), "acme/k", "silence"};
  MemoryStore store;
  ASSERT_TRUE(store.write({{timer_key(kInput, timer), ""}}));
  TimerQueue queue(kInput);
  ASSERT_TRUE(queue.load(store));
  EXPECT_EQ(queue.take_next(), timer);
  EXPECT_TRUE(queue.empty());
  queue.add(timer);
  EXPECT_EQ(queue.take_next(), timer);
}

// A million customers who wait need no more memory than a thousand.
TEST(TimerQueue, HoldsFewOfMany) {
  constexpr std::size_t kHeld = 100;
  constexpr int kTimers = 20'000;
  constexpr int kPerCommit = 50;
  const auto timer = [](int i) {
    return Timer{from_millis(60'000 * (i % 977)), "acme/" + std::to_string(i), "silence"};
  };
  MemoryStore store;
  TimerQueue queue(kInput, kHeld);
  ASSERT_TRUE(queue.load(store));
  Committed committed(queue, store);
  std::size_t most = 0;
  std::set<Timer> expected;
  for (int i = 0; i < kTimers; ++i) {
    queue.add(timer(i));
    expected.insert(timer(i));
    if (i % kPerCommit != 0) continue;
    committed.commit();
    committed.write_one();
    most = std::max(most, queue.held());
  }
  committed.commit();
  committed.write_one();
  for (const Timer& next : expected) {
    ASSERT_FALSE(queue.empty());
    ASSERT_EQ(queue.take_next(), next);
    most = std::max(most, queue.held());
  }
  EXPECT_TRUE(queue.empty());
  EXPECT_LT(most, 6 * kHeld);
}

}  // namespace
}  // namespace earshot
