#include "cli/worker.h"

#include <algorithm>

namespace earshot::cli {

Worker::Worker(std::unique_ptr<Station> station, Parts parts) : station_(std::move(station)), parts_(std::move(parts)) {
  Pump& pump = station_->pump();
  for (const Pump::Stage& stage : pump.stages())
    feeds_[stage.name] = std::make_unique<MetricsFeed>(parts_.metrics, stage.name);
  pump.observe(
      [this](std::string_view processor, const Event& event) { feeds_.find(processor)->second->observe(event); });

  Live::Settings settings;
  settings.tenant = station_->config().tenant;
  settings.passed = parts_.passed;
  settings.queue_events_max = static_cast<std::size_t>(station_->config().queue_events_max);
  Live::Hooks hooks;
  hooks.offered = [this](const Event& event) { station_->read_ahead(event); };
  hooks.folded = [this](const std::vector<Pump::Stage>& stages) { count(stages); };
  hooks.committed = [this](std::chrono::nanoseconds took) {
    parts_.metrics.observe(Metric::commit, {}, std::chrono::duration<double>(took).count());
    parts_.committed();
  };
  hooks.stopped = [this](const Error& error) {
    parts_.log.error("the event log takes nothing more; mend what it says and start again",
                     {{"reason", error.message}});
  };
  live_ = std::make_unique<Live>(pump, station_->import_rules(), parts_.clock, std::move(settings), std::move(hooks));
}

std::vector<std::string> Worker::stages() const {
  std::vector<std::string> names;
  for (const auto& [name, feed] : feeds_) names.push_back(name);
  return names;
}

void Worker::count(const std::vector<Pump::Stage>& stages) {
  const Timestamp now = parts_.clock.now();
  for (const Pump::Stage& stage : stages) {
    Task::Counters& before = counted_[stage.name];
    Metrics::StageBatch batch;
    batch.in = static_cast<std::uint64_t>(stage.counters.events_in - before.events_in);
    batch.out = static_cast<std::uint64_t>(stage.counters.events_out - before.events_out);
    if (stage.newest > kEarliest)
      batch.lag = std::max(now - stage.newest, Millis{0});  // the first configuration is no event of any time
    if (batch.in > 0 || batch.out > 0) parts_.metrics.add_batch(stage.name, batch);
    before = stage.counters;
  }
  for (auto& [name, feed] : feeds_) feed->flush();
}

}  // namespace earshot::cli
