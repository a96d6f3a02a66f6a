#include "telemetry/metrics.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "earshot/check.h"

namespace earshot {
namespace {

constexpr std::array<MetricInfo, kMetrics> kTable{{
    {Metric::events_in, MetricShape::counter, "earshot_events_in_total", {"stage"}, "Events read by a stage"},
    {Metric::events_out, MetricShape::counter, "earshot_events_out_total", {"stage"}, "Events written by a stage"},
    {Metric::dead_letters,
     MetricShape::counter,
     "earshot_dead_letters_total",
     {"stage", "reason", "connector"},
     "Data that a stage could not accept"},
    {Metric::mended,
     MetricShape::counter,
     "earshot_dead_letters_mended_total",
     {"connector"},
     "Dead letters that somebody had read again"},
    {Metric::lag,
     MetricShape::gauge,
     "earshot_lag_seconds",
     {"stage"},
     "From when the newest event was recorded until the stage was done with it"},
    {Metric::duplicates,
     MetricShape::counter,
     "earshot_duplicates_total",
     {"stage"},
     "Events that came again and changed nothing"},
    {Metric::commit,
     MetricShape::histogram,
     "earshot_commit_seconds",
     {},
     "Time from handing over a commit until it is durable"},
    {Metric::ready, MetricShape::gauge, "earshot_ready", {}, "1 when events can be taken, as /readyz says"},
    {Metric::queue_events,
     MetricShape::gauge,
     "earshot_queue_events",
     {},
     "Events taken at the front door and not yet durable"},
    {Metric::queue_events_max,
     MetricShape::gauge,
     "earshot_queue_events_max",
     {},
     "Events that may be taken and not yet durable"},
    {Metric::requests,
     MetricShape::counter,
     "earshot_http_requests_total",
     {"route", "outcome"},
     "HTTP requests answered"},
    {Metric::request_time,
     MetricShape::histogram,
     "earshot_http_request_seconds",
     {"route"},
     "Time from the last byte of a request to its answer"},
    {Metric::deliveries,
     MetricShape::counter,
     "earshot_deliveries_total",
     {"stage", "outcome"},
     "Tries to deliver an alert to a sink"},
    {Metric::source_frames,
     MetricShape::counter,
     "earshot_source_frames_total",
     {"source", "outcome"},
     "Frames that a live source sent"},
    {Metric::source_connections,
     MetricShape::counter,
     "earshot_source_connections_total",
     {"source", "outcome"},
     "Connections to live sources, by how they went"},
    {Metric::source_connected,
     MetricShape::gauge,
     "earshot_source_connected",
     {"source"},
     "1 while a live source is listened to"},
    {Metric::source_heard,
     MetricShape::gauge,
     "earshot_source_heard_timestamp_seconds",
     {"source"},
     "When a live source gave its last sign of life"},
    {Metric::source_gaps,
     MetricShape::counter,
     "earshot_source_gaps_total",
     {"source", "outcome"},
     "Times without a live source that are over"},
    {Metric::cpu, MetricShape::counter, "earshot_process_cpu_seconds_total", {}, "CPU time of this process"},
    {Metric::memory, MetricShape::gauge, "earshot_process_memory_bytes", {}, "Memory of this process"},
    {Metric::open_files,
     MetricShape::gauge,
     "earshot_process_open_files",
     {},
     "Files and connections that this process has open"},
    {Metric::open_files_max,
     MetricShape::gauge,
     "earshot_process_open_files_max",
     {},
     "Files and connections that it may have open"},
    {Metric::disk_free,
     MetricShape::gauge,
     "earshot_disk_free_bytes",
     {},
     "Room left on the disk of the data directory"},
    {Metric::disk_size, MetricShape::gauge, "earshot_disk_size_bytes", {}, "Size of the disk of the data directory"},
    {Metric::started, MetricShape::gauge, "earshot_start_timestamp_seconds", {}, "When this process started"},
    {Metric::feedback,
     MetricShape::counter,
     "earshot_feedback_total",
     {"tenant", "channel", "sentiment"},
     "Feedback by where it was said and its tone"},
    {Metric::issues,
     MetricShape::counter,
     "earshot_issues_total",
     {"tenant", "issue_type"},
     "Issues that feedback named"},
    {Metric::csat_answers,
     MetricShape::counter,
     "earshot_csat_answers_total",
     {"tenant", "score"},
     "Answers to satisfaction surveys on the scale 1 to 5, as they came in"},
    {Metric::nps_answers,
     MetricShape::counter,
     "earshot_nps_answers_total",
     {"tenant", "score"},
     "Answers to recommendation surveys, 0 to 10, as they came in"},
    {Metric::cases_opened,
     MetricShape::counter,
     "earshot_cases_opened_total",
     {"tenant", "issue_type", "channel"},
     "Cases opened, by first issue type"},
    {Metric::cases_active,
     MetricShape::gauge,
     "earshot_cases_active",
     {"tenant", "state", "department"},
     "Cases not yet resolved"},
    {Metric::first_response,
     MetricShape::histogram,
     "earshot_first_response_seconds",
     {"tenant"},
     "Time from the customer's first word to the first public reply by a person"},
    {Metric::resolution,
     MetricShape::histogram,
     "earshot_resolution_seconds",
     {"tenant"},
     "Time from opening to the resolution"},
    {Metric::sla_outcomes,
     MetricShape::counter,
     "earshot_sla_outcomes_total",
     {"tenant", "sla_metric", "outcome"},
     "Promised times met and breached"},
    {Metric::signals,
     MetricShape::counter,
     "earshot_signals_total",
     {"tenant", "kind", "level"},
     "Signals raised about customers"},
    {Metric::signals_cleared,
     MetricShape::counter,
     "earshot_signals_cleared_total",
     {"tenant", "kind"},
     "Signals about customers that were cleared"},
    {Metric::alerts, MetricShape::counter, "earshot_alerts_total", {"tenant", "severity"}, "Alerts raised"},
    {Metric::build_info, MetricShape::gauge, "earshot_build_info", {"version"}, "Always 1; names the build"},
    {Metric::series, MetricShape::gauge, "earshot_metric_series", {}, "Series of this process"},
    {Metric::overflow,
     MetricShape::counter,
     "earshot_metric_overflow_total",
     {"label"},
     "Updates that went to `other`: by label, or `series` when the bound of the process was reached"},
}};

constexpr std::string_view kOther = "other";
constexpr std::size_t kLabelBytesMax = 64;
constexpr int kDigitsInARowMax = 5;  // more is a telephone number or an id
constexpr std::array<double, 12> kResponseBuckets{60,    300,   900,   1800,   3600,   7200,
                                                  14400, 28800, 86400, 172800, 259200, 604800};
constexpr std::array<double, 13> kQuickBuckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                               0.025,  0.05,    0.1,    0.25,  1,      5};

const MetricInfo& info_of(Metric metric) { return kTable[static_cast<std::size_t>(metric)]; }

std::size_t label_count(const MetricInfo& info) {
  std::size_t count = 0;
  while (count < kLabelsMax && !info.labels[count].empty()) ++count;
  return count;
}

// A name as configurations and connectors write them. Addresses, telephone numbers, URLs and sentences are not. Routes
// come from the program itself.
bool has_the_shape_of_a_name(std::string_view label, std::string_view value) {
  if (label == "route") return true;
  if (value.size() > kLabelBytesMax) return false;
  int digits_in_a_row = 0;
  for (const char c : value) {
    const bool is_digit = c >= '0' && c <= '9';
    digits_in_a_row = is_digit ? digits_in_a_row + 1 : 0;
    const bool fine = is_digit || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.';
    if (!fine || digits_in_a_row > kDigitsInARowMax) return false;
  }
  return true;
}

prometheus::Histogram::BucketBoundaries buckets_of(Metric metric) {
  if (metric == Metric::commit || metric == Metric::request_time) return {kQuickBuckets.begin(), kQuickBuckets.end()};
  return {kResponseBuckets.begin(), kResponseBuckets.end()};
}

}  // namespace

