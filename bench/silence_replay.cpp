// What it costs to fold a log of activity again: 1,000,000 orders of 100,000 customers over two years and every timer
// that fell due between them, through the customer processor, its state in RocksDB. The goal: ten seconds on one core.
//
//     silence_replay_bench [events] [customers] [directory]
//
// First the log is made, in event time: what that took is printed too.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/hash.h"
#include "base/random.h"
#include "cli/station.h"
#include "event_log/embedded.h"
#include "load.h"
#include "pipeline/digest.h"
#include "pipeline/replay.h"
#include "processors/customer/customer.h"
#include "state_store/rocks.h"

namespace earshot::bench {
namespace {

constexpr std::size_t kRecordsPerCommit = 20'000;
constexpr std::chrono::days kSpan{730};
const std::vector<MakeProcessor> kCustomer = {[] { return make_customer(); }};

Event order_of(std::int64_t number, std::int64_t customer, Timestamp at) {
  const KeyHash key = hash_key("", "customer:" + std::to_string(customer));
  ActivityRecorded activity;
  activity.kind = InputKind::order;
  activity.customer = {key.high, key.low};
  activity.facet = key;
  activity.at = at;
  activity.channel = "web";
  Event event;
  event.id = std::to_string(number);
  event.source = "/earshot/bench";
  event.tenant = "acme";
  event.time = event.recorded = at;
  event.body = std::move(activity);
  return event;
}

Result<void> make_log(Pump& pump, std::int64_t events, std::int64_t customers) {
  Random random{1};
  const Millis step = Millis(kSpan) / events;
  Timestamp at{std::chrono::days{19'000}};
  for (std::int64_t i = 0; i < events; ++i, at += step) {
    if (auto ran = pump.run_before(at); !ran) return ran;
    Event event = order_of(i, random.between(0, customers - 1), at);
    pump.append(Topic::activity, record_key("acme", std::get<ActivityRecorded>(event.body).customer), std::move(event));
    if (pump.uncommitted() >= kRecordsPerCommit) pump.commit({});
  }
  if (auto ran = pump.run_before(at); !ran) return ran;
  pump.commit({});
  return {};
}

Result<void> run(std::int64_t events, std::int64_t customers, const std::filesystem::path& directory) {
  auto state = RocksStore::open(directory / "state", {});
  if (!state) return std::move(state.error());
  EmbeddedLog::Settings settings;
  settings.topics = cli::topics_of({});
  auto log = EmbeddedLog::open(directory / "log", **state, std::move(settings));
  if (!log) return std::move(log.error());
  auto pump = Pump::start(**log, **state, kCustomer, {});
  if (!pump) return std::move(pump.error());

  const Stopwatch making;
  if (auto made = make_log(**pump, events, customers); !made) return made;
  const Pump::Stage stage = (*pump)->stages().front();
  const auto positions = (*pump)->positions();
  pump->reset();
  while (!(*log)->idle()) std::this_thread::yield();
  std::printf("%" PRId64 " events of %" PRId64 " customers, %" PRId64 " timers fired, %" PRId64
              " records given: %.1f s, %.1f CPU seconds\n",
              events, customers, stage.counters.timers_fired, stage.counters.events_out, making.seconds(),
              making.cpu());

  auto scratch = RocksStore::open(directory / "scratch", {.sorted_files = true});
  if (!scratch) return std::move(scratch.error());
  const Stopwatch watch;
  auto replayed = replay(**log, positions, **scratch, kCustomer, {});
  if (!replayed) return std::move(replayed.error());
  const double seconds = watch.seconds(), cpu = watch.cpu();
  const Stopwatch comparing;
  auto digest = state_digest(**state, Pump::Settings{}.partitions);
  if (!digest) return std::move(digest.error());
  std::printf("folded again, %" PRId64
              " records: %.1f s, %.1f CPU seconds, of which the digest of the state takes about %.1f; %.0f MB; %s\n",
              replayed->records, seconds, cpu, comparing.cpu(), peak_megabytes(),
              *digest == replayed->digest ? "the same state" : "ANOTHER STATE");
  return {};
}

}  // namespace
}  // namespace earshot::bench

int main(int argc, char** argv) {
  const std::filesystem::path directory = argc > 3 ? argv[3] : "silence-replay-data";
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  const auto done = earshot::bench::run(argc > 1 ? std::atoll(argv[1]) : 1'000'000,
                                        argc > 2 ? std::atoll(argv[2]) : 100'000, directory);
  std::filesystem::remove_all(directory);
  if (!done) std::fprintf(stderr, "silence_replay_bench: %s\n", done.error().message.c_str());
  return done ? 0 : 1;
}
