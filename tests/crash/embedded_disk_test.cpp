// Full disks, failing disks and damaged files under the embedded log.
#include <algorithm>
#include <fstream>
#include <future>
#include <memory>

#include <gtest/gtest.h>

#include "crash/log_story.h"
#include "event_log/embedded.h"
#include "state_store/rocks.h"
#include "support/faulty_disk.h"
#include "support/random_test.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

namespace fs = std::filesystem;

struct Stores {
  std::unique_ptr<RocksStore> state;
  std::unique_ptr<EmbeddedLog> log;

  Result<void> open(const fs::path& directory, rocksdb::Env* env = nullptr, std::size_t memtable_bytes = 1 << 16) {
    RocksStore::Settings state_settings;
    state_settings.memtable_bytes = memtable_bytes;
    state_settings.env = env;
    auto opened_state = RocksStore::open(directory / "state", state_settings);
    if (!opened_state) return std::move(opened_state.error());
    state = std::move(*opened_state);
    EmbeddedLog::Settings settings;
    settings.topics = story_topics();
    settings.store.memtable_bytes = memtable_bytes;
    settings.store.env = env;
    auto opened_log = EmbeddedLog::open(directory / "log", *state, settings);
    if (!opened_log) return std::move(opened_log.error());
    log = std::move(*opened_log);
    return {};
  }
  void close() {
    log.reset();
    state.reset();
  }
};

Result<void> commit(EventLog& log, const std::string& key) {
  std::promise<Result<void>> done;
  log.emit({0, 0}, {from_millis(1), key, std::string(1000, 'v')});
  log.commit({{}, {{key, "v"}}, [&](const Result<void>& result) { done.set_value(result); }});
  return done.get_future().get();
}

// ---- a disk that fills up or fails ----

TEST(FullDisk, StopsTheLogWithAClearMessageAndHarmsNothing) {
  const std::uint64_t seed = seed_of_test(11);
  for (int story = 0; story < scaled(20); ++story) {
    SCOPED_TRACE("story " + std::to_string(story));
    Random random(seed + static_cast<std::uint64_t>(story));
    Scratch scratch;
    FaultyDisk disk;
    Stores stores;
    ASSERT_TRUE(stores.open(scratch.path(), disk.env()));
    Acknowledged acknowledged;  // told on the committer's thread, read when it is gone
    auto run = std::make_unique<LogStory>(*stores.log, *stores.state, random,
                                          [&](const Acknowledged& told) { acknowledged = told; });
    ASSERT_TRUE(run->restore());
    disk.leave_room_for(random.below(400'000));
    for (int i = 0; i < 1000 && run->step(); ++i) continue;
    ASSERT_TRUE(run->error()) << "the disk never was full";
    EXPECT_EQ(run->error()->kind, ErrorKind::Unavailable);
    EXPECT_NE(run->error()->message.find("no space left"), std::string::npos) << run->error()->message;
    EXPECT_NE(run->error()->message.find("takes nothing more"), std::string::npos) << run->error()->message;
    const auto refused = commit(*stores.log, "late");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, run->error()->message);
    stores.log.reset();
    run.reset();
    stores.close();

    disk.make_room();
    const auto opened = stores.open(scratch.path(), disk.env());
    ASSERT_TRUE(opened) << opened.error().message;
    const auto wrong = complaints(*stores.log, *stores.state, acknowledged);
    ASSERT_TRUE(wrong.empty()) << wrong.front();
    ASSERT_TRUE(commit(*stores.log, "goes on"));
  }
}

TEST(FullDisk, IsToldWhenALogCannotBeOpenedOnIt) {
  Scratch scratch;
  FaultyDisk disk;
  disk.leave_room_for(10);
  const auto opened = EmbeddedStore::open(scratch.path() / "log", {.env = disk.env()}, EmbeddedStore::Mode::read_write);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::Unavailable);
  EXPECT_NE(opened.error().message.find("no space left"), std::string::npos) << opened.error().message;
}

TEST(FailingDisk, AcknowledgesNothingThatWasNotSynced) {
  Scratch scratch;
  FaultyDisk disk;
  Stores stores;
  ASSERT_TRUE(stores.open(scratch.path(), disk.env()));
  ASSERT_TRUE(commit(*stores.log, "a"));
  disk.fail_syncs(true);
  ASSERT_FALSE(commit(*stores.log, "b"));
  disk.fail_syncs(false);
  EXPECT_FALSE(commit(*stores.log, "c")) << "a disk that failed once is not trusted again";
  EXPECT_EQ(*stores.log->end({0, 0}), 1) << "readers are not shown what was not acknowledged";
  stores.close();
  ASSERT_TRUE(stores.open(scratch.path(), disk.env()));
  EXPECT_GE(*stores.log->end({0, 0}), 1);
  EXPECT_TRUE(commit(*stores.log, "d"));
}

// ---- damaged files ----

// A log of some commits, and what was acknowledged of them.
class Damage : public ::testing::Test {
 protected:
  // With `crash`, the directory is left as a killed process would, with much in the write-ahead log; else closed well.
  void write(std::uint64_t seed, bool crash) {
    Random random(seed);
    Stores stores;
    ASSERT_TRUE(stores.open(directory(), nullptr, crash ? std::size_t{1} << 20 : std::size_t{1} << 16));
    {
      LogStory story(*stores.log, *stores.state, random, [this](const Acknowledged& told) { acknowledged_ = told; });
      ASSERT_TRUE(story.restore());
      for (int i = 0; i < 60; ++i) ASSERT_TRUE(story.step());
      std::promise<void> done;
      stores.log->commit({{}, {}, [&](const Result<void>&) { done.set_value(); }});
      done.get_future().wait();
      if (crash) copy(directory(), crashed());
      stores.log.reset();
    }
    stores.close();
    if (!crash) copy(directory(), crashed());
  }