std::span<const MetricInfo> metric_list() { return kTable; }

// One series of a metric; exactly one pointer is set. Owned by the registry.
struct Series {
  prometheus::Counter* counter = nullptr;
  prometheus::Gauge* gauge = nullptr;
  prometheus::Histogram* histogram = nullptr;
};

struct Metrics::Store {
  explicit Store(Settings given) : settings(std::move(given)) {
    for (const MetricInfo& info : kTable) {
      const std::string name(info.name);
      const std::string help(info.help);
      switch (info.shape) {
        case MetricShape::counter:
          counters.push_back(&prometheus::BuildCounter().Name(name).Help(help).Register(registry));
          break;
        case MetricShape::gauge:
          gauges.push_back(&prometheus::BuildGauge().Name(name).Help(help).Register(registry));
          break;
        case MetricShape::histogram:
          histograms.push_back(&prometheus::BuildHistogram().Name(name).Help(help).Register(registry));
          break;
      }
    }
  }

  // The position of a metric among those of its shape: families are kept by shape, in the order of the table.
  static std::size_t place_of(Metric metric) {
    std::size_t place = 0;
    for (const MetricInfo& info : kTable) {
      if (info.metric == metric) break;
      if (info.shape == info_of(metric).shape) ++place;
    }
    return place;
  }

