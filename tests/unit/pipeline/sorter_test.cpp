#include "pipeline/sorter.h"

#include <unistd.h>

#include <gtest/gtest.h>

#include "support/random_test.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

std::size_t files_in(const std::filesystem::path& directory) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
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

TEST(TimeSorter, WritesRunsOnlyWhenItMustAndRemovesThem) {
  Scratch scratch;
  {
    TimeSorter sorter(scratch.path(), 1000);
    ASSERT_TRUE(sorter.add(from_millis(1), std::string(100, 'a')));
    EXPECT_EQ(files_in(scratch.path()), 0u);
    for (int i = 0; i < 30; ++i) ASSERT_TRUE(sorter.add(from_millis(i), std::string(100, 'b')));
    EXPECT_GE(files_in(scratch.path()), 3u);  // so that memory holds a thousand bytes at a time
    EXPECT_EQ(drained(sorter).size(), 31u);
  }
  EXPECT_EQ(files_in(scratch.path()), 0u);
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
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  Scratch scratch;
  std::filesystem::create_symlink("/dev/full", scratch.path() / ("import-" + std::to_string(::getpid()) + "-0.run"));
  TimeSorter sorter(scratch.path(), 1);
  EXPECT_FALSE(sorter.add(from_millis(0), "x"));
}

}  // namespace
}  // namespace earshot::test
