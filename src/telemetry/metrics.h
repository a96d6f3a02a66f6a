// Metrics for Prometheus: what the program tells its operator in numbers.
//
// Every metric stands in the table of metrics.cpp with its labels; docs/metrics.md lists the same, and a test compares
// the two. Labels come from closed sets, never from customers, cases, agents or texts: a value that has not the shape
// of a name, or one too many of its kind, becomes `other` and is counted, and so does every series beyond the bound of
// the process. So a flood of strange input cannot grow the process or reach a dashboard.
//
// Metrics: any thread. MetricsFeed: one thread each; it gathers without locks and is flushed once per batch.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "earshot/event.h"

namespace earshot {

enum class Metric : std::uint8_t {
  events_in,
  events_out,
  dead_letters,
  mended,
  lag,
  duplicates,
  commit,
  ready,
  queue_events,
  queue_events_max,
  requests,
  request_time,
  deliveries,
  source_frames,
  source_connections,
  source_connected,
  source_heard,
  source_gaps,
  cpu,
  memory,
  open_files,
  open_files_max,
  disk_free,
  disk_size,
  started,
  feedback,
  issues,
  csat_answers,
  nps_answers,
  cases_opened,
  cases_active,
  first_response,
  resolution,
  sla_outcomes,
  signals,
  signals_cleared,
  alerts,
  build_info,
  series,
  overflow,
};
inline constexpr int kMetrics = 40;

enum class MetricShape : std::uint8_t { counter, gauge, histogram };

inline constexpr std::size_t kLabelsMax = 3;

struct MetricInfo {
  Metric metric;
  MetricShape shape;
  std::string_view name;
  std::string_view labels[kLabelsMax];  // empty: none
  std::string_view help;
};

// All of them, in the order of the enumeration.
std::span<const MetricInfo> metric_list();

// The values of a metric's labels, in the order of its row.
struct LabelValues {
  std::string_view values[kLabelsMax];
};

class Metrics {
 public:
  struct Settings {
    std::string version;             // of the program, shown in earshot_build_info
    std::size_t series_max = 20000;  // of the process; a histogram counts as its buckets and three more
    std::size_t tenants_max = 200;
    std::size_t names_max = 64;  // distinct values of every other label
  };

  Metrics() : Metrics(Settings{}) {}
  explicit Metrics(Settings settings);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void add(Metric counter, LabelValues labels, double amount = 1);
  void set(Metric gauge, LabelValues labels, double value);
  void observe(Metric histogram, LabelValues labels, double value);

  // Shows a series with nothing counted yet. Prometheus takes the first value of a series as where it begins, so the
  // first event of one that did not stand at zero before is lost to every rate.
  void expect(Metric metric, LabelValues labels);

  // Everything there is to a gauge: its other series disappear.
  struct GaugeValue {
    LabelValues labels;
    double value = 0;
  };
  void replace(Metric gauge, std::span<const GaugeValue> values);

  // What a stage did with one batch; `lag`: from when its newest event was recorded until it was done with; nothing: it
  // had none. Stages are processors, connectors and sinks.
  struct StageBatch {
    std::uint64_t in = 0;
    std::uint64_t out = 0;
    std::optional<std::chrono::milliseconds> lag{};
  };
  void add_batch(std::string_view stage, const StageBatch& batch);

  std::size_t series() const;

  // The text format of Prometheus, for GET /metrics. With a tenant, without what concerns others.
  std::string expose(std::string_view tenant = {}) const;

 private:
  struct Store;
  std::unique_ptr<Store> store_;
};

// Shows at zero what may be counted of a tenant whose name is known: all that needs no name from outside.
void expect_tenant(Metrics& metrics, std::string_view tenant);

// Turns events into metrics: give it what was published (signals, cases, alerts, dead-letters) and the measures, each
// event once, after it was committed; a replay gives nothing. Numbers reach Metrics with flush().
class MetricsFeed {
 public:
  // `stage`: whose outputs these are; dead letters carry it.
  MetricsFeed(Metrics& metrics, std::string stage) : metrics_(metrics), stage_(std::move(stage)) {}

  void observe(const Event& event);
  void flush();

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  struct Count {
    Metric metric = Metric::feedback;
    std::uint64_t n = 0;
    bool is_new = false;  // shown even at zero
  };

  // True while the combination is new: not handed on yet.
  bool count(Metric metric, LabelValues labels, std::uint64_t n = 1);
  void observe(const MeasureTaken& measure, std::string_view tenant);
  void observe(const CaseChanged& change, std::string_view tenant);
  void observe(const SignalChanged& signal, std::string_view tenant);

  Metrics& metrics_;
  std::string stage_;
  std::string key_;  // of the count at hand: metric and label values, each ended by a zero
  std::unordered_map<std::string, Count, Hash, std::equal_to<>> counts_;
};

}  // namespace earshot
