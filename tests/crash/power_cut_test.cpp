// The power goes at any moment, the disk forgets what was not synced, and everything acknowledged is there again.
#include <atomic>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "crash/log_story.h"
#include "event_log/embedded.h"
#include "state_store/rocks.h"
#include "support/faulty_disk.h"
#include "support/random_test.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

// A machine with one such disk, and the story that runs on it.
class Machine {
 public:
  explicit Machine(std::uint64_t seed) : random_(seed) {
    // Small, so that files are flushed and compacted within a story.
    log_settings_.store.memtable_bytes = 1 << 16;
    log_settings_.store.env = disk_.env();
    state_settings_.memtable_bytes = 1 << 16;
    state_settings_.env = disk_.env();
    log_settings_.topics = story_topics();
    log_settings_.at = [this](CommitPoint point) {
      CommitHook hook;
      {
        const std::lock_guard lock(mutex_);
        hook = at_;
      }
      return !hook || hook(point);
    };
  }

  Result<void> start() {
    auto state = RocksStore::open(scratch_.path() / "state", state_settings_);
    if (!state) return std::move(state.error());
    state_ = std::move(*state);
    auto log = EmbeddedLog::open(scratch_.path() / "log", *state_, log_settings_);
    if (!log) return std::move(log.error());
    log_ = std::move(*log);
    story_ = std::make_unique<LogStory>(*log_, *state_, random_, [this](const Acknowledged& told) {
      const std::lock_guard lock(mutex_);
      acknowledged_ = told;
    });
    return story_->restore();
  }

  // The power goes before the given commit is written, or at one of its points.
  void run(int steps) {
    for (int i = 0; i < steps && story_->step(); ++i) continue;
  }

  void lose_power() {
    disk_.cut_power();
    stop();
    disk_.restore_power(random_);
  }
  void stop() {
    log_.reset();
    story_.reset();
    state_.reset();
  }

  std::vector<std::string> complaints() { return test::complaints(*log_, *state_, acknowledged()); }
  Acknowledged acknowledged() {
    const std::lock_guard lock(mutex_);
    return acknowledged_;
  }

  FaultyDisk& disk() { return disk_; }
  Random& random() { return random_; }
  LogStory& story() { return *story_; }
  StateStore& state() { return *state_; }
  const std::filesystem::path& directory() const { return scratch_.path(); }

  // `hook` is called on the committer's thread from now on.
  void at(CommitHook hook) {
    const std::lock_guard lock(mutex_);
    at_ = std::move(hook);
  }

 private:
  Scratch scratch_;
  FaultyDisk disk_;
  Random random_;
  RocksStore::Settings state_settings_;
  EmbeddedLog::Settings log_settings_;
  std::unique_ptr<RocksStore> state_;
  std::unique_ptr<LogStory> story_;
  std::unique_ptr<EmbeddedLog> log_;
  std::mutex mutex_;
  CommitHook at_;
  Acknowledged acknowledged_;
};

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

TEST(PowerCut, LosesNothingThatWasAcknowledged) {
  const std::uint64_t seed = seed_of_test(1);
  for (int story = 0; story < scaled(25); ++story) {
    SCOPED_TRACE("story " + std::to_string(story));
    Machine machine(seed + static_cast<std::uint64_t>(story));
    ASSERT_TRUE(machine.start());
    for (int cut = 0; cut < 4; ++cut) {
      SCOPED_TRACE("cut " + std::to_string(cut));
      const auto point = static_cast<CommitPoint>(machine.random().below(4));
      std::atomic<int> left{static_cast<int>(machine.random().below(120))};
      machine.at([&](CommitPoint here) {
        if (here == point && --left == 0) machine.disk().cut_power();
        return true;
      });
      machine.run(static_cast<int>(machine.random().below(120)));
      machine.lose_power();
      machine.at(nullptr);
      const auto started = machine.start();
      ASSERT_TRUE(started) << started.error().message;
      const auto wrong = machine.complaints();
      ASSERT_TRUE(wrong.empty()) << joined(wrong);
    }
  }
}

// ---- faults put in on purpose: the same checks must find them ----

TEST(PowerCut, IsNoticedWhenADiskLiesAboutItsSyncs) {
  int found = 0;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Machine machine(seed);
    ASSERT_TRUE(machine.start());
    machine.disk().lie_about_syncs(true);
    machine.run(60);
    machine.lose_power();
    const auto started = machine.start();
    found += !started || !machine.complaints().empty() ? 1 : 0;
  }
  EXPECT_GT(found, 3);
}

TEST(PowerCut, IsNoticedWhenStateIsWrittenBeforeTheLog) {
  int found = 0;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Machine machine(seed);
    ASSERT_TRUE(machine.start());
    machine.run(20);
    machine.at([&](CommitPoint here) {
      if (here != CommitPoint::before_log) return true;
      // As an engine in the wrong order would.
      EXPECT_TRUE(machine.state().write(machine.story().last_state()));
      EXPECT_TRUE(machine.state().flush());
      machine.disk().cut_power();
      return false;
    });
    machine.run(20);
    machine.lose_power();
    machine.at(nullptr);
    const auto started = machine.start();
    found += !started || !machine.complaints().empty() ? 1 : 0;
  }
  EXPECT_GT(found, 3);
}

}  // namespace
}  // namespace earshot::test
