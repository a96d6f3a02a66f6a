// State is a cache of the log: whatever is wrong with its files, the same state is there again, and what was found is
// named and kept aside.
#include <fstream>

#include <gtest/gtest.h>

#include "support/earshot_process.h"
#include "support/random_test.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

namespace fs = std::filesystem;

class DamagedState : public ::testing::Test {
 protected:
  void SetUp() override {
    const Outcome simulated =
        run_earshot({"simulate", "--customers", "20", "--days", "40", "--start", "2025-01-01T00:00:00Z"});
    ASSERT_EQ(simulated.exit_code, 0) << simulated.err;
    const auto history = scratch_.path() / "history.ndjson";
    std::ofstream(history) << simulated.out;
    const Outcome imported = run_on(whole(), {"import", history.string()});
    ASSERT_EQ(imported.exit_code, 0) << imported.err;
    digest_ = run_on(whole(), {"digest"}).last_word();
    ASSERT_EQ(digest_.size(), 64u);
    fs::copy(whole(), kept(), fs::copy_options::recursive);
  }

  fs::path whole() const { return scratch_.path() / "data"; }
  fs::path kept() const { return scratch_.path() / "kept"; }

  void put_back() const {
    fs::remove_all(whole());
    fs::copy(kept(), whole(), fs::copy_options::recursive);
  }

  std::vector<fs::path> state_files() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(kept() / "state")) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(".sst") || name.starts_with("MANIFEST") || name == "CURRENT")
        files.push_back(entry.path().filename());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  bool was_moved_aside() const { return fs::exists(whole() / "state.corrupt"); }

  // The first start after the damage may end with what it found; the second must be well.
  void expect_rebuilt() {
    Outcome outcome = run_on(whole(), {"digest"});
    if (outcome.exit_code != 0) {
      EXPECT_NE(outcome.err.find("start again"), std::string::npos) << outcome.err;
      outcome = run_on(whole(), {"digest"});
    }
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.last_word(), digest_);
    if (was_moved_aside()) {
      EXPECT_NE(outcome.err.find("the state cannot be used and is rebuilt from the event log"), std::string::npos)
          << outcome.err;
      EXPECT_NE(outcome.err.find("state.corrupt"), std::string::npos) << outcome.err;
    }
  }

  Scratch scratch_;
  std::string digest_;
};

TEST_F(DamagedState, OfAnotherFormatIsRebuilt) {
  for (const char* format : {"1\n", ""}) {
    SCOPED_TRACE(format);
    put_back();
    std::ofstream(whole() / "state" / "FORMAT") << format;
    const Outcome looked = run_on(whole(), {"cases"});
    EXPECT_EQ(looked.exit_code, 0);
    EXPECT_NE(looked.err.find("written by another version of earshot (format 1, this one has"), std::string::npos)
        << looked.err;
    expect_rebuilt();
    EXPECT_TRUE(was_moved_aside());
  }
}

TEST_F(DamagedState, IsRebuiltWhereverABitIsWrong) {
  Random random(seed_of_test(31));
  int moved = 0;
  int tried = 0;
  for (const fs::path& name : state_files()) {
    for (int i = 0; i < scaled(6); ++i) {
      put_back();
      const fs::path file = whole() / "state" / name;
      const std::uint64_t at = random.below(fs::file_size(file));
      const bool is_cut = random.chance(0.3);
      SCOPED_TRACE(name.string() + (is_cut ? " cut at " : " flipped at ") + std::to_string(at) + " of " +
                   std::to_string(fs::file_size(file)));
      if (is_cut) {
        fs::resize_file(file, at);
      } else {
        std::fstream bytes(file, std::ios::binary | std::ios::in | std::ios::out);
        bytes.seekg(static_cast<std::streamoff>(at));
        const int old = bytes.get();
        bytes.seekp(static_cast<std::streamoff>(at));
        bytes.put(static_cast<char>(old ^ (1 << random.below(8))));
      }
      expect_rebuilt();
      moved += was_moved_aside() ? 1 : 0;
      ++tried;
    }
  }
  std::printf("%d of %d damaged states were moved aside, the others did no harm\n", moved, tried);
  EXPECT_GT(moved, tried / 2);
}

TEST_F(DamagedState, IsRebuiltWhenFilesAreGone) {
  for (const fs::path& name : state_files()) {
    SCOPED_TRACE(name.string());
    put_back();
    fs::remove(whole() / "state" / name);
    expect_rebuilt();
  }
  put_back();
  fs::remove_all(whole() / "state");
  expect_rebuilt();
}

TEST_F(DamagedState, DoesNotKeepTheServiceFromRunning) {
  for (const fs::path& name : state_files()) {
    SCOPED_TRACE(name.string());
    put_back();
    fs::resize_file(whole() / "state" / name, fs::file_size(whole() / "state" / name) / 2);
    auto service = std::make_unique<RunningEarshot>(RunningEarshot::Settings{.data = whole()});
    if (!service->runs()) service = std::make_unique<RunningEarshot>(RunningEarshot::Settings{.data = whole()});
    ASSERT_TRUE(service->runs()) << service->process().err();
    EXPECT_EQ(service->post("/v1/events", review_json({.id = "1", .key = "customer:1"})).status, 200);
    EXPECT_EQ(service->end().exit_code, 0);
    EXPECT_EQ(run_on(whole(), {"replay", "--check"}).exit_code, 0);
  }
}

}  // namespace
}  // namespace earshot::test
