// The transform of the Kafka Streams baseline on Earshot's processor interface and Kafka engine: per customer a count,
// the last time, the sum of scores and the negatives; one record when the negatives reach three. Timers are not used.
//
//     kafka_transform_bench fill BROKER PREFIX EVENTS CUSTOMERS PARTITIONS
//         makes the topics and the input, for both contenders
//     kafka_transform_bench run BROKER PREFIX PARTITIONS RUN DIRECTORY COMMIT_MS [SLOT SLOTS | WORKERS]
//         folds it; one line of figures when all is committed
//     kafka_transform_bench topic BROKER NAME PARTITIONS
//         makes one, for the baseline's output
//
// The same RUN and directory again is a restart, the same RUN and another directory a restore, another RUN begins anew.
// Two with the same RUN, each with a SLOT and a directory of its own, share the partitions and begin when both are
// there; so do WORKERS in one process, of which each tells its own figures, with the processor time and the memory of
// all. run.sh takes turns with the baseline.
#include <unistd.h>

#include <atomic>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <future>
#include <thread>

#include "base/hash.h"
#include "event/codec.h"
#include "event_log/kafka.h"
#include "load.h"
#include "pipeline/pump.h"
#include "pipeline/state_keys.h"
#include "state_store/rocks.h"

namespace earshot::bench {
namespace {

constexpr std::size_t kRecordsInRound = 4'096;
constexpr int kNegatives = 3;

// As the baseline keeps it: four numbers in 32 bytes.
struct Aggregate {
  std::int64_t count = 0, last = 0, sum = 0, negatives = 0;
  std::string SerializeAsString() const { return {reinterpret_cast<const char*>(this), sizeof *this}; }
  bool ParseFromArray(const void* bytes, int size) {
    if (size == sizeof *this) std::memcpy(this, bytes, sizeof *this);
    return size == 0 || size == sizeof *this;
  }
};

// Of one to five stars: -1 to 1.
double score_of(const Rating& rating) { return static_cast<double>(rating.value_milli - 3000) / 2000; }

class Transform final : public Processor {
 public:
  std::string_view name() const override { return "transform"; }
  Topic input() const override { return Topic::feedback; }
  std::int32_t version() const override { return 1; }
  void apply(const Event& event, Step& step) override {
    const auto& input = std::get<Input>(event.body);
    const double score = score_of(*input.rating);
    auto& kept = step.edit<Aggregate>("");
    ++kept.count;
    kept.last = std::max<std::int64_t>(kept.last, to_millis(event.time));
    kept.sum += std::lround(score * 1000);
    if (score >= 0 || ++kept.negatives != kNegatives) return;
    MeasureTaken measure;
    measure.item = input.person.keys.front();
    step.emit(Topic::measures, std::string(step.record_key()), std::move(measure), event.time);
  }
  void fire(const Timer& /*timer*/, Step& /*step*/) override {}
};

int fail(const Error& error) {
  std::fprintf(stderr, "kafka_transform_bench: %s\n", error.message.c_str());
  return 1;
}

KafkaLog::Settings settings_of(const std::string& broker, const std::string& prefix, int partitions,
                               const std::string& run) {
  KafkaLog::Settings settings;
  settings.connection = {broker, {}};
  settings.prefix = prefix;
  settings.inputs = {index_of(Topic::feedback)};
  settings.compacted = {index_of(Topic::customers)};
  for (const TopicName& topic : kTopics)
    settings.topics.push_back({std::string(topic.name), static_cast<std::uint16_t>(partitions)});
  settings.session = std::chrono::seconds(6);
  settings.application = run;
  settings.keys = {run, task_of_key, prefixes_of_task};
  return settings;
}

Result<void> make_topics(const KafkaLog::Settings& settings) {
  return create_kafka_topics(
      settings.connection,
      kafka_topics(settings.topics, {settings.prefix, settings.inputs, settings.compacted, settings.keys.format}));
}

// A review; with the members that the baseline reads beside the envelope's own.
std::string record_of(Random& random, std::int64_t number, const std::string& customer, Timestamp at) {
  Event event = make_event(random, number, 0, at);
  auto& input = std::get<Input>(event.body);
  input.kind = InputKind::review;
  input.order.reset();
  input.person.keys = {customer};
  input.rating = Rating{static_cast<std::int64_t>(1 + random.below(5)) * 1000, 1000, 5000};
  std::string json = encode(event);
  json.pop_back();
  return json + ",\"customer\":\"" + customer + "\",\"ts\":" + std::to_string(to_millis(at)) +
         ",\"score\":" + std::to_string(score_of(*input.rating)) + "}";
}

int fill(const std::string& broker, const std::string& prefix, std::int64_t events, std::uint64_t customers,
         int partitions) {
  KafkaLog::Settings settings = settings_of(broker, prefix, partitions, "fill");
  if (auto made = make_topics(settings); !made) return fail(made.error());
  settings.role = KafkaRole::writer;
  settings.transaction = std::chrono::seconds(60);
  auto state =
      RocksStore::open(std::filesystem::temp_directory_path() / ("earshot-fill-" + std::to_string(::getpid())), {});
  if (!state) return fail(state.error());
  auto log = KafkaLog::open(**state, settings);
  if (!log) return fail(log.error());
  Random random(1);
  // Up to now, so that no silence is due when the whole job folds them.
  const Timestamp begin = std::chrono::floor<Millis>(std::chrono::system_clock::now()) - Millis{events};
  std::int64_t bytes = 0;
  for (std::int64_t i = 0; i < events; ++i) {
    const std::string customer = "customer:" + std::to_string(random.below(customers));
    const std::string key = "acme/" + customer;
    const Timestamp at = begin + Millis{i};
    std::string value = record_of(random, i, customer, at);
    bytes += static_cast<std::int64_t>(value.size());
    const auto partition =
        static_cast<std::uint16_t>((murmur2(key) & 0x7fffffff) % static_cast<std::uint32_t>(partitions));
    (*log)->emit({index_of(Topic::feedback), partition}, {at, key, std::move(value)});
    if (i % 10'000 == 9'999 || i + 1 == events) (*log)->commit({});
  }
  log->reset();  // commits what is left
  std::printf("filled %" PRId64 " events of %" PRId64 " bytes, %" PRIu64 " customers, %d partitions\n", events,
              bytes / events, customers, partitions);
  return 0;
}

struct Fold {
  std::int64_t records = 0;
  double first = 0;                  // seconds from the start to the first record
  double folded = 0, committed = 0;  // from there to the last
  double cpu = 0;
};

// Whether a committed record lies behind what was committed of every partition.
Result<bool> has_more(const KafkaLog& log, const Pump& pump) {
  bool more = false;
  for (const Position& position : pump.positions()) {
    auto read = log.read(position.input, position.next, 1, [&](const StoredRecord&) { return !(more = true); });
    if (!read) return std::move(read.error());
  }
  return more;
}

Result<bool> share_if_asked(KafkaLog& log, Pump& pump) {
  auto must = log.must_share();
  if (!must || !*must) return must;
  return pump.share();
}

// Until each of `processes` has its part.
Result<void> wait_for_others(KafkaLog& log, Pump& pump, std::size_t partitions, std::size_t processes) {
  while (pump.positions().size() != partitions / processes) {
    if (auto shared = share_if_asked(log, pump); !shared) return std::move(shared.error());
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return {};
}

// As the service does: what was folded is committed while the next is folded, and no more often than asked.
Result<Fold> fold_all(const KafkaLog& log, Pump& pump, std::chrono::milliseconds interval,
                      const Stopwatch& since_start) {
  Fold fold;
  std::optional<Stopwatch> watch;
  std::atomic<bool> commits{false};
  std::optional<Error> failed;
  auto due = std::chrono::steady_clock::now() + interval;
  while (true) {
    pump.look_again();
    const std::size_t before = pump.uncommitted();
    auto ended = pump.run_some(kEarliest, before + kRecordsInRound);
    if (!ended) return std::move(ended.error());
    if (!watch && pump.uncommitted() > 0) {
      fold.first = since_start.seconds();
      watch.emplace();
    }
    if (watch && pump.uncommitted() > before) fold.folded = watch->seconds();
    if (commits || std::chrono::steady_clock::now() < due) {
      if (*ended && pump.uncommitted() == before) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      continue;
    }
    if (failed) return std::move(*failed);
    if (pump.uncommitted() == 0) {
      if (watch) fold.committed = watch->seconds();
      if (watch) fold.cpu = watch->cpu();
      auto more = has_more(log, pump);
      if (!more) return std::move(more.error());
      if (*more) continue;
      break;
    }
    due = std::chrono::steady_clock::now() + interval;
    commits = true;
    pump.commit([&](const Result<void>& result) {
      if (!result) failed = result.error();
      commits = false;
    });
  }
  fold.records = pump.stages().front().counters.events_in;
  return fold;
}

int run(KafkaLog::Settings settings, const std::filesystem::path& directory, std::chrono::milliseconds interval,
        std::size_t processes) {
  std::optional<Stopwatch> since_start(std::in_place);
  if (auto made = make_topics(settings); !made) return fail(made.error());
  auto state =
      RocksStore::open(directory, {.format = settings.keys.format, .write_ahead_log = true});  // as the service does
  if (!state) return fail(state.error());
  std::int64_t restored = 0;
  settings.progress = [&](std::int64_t records) { restored = records; };
  auto log = KafkaLog::open(**state, settings);
  if (!log) return fail(log.error());
  Pump::Settings pump_settings;
  pump_settings.partitions = settings.topics.front().partitions;
  pump_settings.cache_bytes = std::size_t{64} << 20;  // as the baseline's record cache
  auto pump = Pump::start(**log, **state, {[] { return std::make_unique<Transform>(); }}, pump_settings);
  if (!pump) return fail(pump.error());
  const double ready = since_start->seconds();
  if (auto all = wait_for_others(**log, **pump, pump_settings.partitions, processes); !all) return fail(all.error());
  if (processes > 1) since_start.emplace();
  auto fold = fold_all(**log, **pump, interval, *since_start);
  if (!fold) return fail(fold.error());
  const auto rate = [&](double seconds) { return seconds > 0 ? static_cast<double>(fold->records) / seconds : 0; };
  std::printf("earshot run=%s commit_ms=%lld in=%" PRId64 " out=%" PRId64
              " secs=%.2f rate=%.0f/s (to committed: %.0f/s) cpu_s=%.1f rss_mb=%.0f ready_ms=%.0f "
              "first_ms=%.0f restored=%" PRId64 "\n",
              settings.application.c_str(), static_cast<long long>(interval.count()), fold->records,
              (*pump)->stages().front().counters.events_out, fold->folded, rate(fold->folded), rate(fold->committed),
              fold->cpu, peak_megabytes(), ready * 1e3, fold->first * 1e3, restored);
  return 0;
}

int run_workers(const KafkaLog::Settings& settings, const std::filesystem::path& directory,
                std::chrono::milliseconds interval, std::size_t workers) {
  std::vector<std::future<int>> running;
  for (std::size_t i = 0; i < workers; ++i) {
    KafkaLog::Settings own = settings;
    own.slot = std::to_string(i);
    running.push_back(std::async(std::launch::async, run, own, directory / own.slot, interval, workers));
  }
  int failed = 0;
  for (auto& worker : running) failed += worker.get();
  return failed > 0 ? 1 : 0;
}

}  // namespace
}  // namespace earshot::bench

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  using namespace earshot::bench;
  if (what == "fill" && argc == 7)
    return fill(argv[2], argv[3], std::atoll(argv[4]), std::strtoull(argv[5], nullptr, 10), std::atoi(argv[6]));
  if (what == "run" && argc == 9) {
    return run_workers(settings_of(argv[2], argv[3], std::atoi(argv[4]), argv[5]), argv[6],
                       std::chrono::milliseconds(std::atoi(argv[7])), std::strtoull(argv[8], nullptr, 10));
  }
  if (what == "run" && (argc == 8 || argc == 10)) {
    auto settings = settings_of(argv[2], argv[3], std::atoi(argv[4]), argv[5]);
    if (argc == 10) settings.slot = argv[8];
    return run(std::move(settings), argv[6], std::chrono::milliseconds(std::atoi(argv[7])),
               argc == 10 ? std::strtoull(argv[9], nullptr, 10) : 1);
  }
  if (what == "topic" && argc == 5) {
    auto made = earshot::create_kafka_topics({argv[2], {}}, {{argv[3], std::atoi(argv[4]), false}});
    return made ? 0 : fail(made.error());
  }
  std::fprintf(
      stderr,
      "usage: kafka_transform_bench fill BROKER PREFIX EVENTS CUSTOMERS PARTITIONS\n"
      "       kafka_transform_bench run BROKER PREFIX PARTITIONS RUN DIRECTORY COMMIT_MS [SLOT SLOTS | WORKERS]\n"
      "       kafka_transform_bench topic BROKER NAME PARTITIONS\n");
  return 2;
}
