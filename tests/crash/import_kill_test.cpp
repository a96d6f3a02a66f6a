// An import that is killed again and again and at last let through must end in the very state of one that was not.
#include <fstream>

#include <gtest/gtest.h>

#include "crash/death.h"
#include "support/random_test.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

using std::chrono::steady_clock;

constexpr int kBatches[] = {7, 40, 200, 1000};

class KilledImport : public ::testing::Test {
 protected:
  // A few weeks of a small company: reviews, messages, surveys, orders; some lines that are no events, some twice.
  void write_history(Random& random) {
    const Outcome simulated = run_earshot({"simulate", "--customers", "25", "--days", "50", "--start",
                                           "2025-01-01T00:00:00Z", "--seed", std::to_string(random.below(1'000'000))});
    ASSERT_EQ(simulated.exit_code, 0) << simulated.err;
    std::ofstream file(history());
    std::istringstream lines(simulated.out);
    for (std::string line; std::getline(lines, line);) {
      file << line << "\n";
      ++lines_;
      if (random.chance(0.02)) file << line << "\n";
      if (random.chance(0.02)) file << "no event, number " << lines_ << "\n";
    }
  }

  std::vector<std::string> import_into(const std::filesystem::path& data, int batch) const {
    return {"import", "--data", data.string(), "--batch", std::to_string(batch), history().string()};
  }

  std::string digest_of(const std::filesystem::path& data) const {
    const Outcome digest = run_on(data, {"digest"});
    EXPECT_EQ(digest.exit_code, 0) << digest.err;
    return digest.last_word();
  }

  std::filesystem::path history() const { return scratch_.path() / "history.ndjson"; }

  Scratch scratch_;
  std::uint64_t lines_ = 0;
};

TEST_F(KilledImport, EndsInTheStateOfOneThatWasNot) {
  Random random(seed_of_test(21));
  write_history(random);
  ASSERT_FALSE(HasFatalFailure());
  const auto whole = scratch_.path() / "whole";
  const auto begun = steady_clock::now();
  const Outcome undisturbed = run_earshot(import_into(whole, 200));
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begun);
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.err;
  const std::string digest = digest_of(whole);
  ASSERT_EQ(digest.size(), 64u);

  const int wanted = scaled(100);
  int killed = 0;
  for (int story = 0; killed < wanted; ++story) {
    SCOPED_TRACE("story " + std::to_string(story));
    const auto data = scratch_.path() / "data";
    std::string deaths;
    for (std::uint64_t left = 1 + random.below(8); left > 0 && killed < wanted; --left) {
      const int batch = kBatches[random.below(std::size(kBatches))];
      const Death death = draw_death(random, kCommitsOfAStart + lines_ / static_cast<std::uint64_t>(batch), took);
      const Outcome outcome = run_and_kill(import_into(data, batch), death);
      deaths += "\n  --batch " + std::to_string(batch) + " " + death.what + (outcome.was_killed ? "" : ": too late");
      ASSERT_TRUE(outcome.was_killed || outcome.exit_code == 0) << deaths << "\n" << outcome.err;
      killed += outcome.was_killed ? 1 : 0;
    }
    const Outcome through = run_earshot(import_into(data, kBatches[random.below(std::size(kBatches))]));
    ASSERT_EQ(through.exit_code, 0) << deaths << "\n" << through.err;
    ASSERT_EQ(digest_of(data), digest) << deaths;
    if (story % 8 == 0) {
      const Outcome replayed = run_on(data, {"replay", "--check"});
      ASSERT_EQ(replayed.exit_code, 0) << deaths << "\n" << replayed.err;
    }
    std::filesystem::remove_all(data);
  }
  std::printf("killed %d imports of %llu events\n", killed, static_cast<unsigned long long>(lines_));
}

}  // namespace
}  // namespace earshot::test
