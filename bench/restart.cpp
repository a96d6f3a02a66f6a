// How soon is a service with a million customers ready again, and what does it hold in memory?
//
//     restart_bench [customers] [directory]
//
// A first process hears one event of each customer, so that each has a profile, a timeline and an armed silence timer,
// and dies without closing anything, as after a kill: what its state had not yet written is folded again from the log.
// Then the real binary, from beside this one, is started twice: after that death, and after a clean stop. The time
// counts from the start of the process to its first answer that it is ready.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "cli/service.h"
#include "cli/station.h"
#include "load.h"
#include "support/http_client.h"

extern char** environ;

namespace earshot::bench {
namespace {

int fail(const std::string& what) {
  std::fprintf(stderr, "restart_bench: %s\n", what.c_str());
  return 1;
}

int build_state_and_die(const std::filesystem::path& directory, std::int64_t customers) {
  auto config = cli::load_config("");
  if (!config) return fail(config.error().message);
  config->data = directory / "data";
  const std::filesystem::path file = directory / "events.ndjson";
  const cli::SystemClock clock;
  write_load(file, {customers, customers, true}, clock.now());
  auto station = cli::Station::open(*config, {});
  if (!station) return fail(station.error().message);
  if (!(*station)->record_config() || !(*station)->begin_to_live()) return fail("the data directory takes nothing");
  Live::Hooks hooks;
  hooks.offered = [&](const Event& event) { (*station)->read_ahead(event); };
  Live live((*station)->pump(), (*station)->import_rules(), clock, {.tenant = "acme"}, std::move(hooks));
  const Stopwatch watch;
  auto accepted = feed(live, file);
  if (!accepted) return fail(accepted.error().message);
  std::printf("built           %10lld customers   %7.2f s   %7.2f CPU s\n", static_cast<long long>(*accepted),
              watch.seconds(), watch.cpu());
  std::fflush(stdout);
  std::_Exit(0);
}

// The binary, running, with its standard error in a pipe.
struct Running {
  pid_t process = 0;
  int lines = -1;
  std::uint16_t port = 0;
};

Result<Running> start(const std::string& binary, const std::string& data) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error{ErrorKind::Unavailable, "no pipe"};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  std::string words[] = {binary, "run", "--data", data, "--listen", "127.0.0.1:0"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  Running running{0, ends[0], 0};
  const int failed = ::posix_spawn(&running.process, binary.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (failed != 0) return Error{ErrorKind::Unavailable, "cannot start " + binary};
  std::string said;
  char piece[4096];
  constexpr std::string_view kUrl = "127.0.0.1:";
  while (true) {
    const ssize_t size = ::read(running.lines, piece, sizeof piece);
    if (size <= 0) return Error{ErrorKind::Unavailable, "the service ended: " + said};
    said.append(piece, static_cast<std::size_t>(size));
    const std::size_t at = said.find(kUrl, std::min(said.find("earshot is running"), said.size()));
    if (at == std::string::npos || said.find('\n', at) == std::string::npos) continue;
    running.port = static_cast<std::uint16_t>(std::atoi(said.c_str() + at + kUrl.size()));
    return running;
  }
}

void stop(const Running& running) {
  ::kill(running.process, SIGTERM);
  int status = 0;
  ::waitpid(running.process, &status, 0);
  ::close(running.lines);
}

Result<void> measure(const char* after, const std::string& binary, const std::string& data) {
  const Stopwatch watch;
  auto running = start(binary, data);
  if (!running) return std::move(running.error());
  const bool ready = test::HttpClient(running->port).get("/readyz").status == 200;
  const double seconds = watch.seconds();
  std::printf("%-16s%10.2f s to ready%s   %7.0f MB resident\n", after, seconds, ready ? "" : " (NOT READY)",
              resident_megabytes(running->process));
  stop(*running);
  return {};
}

int run(std::int64_t customers, const std::filesystem::path& directory, const std::string& binary) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  const pid_t builder = ::fork();
  if (builder == 0) std::_Exit(build_state_and_die(directory, customers));
  int status = 0;
  if (builder < 0 || ::waitpid(builder, &status, 0) != builder || status != 0)
    return fail("the state could not be built");
  for (const char* after : {"after a kill", "after a stop"}) {
    if (auto measured = measure(after, binary, (directory / "data").string()); !measured)
      return fail(measured.error().message);
  }
  return 0;
}

}  // namespace
}  // namespace earshot::bench

int main(int argc, char** argv) {
  const std::int64_t customers = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  const auto binary = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "earshot";
  return earshot::bench::run(customers, argc > 2 ? argv[2] : "bench-data", binary.string());
}
