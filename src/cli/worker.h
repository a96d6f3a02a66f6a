// One who folds: a station with its live pump, and the meters of what it does. A process has one of them; in Kafka it
// may have several (`engine.workers`), each with its share of the partitions and a slot and a state directory of its
// own.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/station.h"
#include "pipeline/live.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace earshot::cli {

class Worker {
 public:
  struct Parts {
    Metrics& metrics;
    const Clock& clock;
    Log& log;
    std::function<void()> committed;  // after each commit, on a thread of the engine
    ClockWatch::Passed passed;        // to notice when the clock jumps; none: it cannot
  };

  // It folds from now on.
  Worker(std::unique_ptr<Station> station, Parts parts);

  Station& station() { return *station_; }
  const Station& station() const { return *station_; }
  Live& live() { return *live_; }
  std::vector<std::string> stages() const;

 private:
  void count(const std::vector<Pump::Stage>& stages);

  std::unique_ptr<Station> station_;
  Parts parts_;
  std::map<std::string, std::unique_ptr<MetricsFeed>, std::less<>> feeds_;  // the pump's thread
  std::map<std::string, Task::Counters> counted_;
  std::unique_ptr<Live> live_;
};

}  // namespace earshot::cli
