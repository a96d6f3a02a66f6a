#include "pipeline/timer_queue.h"

#include <set>

#include "pipeline/state_keys.h"
#include "support/random_test.h"

namespace earshot {
namespace {

constexpr TopicPartition kInput{1, 2};

// Few different ones, so that the same is often asked for again.
Timer random_timer(Random& random) {
  return {from_millis(60'000 * random.between(0, 6)), "acme/" + std::string(static_cast<std::size_t>(random.below(3)), 'k'),
          random.chance(0.5) ? "silence" : "s"};
}

TEST(TimerQueue, FiresWhatASetOfTimersWouldFire) {
  Random random(test::seed_of_test(1));
  for (int round = 0; round < test::scaled(2'000); ++round) {
    std::set<Timer> expected;
    for (std::uint64_t i = random.below(12); i > 0; --i) expected.insert(random_timer(random));
    std::set<std::string> rows;  // as a store would give them
    for (const Timer& timer : expected) rows.insert(timer_key(kInput, timer));
    TimerQueue queue;
    for (const std::string& row : rows) queue.load(row);
    for (int step = 0; step < 40; ++step) {
      ASSERT_EQ(queue.empty(), expected.empty());
      ASSERT_EQ(queue.next_due(), expected.empty() ? std::nullopt : std::optional(expected.begin()->due));
      if (random.chance(0.4)) {
        const Timer timer = random_timer(random);
        expected.insert(timer);
        queue.add(timer);
      } else if (!expected.empty()) {
        ASSERT_EQ(queue.take_next(), *expected.begin());
        expected.erase(expected.begin());
      }
    }
  }
}

TEST(TimerQueue, ATimerThatHasFiredCanBeSetAgain) {
  const Timer timer{from_millis(60'000), "acme/k", "silence"};
  TimerQueue queue;
  queue.load(timer_key(kInput, timer));
  EXPECT_EQ(queue.take_next(), timer);
  EXPECT_TRUE(queue.empty());
  queue.add(timer);
  EXPECT_EQ(queue.take_next(), timer);
}

}  // namespace
}  // namespace earshot
