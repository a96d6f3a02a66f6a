// The process that kill_test kills: plays a LogStory on a directory and says on standard output what was acknowledged,
// a line for each commit. Ends itself with SIGKILL at the n-th passing of a named point, if one is given.
//
//     story_worker DIRECTORY SEED STEPS [POINT N]
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "crash/log_story.h"
#include "event_log/embedded.h"
#include "state_store/rocks.h"

namespace earshot::test {
namespace {

// One write, so that a line is there or not, also when the process dies.
void tell(const Acknowledged& told) {
  std::string line = std::to_string(told.numbers);
  for (const Offset folded : told.folded) line += " " + std::to_string(folded);
  line += "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(1);
}

int fail(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return 1;
}

int run(int count, char** words) {
  if (count < 4) return 2;
  const std::string directory = words[1];
  Random random(std::strtoull(words[2], nullptr, 10));
  const int steps = std::atoi(words[3]);
  const int point = count > 5 ? std::atoi(words[4]) : -1;
  std::atomic<int> left{count > 5 ? std::atoi(words[5]) : 0};

  RocksStore::Settings state_settings;
  state_settings.memtable_bytes = 1 << 16;  // small, so that files are flushed and compacted under the story
  // With a write-ahead log the state is as new as it can be when the process dies, without one it is far behind.
  state_settings.write_ahead_log = random.chance(0.5);
  auto state = RocksStore::open(directory + "/state", state_settings);
  if (!state) return fail(state.error());
  EmbeddedLog::Settings settings;
  settings.topics = story_topics();
  settings.store.memtable_bytes = 1 << 18;
  settings.at = [&](CommitPoint here) {
    if (static_cast<int>(here) == point && --left == 0) ::raise(SIGKILL);
    return true;
  };
  auto log = EmbeddedLog::open(directory + "/log", **state, settings);
  if (!log) return fail(log.error());
  LogStory story(**log, **state, random, tell);
  if (auto restored = story.restore(); !restored) return fail(restored.error());
  for (int i = 0; i < steps; ++i) {
    if (!story.step()) return 1;
  }
  log->reset();
  return 0;
}

}  // namespace
}  // namespace earshot::test

int main(int count, char** words) { return earshot::test::run(count, words); }
