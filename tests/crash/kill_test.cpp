// A real process is killed at named points of its commits and at any moment, again and again on the same directory;
// after each death the whole past is checked.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "crash/log_story.h"
#include "event_log/embedded.h"
#include "state_store/rocks.h"
#include "support/random_test.h"
#include "support/scratch.h"

namespace earshot::test {
namespace {

constexpr int kSteps = 300;

// The worker as a child. Reads what it says; kills it after `lines` of that, if it still lives.
class Worker {
 public:
  Worker(const std::filesystem::path& directory, std::uint64_t seed, int point, int passing) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      const std::string program = std::string(EARSHOT_BINARY_DIR) + "/story_worker";
      const std::string words[] = {std::to_string(seed), std::to_string(kSteps), std::to_string(point),
                                   std::to_string(passing)};
      ::execl(program.c_str(), program.c_str(), directory.c_str(), words[0].c_str(), words[1].c_str(), words[2].c_str(),
              words[3].c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    said_ = ::fdopen(ends[0], "r");
  }

  // The wait status of its end.
  int wait(long lines_until_killed, Acknowledged& acknowledged) {
    char* line = nullptr;
    std::size_t room = 0;
    for (long lines = 1; ::getline(&line, &room, said_) > 0; ++lines) {
      std::istringstream words(line);
      words >> acknowledged.numbers;
      for (Offset& folded : acknowledged.folded) words >> folded;
      if (lines == lines_until_killed) ::kill(child_, SIGKILL);
    }
    std::free(line);
    std::fclose(said_);
    int status = 0;
    ::waitpid(child_, &status, 0);
    return status;
  }

 private:
  pid_t child_ = -1;
  std::FILE* said_ = nullptr;
};

std::vector<std::string> look(const std::filesystem::path& directory, const Acknowledged& acknowledged) {
  auto state = RocksStore::open(directory / "state", {});
  if (!state) return {state.error().message};
  EmbeddedLog::Settings settings;
  settings.topics = story_topics();
  auto log = EmbeddedLog::open(directory / "log", **state, settings);
  if (!log) return {log.error().message};
  return complaints(**log, **state, acknowledged);
}

bool was_killed(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }

TEST(Kill, LosesNothingAtNamedPointsAndAtAnyMoment) {
  Random random(seed_of_test(3));
  Scratch scratch;
  Acknowledged acknowledged;
  int killed = 0;
  const int rounds = scaled(40);
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const bool at_a_point = random.chance(0.6);
    const int point = at_a_point ? static_cast<int>(random.below(4)) : -1;
    Worker worker(scratch.path(), random.next(), point, static_cast<int>(1 + random.below(60)));
    const int status = worker.wait(at_a_point ? -1 : static_cast<long>(random.below(200)), acknowledged);
    ASSERT_TRUE(was_killed(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) << status;
    killed += was_killed(status) ? 1 : 0;
    const auto wrong = look(scratch.path(), acknowledged);
    ASSERT_TRUE(wrong.empty()) << wrong.front();
  }
  EXPECT_GT(killed, rounds / 2);
  std::printf("killed %d of %d, %ld numbers acknowledged\n", killed, rounds, acknowledged.numbers);
}

TEST(Kill, RefusesASecondProcessOnTheSameDirectory) {
  Scratch scratch;
  auto state = RocksStore::open(scratch.path() / "state", {});
  ASSERT_TRUE(state);
  EmbeddedLog::Settings settings;
  settings.topics = story_topics();
  auto log = EmbeddedLog::open(scratch.path() / "log", **state, settings);
  ASSERT_TRUE(log);
  Acknowledged nothing;
  Worker worker(scratch.path(), 1, -1, 0);
  const int status = worker.wait(-1, nothing);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 1);
  // Nor may one that only looks.
  EXPECT_EQ(EmbeddedReader::open(scratch.path() / "log").error().kind, ErrorKind::Unavailable);
  const auto reading = RocksStore::open_read_only(scratch.path() / "state", {});
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().kind, ErrorKind::Unavailable);
  EXPECT_NE(reading.error().message.find("is another earshot running? use --url to ask it"), std::string::npos);
}

}  // namespace
}  // namespace earshot::test