  fs::path directory() const { return scratch_.path() / "data"; }
  fs::path crashed() const { return scratch_.path() / "crashed"; }
  fs::path damaged() const { return scratch_.path() / "damaged"; }

  static std::set<std::string> names_in(const fs::path& directory) {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) names.insert(entry.path().string());
    return names;
  }

  // RocksDB tidies up behind us while a store is open. What a crash leaves is a copy during which no file came or went.
  static void copy(const fs::path& from, const fs::path& to) {
    std::set<std::string> before;
    std::error_code failed;
    do {
      before = names_in(from);
      fs::remove_all(to);
      fs::copy(from, to, fs::copy_options::recursive, failed);
    } while (failed == std::errc::no_such_file_or_directory || before != names_in(from));
    ASSERT_FALSE(failed) << failed.message();
  }

  std::vector<fs::path> log_files() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(crashed() / "log")) {
      const std::string name = entry.path().filename().string();
      const bool is_data = name.ends_with(".log") || name.ends_with(".sst") || name.ends_with(".blob") ||
                           name.starts_with("MANIFEST") || name == "CURRENT";
      if (is_data && entry.file_size() > 0) files.push_back(entry.path().filename());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  // What somebody who opens and reads everything gets: nothing wrong, Corrupt, or something worse.
  enum class Outcome { whole, corrupt, worse };
  Outcome open_damaged(std::string& what) {
    Stores stores;
    const auto opened = stores.open(damaged(), nullptr, std::size_t{1} << 20);
    if (!opened) {
      what = opened.error().message;
      return opened.error().kind == ErrorKind::Corrupt ? Outcome::corrupt : Outcome::worse;
    }
    for (std::uint8_t topic = 0; topic < 2; ++topic) {
      for (std::uint16_t number = 0; number < kStoryPartitions; ++number) {
        const auto read = stores.log->read({topic, number}, 0, 1'000'000, [](const StoredRecord&) { return true; });
        if (read) continue;
        what = read.error().message;
        return read.error().kind == ErrorKind::Corrupt ? Outcome::corrupt : Outcome::worse;
      }
    }
    const auto wrong = complaints(*stores.log, *stores.state, acknowledged_);
    if (wrong.empty()) return Outcome::whole;
    what = wrong.front();
    return Outcome::worse;
  }

  Scratch scratch_;
  Acknowledged acknowledged_;
};

TEST_F(Damage, OfAnyFileIsSaidOrHarmless) {
  Random random(seed_of_test(5));
  int corrupt = 0;
  int tried = 0;
  for (const bool crash : {true, false}) {
    fs::remove_all(directory());
    write(random.next(), crash);
    ASSERT_FALSE(HasFatalFailure());
    for (const fs::path& name : log_files()) {
      for (int i = 0; i < scaled(8); ++i) {
        copy(crashed(), damaged());
        const fs::path file = damaged() / "log" / name;
        const std::uint64_t size = fs::file_size(file);
        const std::uint64_t at = random.below(size);
        const bool cut = random.chance(0.4);
        SCOPED_TRACE(name.string() + (cut ? " cut at " : " flipped at ") + std::to_string(at) + " of " +
                     std::to_string(size));
        if (cut) {
          fs::resize_file(file, at);
        } else {
          std::fstream bytes(file, std::ios::binary | std::ios::in | std::ios::out);
          bytes.seekg(static_cast<std::streamoff>(at));
          const int old = bytes.get();
          bytes.seekp(static_cast<std::streamoff>(at));
          bytes.put(static_cast<char>(old ^ (1 << random.below(8))));
        }
        std::string what;
        const Outcome outcome = open_damaged(what);
        EXPECT_NE(outcome, Outcome::worse) << what;
        corrupt += outcome == Outcome::corrupt ? 1 : 0;
        ++tried;
      }
    }
  }
  std::printf("%d of %d damages were said, the others did no harm\n", corrupt, tried);
  EXPECT_GT(corrupt, tried / 3);
}

TEST_F(Damage, OfTheListOfFilesIsNotTakenForANewLog) {
  write(1, true);
  for (const char* name : {"CURRENT"}) {
    copy(crashed(), damaged());
    fs::remove(damaged() / "log" / name);
    std::string what;
    EXPECT_EQ(open_damaged(what), Outcome::corrupt) << name;
    EXPECT_TRUE(std::any_of(fs::directory_iterator(damaged() / "log"), fs::directory_iterator(), [](const auto& entry) {
      return entry.path().extension() == ".log";
    })) << "what is there must stay there";
  }
}

TEST_F(Damage, OfTheStateIsSaidSoThatItCanBeMovedAsideAndRebuilt) {
  write(2, false);
  copy(crashed(), damaged());
  for (const auto& entry : fs::directory_iterator(damaged() / "state")) {
    if (entry.path().extension() == ".sst") fs::resize_file(entry.path(), entry.file_size() / 2);
  }
  std::string what;
  EXPECT_EQ(open_damaged(what), Outcome::corrupt);
  EXPECT_NE(what.find("state"), std::string::npos) << what;
  // Moved aside: the log says how far its tasks are, the state that it has nothing, so everything is folded again.
  fs::rename(damaged() / "state", damaged() / "state.damaged");
  Stores stores;
  ASSERT_TRUE(stores.open(damaged()));
  EXPECT_EQ(stores.log->restore({0, 0})->state_next, 0);
  EXPECT_GT(stores.log->restore({0, 0})->log_next, 0);
}

}  // namespace
}  // namespace earshot::test
