#include "telemetry/metrics.h"

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
    {Metric::dead_letters, MetricShape::counter, "earshot_dead_letters_total", {"stage", "reason"},
     "Data that a stage could not accept"},
    {Metric::lag, MetricShape::gauge, "earshot_lag_seconds", {"stage"}, "From when the newest event was recorded until the stage was done with it"},
    {Metric::duplicates, MetricShape::counter, "earshot_duplicates_total", {"stage"},
     "Events that came again and changed nothing"},
    {Metric::commit, MetricShape::histogram, "earshot_commit_seconds", {}, "Time from handing over a commit until it is durable"},
    {Metric::feedback, MetricShape::counter, "earshot_feedback_total", {"channel", "sentiment"}, "Feedback by where it was said and its tone"},
    {Metric::csat_answers, MetricShape::counter, "earshot_csat_answers_total", {"score"},
     "Answers to satisfaction surveys on the scale 1 to 5, as they came in"},
    {Metric::nps_answers, MetricShape::counter, "earshot_nps_answers_total", {"score"},
     "Answers to recommendation surveys, 0 to 10, as they came in"},
    {Metric::cases_opened, MetricShape::counter, "earshot_cases_opened_total", {"tenant", "issue_type", "channel"}, "Cases opened, by first issue type"},
    {Metric::cases_active, MetricShape::gauge, "earshot_cases_active", {"state", "department"}, "Cases not yet resolved"},
    {Metric::first_response, MetricShape::histogram, "earshot_first_response_seconds", {},
     "Time from opening to the first public reply by a person"},
    {Metric::sla_outcomes, MetricShape::counter, "earshot_sla_outcomes_total", {"sla_metric", "outcome"}, "Promised times met and breached"},
    {Metric::signals, MetricShape::counter, "earshot_signals_total", {"kind", "level"}, "Signals raised about customers"},
    {Metric::alerts, MetricShape::counter, "earshot_alerts_total", {"severity"}, "Alerts raised"},
    {Metric::build_info, MetricShape::gauge, "earshot_build_info", {"version"}, "Always 1; names the build"},
    {Metric::series, MetricShape::gauge, "earshot_metric_series", {}, "Series of this process"},
    {Metric::overflow, MetricShape::counter, "earshot_metric_overflow_total", {"label"},
     "Updates that went to `other`: by label, or `series` when the bound of the process was reached"},
}};

constexpr std::string_view kOther = "other";
constexpr std::size_t kLabelBytesMax = 64;
constexpr int kDigitsInARowMax = 5;  // more is a telephone number or an id
constexpr std::array<double, 12> kResponseBuckets{60,    300,   900,    1800,   3600,   7200,
                                                  14400, 28800, 86400,  172800, 259200, 604800};
constexpr std::array<double, 13> kCommitBuckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                0.025,  0.05,    0.1,    0.25,  1,      5};

const MetricInfo& info_of(Metric metric) { return kTable[static_cast<std::size_t>(metric)]; }

std::size_t label_count(const MetricInfo& info) {
  std::size_t count = 0;
  while (count < kLabelsMax && !info.labels[count].empty()) ++count;
  return count;
}

// A name as configurations and connectors write them. Addresses, telephone numbers, URLs and sentences are not.
bool has_the_shape_of_a_name(std::string_view value) {
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
  if (metric == Metric::commit) return {kCommitBuckets.begin(), kCommitBuckets.end()};
  return {kResponseBuckets.begin(), kResponseBuckets.end()};
}

}  // namespace

std::span<const MetricInfo> metric_list() { return kTable; }

// One series of a metric; exactly one pointer is set. Owned by the registry.
struct Series {
  prometheus::Counter* counter = nullptr;
  prometheus::Gauge* gauge = nullptr;
  prometheus::Histogram* histogram = nullptr;
  std::map<std::string, double, std::less<>> parts;  // of a gauge that several owners set
};

struct Metrics::Store {
  explicit Store(Settings given) : settings(std::move(given)) {
    for (const MetricInfo& info : kTable) {
      const std::string name(info.name);
      const std::string help(info.help);
      switch (info.shape) {
        case MetricShape::counter: counters.push_back(&prometheus::BuildCounter().Name(name).Help(help).Register(registry)); break;
        case MetricShape::gauge: gauges.push_back(&prometheus::BuildGauge().Name(name).Help(help).Register(registry)); break;
        case MetricShape::histogram: histograms.push_back(&prometheus::BuildHistogram().Name(name).Help(help).Register(registry)); break;
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
    if (!has_the_shape_of_a_name(value)) return overflowed(label);
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
    for (std::size_t i = 0; i < label_count(info); ++i) named.emplace(std::string(info.labels[i]), std::string(labels.values[i]));
    const std::size_t place = place_of(metric);
    switch (info.shape) {
      case MetricShape::counter: found->second.counter = &counters[place]->Add(named); break;
      case MetricShape::gauge: found->second.gauge = &gauges[place]->Add(named); break;
      case MetricShape::histogram: found->second.histogram = &histograms[place]->Add(named, buckets_of(metric)); break;
    }
    return found->second;
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
  EARSHOT_CHECK(info_of(counter).shape == MetricShape::counter && amount >= 0, "only a counter can be added to, and it never falls");
  const std::lock_guard lock(store_->guard);
  store_->series_of(counter, labels).counter->Increment(amount);
}

void Metrics::set(Metric gauge, LabelValues labels, double value) {
  EARSHOT_CHECK(info_of(gauge).shape == MetricShape::gauge, "only a gauge can be set");
  const std::lock_guard lock(store_->guard);
  store_->series_of(gauge, labels).gauge->Set(value);
}

void Metrics::set_part(Metric gauge, LabelValues labels, std::string_view owner, double value) {
  EARSHOT_CHECK(info_of(gauge).shape == MetricShape::gauge, "only a gauge can be set");
  const std::lock_guard lock(store_->guard);
  const std::string_view part = store_->admitted("tenant", owner);
  Series& series = store_->series_of(gauge, labels);
  series.parts.insert_or_assign(std::string(part), value);
  double sum = 0;
  for (const auto& [name, one] : series.parts) sum += one;
  series.gauge->Set(sum);
}

void Metrics::observe(Metric histogram, LabelValues labels, double value) {
  EARSHOT_CHECK(info_of(histogram).shape == MetricShape::histogram, "only a histogram takes observations");
  const std::lock_guard lock(store_->guard);
  store_->series_of(histogram, labels).histogram->Observe(value);
}

void Metrics::add_batch(std::string_view stage, const StageBatch& batch) {
  add(Metric::events_in, {{stage}}, static_cast<double>(batch.in));
  add(Metric::events_out, {{stage}}, static_cast<double>(batch.out));
  set(Metric::lag, {{stage}}, std::chrono::duration<double>(batch.lag).count());
}

std::size_t Metrics::series() const {
  const std::lock_guard lock(store_->guard);
  return store_->series_count;
}

std::string Metrics::expose() const {
  const std::lock_guard lock(store_->guard);
  store_->series_at(Metric::series, {}).gauge->Set(static_cast<double>(store_->series_count));
  return prometheus::TextSerializer().Serialize(store_->registry.Collect());
}

}  // namespace earshot
