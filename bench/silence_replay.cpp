// What folding a log of activity costs: 1,000,000 orders of 100,000 customers over two years through the customer
// processor in event time, with every timer that falls due on the way and its state in RocksDB. The goal: ten seconds
// on one core.
//
//     silence_replay_bench [events] [customers] [directory]
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/hash.h"
#include "base/random.h"
#include "load.h"
#include "pipeline/task.h"
#include "pipeline/value_cache.h"
#include "processors/customer/customer.h"
#include "state_store/rocks.h"

namespace earshot::bench {
namespace {

constexpr std::int64_t kEventsPerCommit = 20'000;
constexpr std::size_t kCacheBytes = std::size_t{256} << 20;
constexpr std::chrono::days kSpan{730};

class Replay {
 public:
  explicit Replay(StateStore& store)
      : store_(store), cache_(store, kCacheBytes), task_(make_customer(), {index_of(Topic::activity), 0}, cache_) {}

  Result<void> start() { return task_.load(store_); }

  Result<void> pass_time_to(Timestamp at) {
    for (auto due = task_.next_due(); due && *due < at; due = task_.next_due()) {
      ++timers_;
      if (auto folded = fold(*due, "", ClockTicked{}); !folded) return folded;
    }
    return {};
  }

  Result<void> fold(Timestamp at, std::string key, EventBody body) {
    Event event;
    event.id = std::to_string(offset_);
    event.source = "/earshot/bench";
    event.tenant = "acme";
    event.time = event.recorded = at;
    event.body = std::move(body);
    emitted_ += static_cast<std::int64_t>(task_.fold({offset_++, at, key, {}}, &event).size());
    return offset_ % kEventsPerCommit == 0 ? commit() : Result<void>();
  }

  Result<void> commit() {
    auto writes = cache_.take_touched(++commits_);
    for (StateWrite& write : task_.take_timer_writes(commits_)) writes.push_back(std::move(write));
    auto written = store_.write(writes);
    cache_.written(commits_);
    return written;
  }

  std::int64_t timers() const { return timers_; }
  std::int64_t emitted() const { return emitted_; }

 private:
  StateStore& store_;
  ValueCache cache_;
  Task task_;
  Offset offset_ = 0;
  std::uint64_t commits_ = 0;
  std::int64_t timers_ = 0, emitted_ = 0;
};

Result<void> run(std::int64_t events, std::int64_t customers, const std::filesystem::path& directory) {
  auto store = RocksStore::open(directory, {});
  if (!store) return std::move(store.error());
  Replay replay(**store);
  if (auto started = replay.start(); !started) return started;
  Random random{1};
  const Millis step = Millis(kSpan) / events;
  Timestamp at{std::chrono::days{19'000}};
  const Stopwatch watch;
  for (std::int64_t i = 0; i < events; ++i, at += step) {
    if (auto passed = replay.pass_time_to(at); !passed) return passed;
    const KeyHash key = hash_key("", "customer:" + std::to_string(random.between(0, customers - 1)));
    ActivityRecorded activity;
    activity.kind = InputKind::order;
    activity.customer = {key.high, key.low};
    activity.facet = key;
    activity.at = at;
    activity.channel = "web";
    if (auto folded = replay.fold(at, record_key("acme", activity.customer), std::move(activity)); !folded)
      return folded;
  }
  if (auto committed = replay.commit(); !committed) return committed;
  std::printf("%" PRId64 " events of %" PRId64 " customers, %" PRId64 " moments at which timers were due, %" PRId64
              " records given: %.1f s, %.1f CPU seconds, %.0f MB\n",
              events, customers, replay.timers(), replay.emitted(), watch.seconds(), watch.cpu(), peak_megabytes());
  return {};
}

}  // namespace
}  // namespace earshot::bench

int main(int argc, char** argv) {
  const std::filesystem::path directory = argc > 3 ? argv[3] : "silence-replay-data";
  std::filesystem::remove_all(directory);
  const auto done = earshot::bench::run(argc > 1 ? std::atoll(argv[1]) : 1'000'000,
                                        argc > 2 ? std::atoll(argv[2]) : 100'000, directory);
  std::filesystem::remove_all(directory);
  if (!done) std::fprintf(stderr, "silence_replay_bench: %s\n", done.error().message.c_str());
  return done ? 0 : 1;
}