  std::string_view admitted(std::string_view label, std::string_view value) {
    if (value.empty()) return "none";
    if (value == kOther) return kOther;
    if (!has_the_shape_of_a_name(label, value)) return overflowed(label);
    auto& known = values[std::string(label)];
    if (known.find(value) != known.end()) return value;
    if (known.size() >= (label == "tenant" ? settings.tenants_max : settings.names_max)) return overflowed(label);
    known.emplace(value);
    return value;
  }

  std::string_view overflowed(std::string_view label) {
    series_at(Metric::overflow, {{label}}).counter->Increment();
    return kOther;
  }

  Series& series_of(Metric metric, LabelValues given) {
    const MetricInfo& info = info_of(metric);
    for (std::size_t i = 0; i < label_count(info); ++i) given.values[i] = admitted(info.labels[i], given.values[i]);
    const std::string key = key_of(metric, given);
    if (const auto found = series.find(key); found != series.end()) return found->second;
    if (series_count + size_of(metric) > settings.series_max) {
      for (std::size_t i = 0; i < label_count(info); ++i) given.values[i] = kOther;
      series_at(Metric::overflow, {{"series"}}).counter->Increment();
    }
    return series_at(metric, given);
  }

  // Makes the series if it is missing, without asking whether it may.
  Series& series_at(Metric metric, const LabelValues& labels) {
    const auto [found, is_new] = series.try_emplace(key_of(metric, labels));
    if (!is_new) return found->second;
    series_count += size_of(metric);
    const MetricInfo& info = info_of(metric);
    prometheus::Labels named;
    for (std::size_t i = 0; i < label_count(info); ++i)
      named.emplace(std::string(info.labels[i]), std::string(labels.values[i]));
    const std::size_t place = place_of(metric);
    switch (info.shape) {
      case MetricShape::counter: found->second.counter = &counters[place]->Add(named); break;
      case MetricShape::gauge: found->second.gauge = &gauges[place]->Add(named); break;
      case MetricShape::histogram: found->second.histogram = &histograms[place]->Add(named, buckets_of(metric)); break;
    }
    return found->second;
  }

