// The whole way, source event to case and KPI, on the embedded engine with everything on: decoding, text model, dedupe,
// state, timers, synced commits.
//
//     pipeline_bench [events] [customers] [directory]
//
// Prints events/s into durable state, CPU, memory, bytes on disk and written, the time of a restart and the rate of a
// replay, with its verdict. Input is generated from a seed and lies in a file beforehand. Not a test: nothing here
// passes or fails.
#include <cstdio>
#include <cstdlib>

#include "cli/service.h"
#include "cli/station.h"
#include "load.h"
#include "pipeline/digest.h"
#include "pipeline/replay.h"

namespace earshot::bench {
namespace {

int fail(const Error& error) {
  std::fprintf(stderr, "pipeline_bench: %s\n", error.message.c_str());
  return 1;
}

// Feeds the load into a new directory; gives how long it took.
Result<double> run_live(const cli::Config& config, const std::filesystem::path& file, double bytes, const Load& load) {
  auto station = cli::Station::open(config, {});
  if (!station) return std::move(station.error());
  if (auto recorded = (*station)->record_config(); !recorded) return std::move(recorded.error());
  if (auto begun = (*station)->begin_to_live(); !begun) return std::move(begun.error());
  const cli::SystemClock clock;
  Live::Hooks hooks;
  hooks.offered = [&](const Event& event) { (*station)->read_ahead(event); };
  Live live((*station)->pump(), (*station)->import_rules(), clock, {.tenant = "acme"}, std::move(hooks));
  const std::int64_t written = written_bytes();
  const Stopwatch watch;
  auto accepted = feed(live, file);
  if (!accepted) return std::move(accepted.error());
  const double seconds = watch.seconds();
  const double cpu = watch.cpu();
  const auto events = static_cast<double>(load.events);
  std::printf("accepted        %10lld of %lld events, %.0f bytes each, %lld customers\n",
              static_cast<long long>(*accepted), static_cast<long long>(load.events), bytes / events,
              static_cast<long long>(load.customers));
  std::printf("live            %10.0f events/s   %7.2f s   %7.2f CPU s   %6.2f CPU us an event\n", events / seconds,
              seconds, cpu, cpu / events * 1e6);
  std::printf("memory          %10.0f MB peak\n", peak_megabytes());
  live.stop();
  station->reset();
  std::printf("written         %10.2f bytes for each byte received\n",
              static_cast<double>(written_bytes() - written) / bytes);
  std::printf("on disk         %10.2f bytes for each byte received\n",
              static_cast<double>(bytes_in(config.data)) / bytes);
  return seconds;
}

Result<void> run_again(const cli::Config& config, const std::filesystem::path& scratch_directory, const Load& load,
                       double live_seconds) {
  const Stopwatch opening;
  auto station = cli::Station::open(config, {});
  if (!station) return std::move(station.error());
  std::printf("restart         %10.2f s\n", opening.seconds());
  auto scratch = RocksStore::open(scratch_directory, {.sorted_files = true});
  if (!scratch) return std::move(scratch.error());
  const Stopwatch watch;
  Pump::Settings settings;
  settings.partitions = config.partitions;
  auto replayed = replay((*station)->log(), (*station)->pump().positions(), **scratch,
                         cli::make_replay_processors(config), settings);
  if (!replayed) return std::move(replayed.error());
  const double seconds = watch.seconds();
  const auto events = static_cast<double>(load.events);
  std::printf("replay          %10.0f events/s   %7.2f s   %7.2f CPU s   %.1f times the live rate, %lld records\n",
              events / seconds, seconds, watch.cpu(), live_seconds / seconds,
              static_cast<long long>(replayed->records));
  auto digest = state_digest((*station)->state(), config.partitions);
  if (!digest) return std::move(digest.error());
  std::printf("digest          %s\n", *digest == replayed->digest ? "replay agrees" : "REPLAY DIFFERS");
  return {};
}

int run(const Load& load, const std::filesystem::path& directory) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  auto config = cli::load_config("");
  if (!config) return fail(config.error());
  config->data = directory / "data";
  const std::filesystem::path file = directory / "events.ndjson";
  const auto bytes = static_cast<double>(write_load(file, load, cli::SystemClock().now()));
  auto seconds = run_live(*config, file, bytes, load);
  if (!seconds) return fail(seconds.error());
  if (auto again = run_again(*config, directory / "scratch", load, *seconds); !again) return fail(again.error());
  return 0;
}

}  // namespace
}  // namespace earshot::bench

int main(int argc, char** argv) {
  earshot::bench::Load load;
  load.events = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  load.customers = argc > 2 ? std::atoll(argv[2]) : 100'000;
  return earshot::bench::run(load, argc > 3 ? argv[3] : "bench-data");
}
