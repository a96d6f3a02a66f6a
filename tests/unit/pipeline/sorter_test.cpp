#include "pipeline/sorter.h"

#include <sys/resource.h>

#include <csignal>

#include <gtest/gtest.h>

#include "support/random_test.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

std::size_t files_in(const std::filesystem::path& directory) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}

// Files of this process in `directory` that have no name any more.
std::size_t nameless_files_of(const std::filesystem::path& directory) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the iterator's own
    const std::string target = std::filesystem::read_symlink(entry.path(), gone).string();
    if (target.starts_with(directory.string()) && target.ends_with(" (deleted)")) ++count;
  }
  return count;
}

std::vector<std::string> drained(TimeSorter& sorter) {
  std::vector<std::string> all;
  auto result = sorter.drain([&](Timestamp, const std::string& bytes) -> Result<void> {
    all.push_back(bytes);
    return {};
  });
  EXPECT_TRUE(result);
  return all;
}

TEST(TimeSorter, SortsByTimeAndKeepsTheOrderOfEqualTimesAcrossRuns) {
  Random random(seed_of_test(11));
  for (const std::size_t bytes_max : {std::size_t{1}, std::size_t{500}, std::size_t{5000}, std::size_t{1} << 20}) {
    SCOPED_TRACE("bytes_max " + std::to_string(bytes_max));
    Scratch scratch;
    TimeSorter sorter(scratch.path(), bytes_max);
    std::vector<std::pair<Timestamp, std::string>> given;
    for (int i = 0; i < 300; ++i) {
      given.emplace_back(from_millis(random.between(0, 20)), std::to_string(i) + std::string(random.below(40), '\0'));
      ASSERT_TRUE(sorter.add(given.back().first, given.back().second));
    }
    EXPECT_EQ(sorter.count(), given.size());
    std::stable_sort(given.begin(), given.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> expected;
    for (auto& [_, bytes] : given) expected.push_back(bytes);
    EXPECT_EQ(drained(sorter), expected);
  }
}

TEST(TimeSorter, WritesRunsOnlyWhenItMustAndGivesThemNoName) {
  Scratch scratch;
  {
    TimeSorter sorter(scratch.path(), 1000);
    ASSERT_TRUE(sorter.add(from_millis(1), std::string(100, 'a')));
    EXPECT_EQ(nameless_files_of(scratch.path()), 0u);
    for (int i = 0; i < 30; ++i) ASSERT_TRUE(sorter.add(from_millis(i), std::string(100, 'b')));
    EXPECT_GE(nameless_files_of(scratch.path()), 3u);  // so that memory holds a thousand bytes at a time
    EXPECT_EQ(files_in(scratch.path()), 0u) << "a process that is killed here would leave them";
    EXPECT_EQ(drained(sorter).size(), 31u);
  }
  EXPECT_EQ(nameless_files_of(scratch.path()), 0u);
}

TEST(TimeSorter, NothingGivesNothing) {
  Scratch scratch;
  TimeSorter sorter(scratch.path(), 1000);
  EXPECT_TRUE(drained(sorter).empty());
}

TEST(TimeSorter, StopsAtTheFirstErrorOfTheVisitor) {
  Scratch scratch;
  TimeSorter sorter(scratch.path(), 1);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(sorter.add(from_millis(i), "x"));
  int visited = 0;
  auto result = sorter.drain([&](Timestamp, const std::string&) -> Result<void> {
    if (++visited == 2) return Error{ErrorKind::Unavailable, "enough"};
    return {};
  });
  EXPECT_EQ(result.error().message, "enough");
  EXPECT_EQ(visited, 2);
}

TEST(TimeSorter, SaysWhenItsDirectoryIsNotThere) {
  TimeSorter sorter("/nowhere/at/all", 1);
  const auto added = sorter.add(from_millis(0), "x");
  ASSERT_FALSE(added);
  EXPECT_NE(added.error().message.find("/nowhere/at/all"), std::string::npos);
}

// A run that does not fit on the disk must be an error when it is written: read back, it would only look shorter.
TEST(TimeSorter, SaysWhenTheDiskIsFull) {
  Scratch scratch;
  const auto before_signal = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit full = before;
  full.rlim_cur = 16;  // bytes a file may have
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
  TimeSorter sorter(scratch.path(), 1);
  const auto added = sorter.add(from_millis(0), "x");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, before_signal);
  EXPECT_FALSE(added);
}

}  // namespace
}  // namespace earshot::test