  void remove(Metric gauge) {
    std::erase_if(series, [&](const auto& one) {
      if (one.first.front() != static_cast<char>(gauge)) return false;
      gauges[place_of(gauge)]->Remove(one.second.gauge);
      --series_count;
      return true;
    });
  }

  static std::string key_of(Metric metric, const LabelValues& labels) {
    std::string key(1, static_cast<char>(metric));
    for (const std::string_view value : labels.values) key.append(value).push_back('\0');
    return key;
  }

  static std::size_t size_of(Metric metric) {
    return info_of(metric).shape == MetricShape::histogram ? buckets_of(metric).size() + 3 : 1;
  }

  const Settings settings;
  mutable std::mutex guard;  // of everything below; the numbers themselves are atomic
  prometheus::Registry registry;
  std::vector<prometheus::Family<prometheus::Counter>*> counters;
  std::vector<prometheus::Family<prometheus::Gauge>*> gauges;
  std::vector<prometheus::Family<prometheus::Histogram>*> histograms;
  std::map<std::string, std::set<std::string, std::less<>>> values;  // seen of each label
  std::unordered_map<std::string, Series> series;
  std::size_t series_count = 0;
};

Metrics::Metrics(Settings settings) : store_(std::make_unique<Store>(std::move(settings))) {
  set(Metric::build_info, {{store_->settings.version}}, 1);
  set(Metric::series, {}, 0);
}

Metrics::~Metrics() = default;

void Metrics::add(Metric counter, LabelValues labels, double amount) {
  EARSHOT_CHECK(info_of(counter).shape == MetricShape::counter && amount >= 0,
                "only a counter can be added to, and it never falls");
  const std::lock_guard lock(store_->guard);
  store_->series_of(counter, labels).counter->Increment(amount);
}

void Metrics::set(Metric gauge, LabelValues labels, double value) {
  EARSHOT_CHECK(info_of(gauge).shape == MetricShape::gauge, "only a gauge can be set");
  const std::lock_guard lock(store_->guard);
  store_->series_of(gauge, labels).gauge->Set(value);
}

void Metrics::expect(Metric metric, LabelValues labels) {
  const std::lock_guard lock(store_->guard);
  (void)store_->series_of(metric, labels);  // made, and nothing else
}

void Metrics::replace(Metric gauge, std::span<const GaugeValue> values) {
  EARSHOT_CHECK(info_of(gauge).shape == MetricShape::gauge, "only a gauge can be replaced");
  const std::lock_guard lock(store_->guard);
  store_->remove(gauge);
  for (const GaugeValue& one : values) store_->series_of(gauge, one.labels).gauge->Increment(one.value);
}

void Metrics::observe(Metric histogram, LabelValues labels, double value) {
  EARSHOT_CHECK(info_of(histogram).shape == MetricShape::histogram, "only a histogram takes observations");
  const std::lock_guard lock(store_->guard);
  store_->series_of(histogram, labels).histogram->Observe(value);
}

void Metrics::add_batch(std::string_view stage, const StageBatch& batch) {
  add(Metric::events_in, {{stage}}, static_cast<double>(batch.in));
  add(Metric::events_out, {{stage}}, static_cast<double>(batch.out));
  if (batch.lag) set(Metric::lag, {{stage}}, std::chrono::duration<double>(*batch.lag).count());
}

std::size_t Metrics::series() const {
  const std::lock_guard lock(store_->guard);
  return store_->series_count;
}

std::string Metrics::expose(std::string_view tenant) const {
  const std::lock_guard lock(store_->guard);
  store_->series_at(Metric::series, {}).gauge->Set(static_cast<double>(store_->series_count));
  auto families = store_->registry.Collect();
  if (!tenant.empty()) {
    for (auto& family : families) {
      std::erase_if(family.metric, [&](const auto& one) {
        return std::any_of(one.label.begin(), one.label.end(),
                           [&](const auto& label) { return label.name == "tenant" && label.value != tenant; });
      });
    }
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace earshot
