// The proof that the log decides everything: whole lives of a small Earshot, each from a seed, with every fault that an
// engine in memory can have. What must hold is said in life.h and ledger.h.
//
// EARSHOT_SEED=… plays that one life alone, EARSHOT_SEEDS=100000 that many.
#include <chrono>
#include <cstdlib>

#include "property/simulation/life.h"
#include "support/random_test.h"

namespace earshot::test {
namespace {

constexpr std::uint64_t kFirstSeed = 1;

void play(std::uint64_t first, int lives) {
  Life::Counts sum;
  for (int i = 0; i < lives; ++i) {
    const std::uint64_t seed = first + static_cast<std::uint64_t>(i);
    Life life(seed, {});
    const std::string wrong = life.live();
    ASSERT_EQ(wrong, "") << "again: EARSHOT_SEED=" << seed
                         << " build/release/simulation_test --gtest_filter=Simulation.*";
    sum.deaths += life.counts().deaths;
    sum.offered += life.counts().offered;
    sum.acknowledged += life.counts().acknowledged;
    sum.repeats += life.counts().repeats;
    sum.cases += life.counts().cases;
    sum.records += life.counts().records;
  }
  std::printf("%d lives, %d deaths, %d offered live, %d acknowledged, %d repeats, %d cases, %zu records\n", lives,
              sum.deaths, sum.offered, sum.acknowledged, sum.repeats, sum.cases, sum.records);
}

void play_from(std::uint64_t first, int lives) {
  if (std::getenv("EARSHOT_SEED") != nullptr) return play(seed_of_test(first), 1);
  const char* given = std::getenv("EARSHOT_SEEDS");
  play(first, given != nullptr ? std::atoi(given) : scaled(lives));
}

// A deadline that a change moved into a minute that had fired already gave its breach the id of the warning of then.
TEST(Simulation, SeedThatMovedADeadlineIntoAMinuteThatHadFired) { play(1331, 1); }

TEST(Simulation, HoldsItsLaws) { play_from(kFirstSeed, 150); }
TEST(SimulationLong, HoldsItsLaws) { play_from(kFirstSeed, 2000); }

}  // namespace
}  // namespace earshot::test
