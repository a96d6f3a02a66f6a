// What do silently waiting customers cost?
//
//     waiting_bench [most customers] [directory]
//
// For 10,000 customers, ten times as many, and so on: each is heard once, so that each has a profile, a timeline and an
// armed silence timer. Then, while all the others wait, 50,000 more events of customers drawn by chance from all, who
// are mostly in no cache, and as many of the same 10,000, who are. What an event costs: on the thread that folds, and
// in the process as a whole, where RocksDB still sorts what came before. Memory is what the kernel holds for a process
// of its own that did nothing else.
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "cli/service.h"
#include "cli/station.h"
#include "load.h"

namespace earshot::bench {
namespace {

constexpr std::int64_t kFewest = 10'000;
constexpr std::int64_t kMore = 50'000;
constexpr std::int64_t kEventsPerCommit = 8'192;

struct Cost {  // CPU of an event, in microseconds
  double folding = 0, whole = 0;
};

double thread_cpu_seconds() {
  ::timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

Result<Cost> hear(cli::Station& station, std::int64_t events, Timestamp& at,
                  const std::function<std::int64_t(std::int64_t)>& who) {
  Random random{1};
  static std::int64_t number = 0;
  const ImportRules rules = station.import_rules();
  const Stopwatch watch;
  const double before = thread_cpu_seconds();
  for (std::int64_t i = 0; i < events; ++i) {
    Event event = make_event(random, ++number, who(i), at);
    event.tenant = "acme";
    event.recorded = at;
    station.read_ahead(event);
    std::string key = rules.record_key(event);
    station.pump().append(Topic::feedback, std::move(key), std::move(event));
    at += Millis{10};
    if ((i + 1) % kEventsPerCommit != 0 && i + 1 != events) continue;
    if (auto ran = station.pump().run_before(at); !ran) return std::move(ran.error());
    if (auto committed = station.commit(); !committed) return std::move(committed.error());
  }
  const double micro = 1e6 / static_cast<double>(events);
  return Cost{(thread_cpu_seconds() - before) * micro, watch.cpu() * micro};
}

Result<void> measure(const std::filesystem::path& directory, std::int64_t customers) {
  auto config = cli::load_config("");
  if (!config) return std::move(config.error());
  config->data = directory / "data";
  auto station = cli::Station::open(*config, {});
  if (!station) return std::move(station.error());
  if (auto recorded = (*station)->record_config(); !recorded) return recorded;
  Timestamp at = Timestamp{std::chrono::days{20'000}};
  const double empty = resident_megabytes(::getpid());
  auto first = hear(**station, customers, at, [](std::int64_t i) { return i; });
  if (!first) return std::move(first.error());
  const double full = resident_megabytes(::getpid());
  Random random{2};
  auto any = hear(**station, kMore, at, [&](std::int64_t) { return random.between(0, customers - 1); });
  if (!any) return std::move(any.error());
  const auto known = [&](std::int64_t i) { return i % kFewest; };
  if (auto met = hear(**station, kFewest, at, known); !met) return std::move(met.error());
  auto same = hear(**station, kMore, at, known);
  if (!same) return std::move(same.error());
  std::printf(
      "%10lld customers   us an event on the folding thread (in all): %.0f (%.0f) while they come; while they wait "
      "%.0f "
      "(%.0f) of any, %.0f (%.0f) of the same few   %.0f MB resident, %.0f bytes a customer\n",
      static_cast<long long>(customers), first->folding, first->whole, any->folding, any->whole, same->folding,
      same->whole, full, (full - empty) * (1 << 20) / static_cast<double>(customers));
  return {};
}

int run(std::int64_t most, const std::filesystem::path& directory) {
  for (std::int64_t customers = kFewest; customers <= most; customers *= 10) {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    const ::pid_t child = ::fork();
    if (child == 0) {
      const auto measured = measure(directory, customers);
      if (!measured) std::fprintf(stderr, "waiting_bench: %s\n", measured.error().message.c_str());
      std::fflush(stdout);
      std::_Exit(measured ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (status != 0) return 1;
  }
  std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace earshot::bench

int main(int argc, char** argv) {
  return earshot::bench::run(argc > 1 ? std::atoll(argv[1]) : 1'000'000, argc > 2 ? argv[2] : "waiting-data");
}
