// The whole way, source event to case and KPI, on the embedded engine with everything on: text model, dedupe, state, timers.
//
//     pipeline_bench [events] [customers] [directory]
//
// Prints events/s into durable state, peak resident memory, bytes on disk per byte received, the time of a restart and of a
// replay. Input is generated from a seed. Not a test: nothing here passes or fails.
#include <sys/resource.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "base/random.h"
#include "cli/service.h"
#include "cli/station.h"
#include "event/codec.h"
#include "pipeline/digest.h"
#include "pipeline/live.h"
#include "pipeline/replay.h"

namespace earshot {
namespace {

using Clocked = std::chrono::steady_clock;

double seconds_since(Clocked::time_point from) { return std::chrono::duration<double>(Clocked::now() - from).count(); }

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

std::uintmax_t bytes_in(const std::filesystem::path& directory) {
  std::uintmax_t sum = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) sum += entry.file_size();
  }
  return sum;
}

// About 600 bytes on the wire, of which 200 are text; one in ten is a review, the rest orders with a note.
Event make_event(Random& random, std::int64_t number, int customers, Timestamp at) {
  static constexpr std::string_view kPieces[] = {
      "the parcel came on time and the box was fine, ", "it works as it should so far, ", "the colour is a little darker than in the picture, ",
      "客服回复很快，", "包装完好，", "送货比预计晚了一天，", "the app closes when I open my orders, ", "I would buy it again, ",
      "the handle feels loose after a week, ", "价格比上个月高了一些，"};
  Input input;
  const bool is_review = random.chance(0.1);
  input.kind = is_review ? InputKind::review : InputKind::order;
  input.channel = is_review ? "web_shop" : "shop";
  input.person.keys = {"customer:C" + std::to_string(random.below(static_cast<std::uint64_t>(customers)))};
  input.person.name = "user-12";
  while (input.content.text.size() < 200) input.content.text += kPieces[random.below(std::size(kPieces))];
  if (is_review) {
    input.rating = Rating{static_cast<std::int64_t>(1 + random.below(5)) * 1000, 1000, 5000};
  } else {
    input.order = Order{"O" + std::to_string(number), static_cast<std::int64_t>(random.below(50'000)), "EUR"};
  }
  input.product = "P" + std::to_string(random.below(500));
  Event event;
  event.id = "bench-" + std::to_string(number);
  event.source = "/acme/bench";
  event.tenant = "acme";
  event.time = at;
  event.body = std::move(input);
  return event;
}

int run(std::int64_t events, int customers, const std::filesystem::path& directory) {
  std::filesystem::remove_all(directory);
  auto config = cli::load_config("");
  if (!config) return 1;
  config->data = directory;
  config->queue_events_max = 200'000;
  const cli::SystemClock clock;
  double received = 0;
  {
    auto station = cli::Station::open(*config, {});
    if (!station) return std::fprintf(stderr, "%s\n", station.error().message.c_str()), 1;
    if (auto recorded = (*station)->record_config(); !recorded) return 1;
    if (auto begun = (*station)->begin_to_live(); !begun) return 1;
    Live live((*station)->pump(), (*station)->import_rules(), clock, {.tenant = "acme", .queue_events_max = 200'000}, {});
    std::mutex mutex;
    std::condition_variable changed;
    std::int64_t under_way = 0;
    Random random(20261122);
    const auto started = Clocked::now();
    const double cpu_before = cpu_seconds();
    for (std::int64_t number = 0; number < events;) {
      std::vector<Event> batch;
      for (int i = 0; i < 500 && number < events; ++i) batch.push_back(make_event(random, number++, customers, clock.now()));
      if (number <= 500) received = static_cast<double>(encode(batch.front()).size());
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return under_way < 60; });
        ++under_way;
      }
      live.offer(std::move(batch), [&](Result<Live::Outcome>) {
        const std::lock_guard lock(mutex);
        --under_way;
        changed.notify_one();
      });
    }
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return under_way == 0; });
    }
    const double live_seconds = seconds_since(started);
    std::printf("events %lld customers %d event_bytes %.0f\n", static_cast<long long>(events), customers, received);
    std::printf("live      %8.0f events/s  %6.2f s  %6.2f CPU s (generation of input included)\n", static_cast<double>(events) / live_seconds, live_seconds,
                cpu_seconds() - cpu_before);
    std::printf("memory    %8.0f MB peak\n", peak_megabytes());
    live.stop();
  }
  std::printf("disk      %8.2f bytes on disk for each byte received\n", static_cast<double>(bytes_in(directory)) / (received * static_cast<double>(events)));
  const auto restarting = Clocked::now();
  auto station = cli::Station::open(*config, {});
  if (!station) return std::fprintf(stderr, "%s\n", station.error().message.c_str()), 1;
  std::printf("restart   %8.2f s\n", seconds_since(restarting));
  auto scratch = RocksStore::open(directory / "scratch", {});
  if (!scratch) return 1;
  const auto replaying = Clocked::now();
  Pump::Settings settings;
  settings.partitions = config->partitions;
  auto replayed = replay((*station)->log(), (*station)->pump().positions(), **scratch, cli::make_processors(*config, (*station)->analyzer()), settings);
  if (!replayed) return std::fprintf(stderr, "%s\n", replayed.error().message.c_str()), 1;
  const double replay_seconds = seconds_since(replaying);
  std::printf("replay    %8.0f source events/s  %6.2f s  %lld records\n", static_cast<double>(events) / replay_seconds, replay_seconds,
              static_cast<long long>(replayed->records));
  auto live_digest = state_digest((*station)->state(), config->partitions);
  std::printf("digest    %s\n", live_digest && *live_digest == replayed->digest ? "replay agrees" : "REPLAY DIFFERS");
  return 0;
}

}  // namespace
}  // namespace earshot

int main(int argc, char** argv) {
  const std::int64_t events = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  const int customers = argc > 2 ? std::atoi(argv[2]) : 100'000;
  return earshot::run(events, customers, argc > 3 ? argv[3] : "bench-data");
}
