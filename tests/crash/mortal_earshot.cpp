// The program `earshot` itself, same main and same commands, on an engine that a test can harm from outside: the linker
// (--wrap, see CMakeLists.txt) leads the calls that open the stores through this file, so that the product needs no
// switch for it. What to do comes from the environment:
//
//     EARSHOT_TEST_DIE_AT=after_log:17     SIGKILL at the 17th passing of a commit point, of either engine
//     EARSHOT_TEST_STOP_AT=flushed:17      SIGSTOP there
//     EARSHOT_TEST_CLOCK=FILE              time goes as it does, so many milliseconds ahead as the file holds
//                                          (support/test_clock.h)
//     EARSHOT_TEST_MEMTABLE_BYTES=65536    of both stores: small ones are flushed and compacted often
//     EARSHOT_TEST_DISK_BYTES=200000       so many bytes can be written after the start, then the disk is full
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "event_log/embedded.h"
#include "event_log/kafka.h"
#include "pipeline/clock_watch.h"
#include "state_store/rocks.h"
#include "support/faulty_disk.h"
#include "support/test_clock.h"

namespace earshot::test {
namespace {

constexpr std::array<std::string_view, kCommitPoints.size()> kPointNames{"before_log", "after_log", "before_state",
                                                                         "after_state"};
constexpr std::array kKafkaPoints{KafkaPoint::produced, KafkaPoint::flushed, KafkaPoint::offsets_sent,
                                  KafkaPoint::committed, KafkaPoint::stated};
constexpr std::array<std::string_view, kKafkaPoints.size()> kKafkaPointNames{"produced", "flushed", "offsets_sent",
                                                                             "committed", "stated"};

const char* setting(const char* name) { return std::getenv(name); }

// The hook of an engine whose commit points have these names.
template <class Point, std::size_t count>
std::function<bool(Point)> death(const std::array<Point, count>& points,
                                 const std::array<std::string_view, count>& names) {
  const char* given = setting("EARSHOT_TEST_DIE_AT");
  const int signal = given == nullptr ? SIGSTOP : SIGKILL;
  if (given == nullptr) given = setting("EARSHOT_TEST_STOP_AT");
  if (given == nullptr) return {};
  const std::string_view text = given;
  const std::size_t colon = text.find(':');
  for (std::size_t i = 0; i < count; ++i) {
    if (text.substr(0, colon) != names[i]) continue;
    auto left = std::make_shared<std::atomic<int>>(std::atoi(given + colon + 1));  // shared by the copies of the hook
    return [point = points[i], left, signal](Point here) {
      if (here == point && --*left == 0) ::kill(::getpid(), signal);
      return true;
    };
  }
  std::abort();  // a test that misspells a point would prove nothing
}

// Lives as long as the process: the stores are closed late.
rocksdb::Env* disk() {
  const char* room = setting("EARSHOT_TEST_DISK_BYTES");
  if (room == nullptr) return nullptr;
  static FaultyDisk the_disk;
  static const bool is_set = (the_disk.leave_room_for(std::strtoull(room, nullptr, 10)), true);
  (void)is_set;
  return the_disk.env();
}

template <class Settings>
void harm(Settings& settings) {
  settings.env = disk();
  if (const char* bytes = setting("EARSHOT_TEST_MEMTABLE_BYTES"))
    settings.memtable_bytes = std::strtoull(bytes, nullptr, 10);
}

using OpenedLog = Result<std::unique_ptr<EmbeddedLog>>;
using OpenedKafka = Result<std::unique_ptr<KafkaLog>>;
using OpenedState = Result<std::unique_ptr<RocksStore>>;
using Path = std::filesystem::path;

#define EARSHOT_LOG_OPEN "_ZN7earshot11EmbeddedLog4openERKNSt10filesystem7__cxx114pathERNS_10StateStoreENS0_8SettingsE"
#define EARSHOT_KAFKA_OPEN "_ZN7earshot8KafkaLog4openERNS_10StateStoreENS0_8SettingsE"
#define EARSHOT_STATE_OPEN "_ZN7earshot10RocksStore4openERKNSt10filesystem7__cxx114pathENS0_8SettingsE"

std::chrono::milliseconds ahead() {
  static const TestClock* const clock =
      setting("EARSHOT_TEST_CLOCK") == nullptr ? nullptr : new TestClock(setting("EARSHOT_TEST_CLOCK"));
  return clock == nullptr ? std::chrono::milliseconds{0} : clock->ahead();
}

#define EARSHOT_WALL_CLOCK "_ZNSt6chrono3_V212system_clock3nowEv"
#define EARSHOT_SINCE_BOOT "_ZN7earshot15time_since_bootEv"

}  // namespace

std::chrono::system_clock::time_point real_wall_clock() asm("__real_" EARSHOT_WALL_CLOCK);
std::chrono::system_clock::time_point wall_clock() asm("__wrap_" EARSHOT_WALL_CLOCK);
Millis real_since_boot() asm("__real_" EARSHOT_SINCE_BOOT);
Millis since_boot() asm("__wrap_" EARSHOT_SINCE_BOOT);

std::chrono::system_clock::time_point wall_clock() { return real_wall_clock() + ahead(); }
Millis since_boot() { return real_since_boot() + ahead(); }

OpenedLog open_real_log(const Path& directory, StateStore& state,
                        EmbeddedLog::Settings settings) asm("__real_" EARSHOT_LOG_OPEN);
OpenedKafka open_real_kafka(StateStore& state, KafkaLog::Settings settings) asm("__real_" EARSHOT_KAFKA_OPEN);
OpenedKafka open_kafka(StateStore& state, KafkaLog::Settings settings) asm("__wrap_" EARSHOT_KAFKA_OPEN);
OpenedState open_real_state(const Path& directory, RocksStore::Settings settings) asm("__real_" EARSHOT_STATE_OPEN);
OpenedLog open_log(const Path& directory, StateStore& state,
                   EmbeddedLog::Settings settings) asm("__wrap_" EARSHOT_LOG_OPEN);
OpenedState open_state(const Path& directory, RocksStore::Settings settings) asm("__wrap_" EARSHOT_STATE_OPEN);

OpenedLog open_log(const Path& directory, StateStore& state, EmbeddedLog::Settings settings) {
  settings.at = death(kCommitPoints, kPointNames);
  harm(settings.store);
  return open_real_log(directory, state, std::move(settings));
}

OpenedKafka open_kafka(StateStore& state, KafkaLog::Settings settings) {
  settings.at = death(kKafkaPoints, kKafkaPointNames);
  return open_real_kafka(state, std::move(settings));
}

OpenedState open_state(const Path& directory, RocksStore::Settings settings) {
  harm(settings);
  return open_real_state(directory, std::move(settings));
}

}  // namespace earshot::test
