// A running Earshot: station, live pump, HTTP, sinks and metrics, for `earshot run` and `earshot demo`.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "api/api.h"
#include "cli/live_sources.h"
#include "cli/peers.h"
#include "cli/station.h"
#include "pipeline/live.h"
#include "sinks/sink_runner.h"
#include "sinks/sink_kinds.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"
#include "telemetry/process_metrics.h"

namespace earshot::cli {

// The time of this machine.
class SystemClock : public Clock {
 public:
  Timestamp now() const override;
};

struct ListenAddress {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free one
};

// `127.0.0.1:8080`, `[::1]:8080`.
Result<ListenAddress> parse_address(std::string_view text);

class Service {
 public:
  using Settings = ListenAddress;

  // The station is restored, its configuration recorded, and it lives from now on. `clock` and `log` must outlive the service.
  // `passed` tells when the clock jumps; without it the clock is believed.
  static Result<std::unique_ptr<Service>> start(std::unique_ptr<Station> station, const Clock& clock, Log& log, Settings settings,
                                                ClockWatch::Passed passed = {});
  ~Service();

  Live& live() { return *live_; }
  Station& station() { return *station_; }
  std::uint16_t port() const { return api_->port(); }

  // Other processes may have committed something.
  void look_again() { notify(); }

  // Called after each commit, on a thread of the engine; set before anything is offered.
  void on_commit(std::function<void()> told) { told_ = std::move(told); }

  // What ended the service by itself, if anything did. Any thread.
  std::optional<Error> trouble() const { return live_->trouble(); }

  // Answers what is under way, commits, closes. Called by the destructor too.
  void stop();

 private:
  class FrontDoor;
  Service() = default;
  Result<void> start_api(const Clock& clock, Log& log, Settings settings);
  api::SinkDeliveries deliveries(Log& log);
  Result<void> start_sinks(const Clock& clock, Log& log);
  std::function<std::string(CustomerId)> key_opener(const std::string& tenant);
  void start_sources(const Clock& clock, Log& log);
  void notify();
  api::FoundConnector find_reader(const DeadLetter& letter, std::string_view name) const;
  void expect_series();
  void count(const std::vector<Pump::Stage>& stages, Timestamp now);
  std::string scrape(std::string_view tenant);

  std::unique_ptr<Station> station_;
  api::ReadState here_;
  api::StateView state_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<ProcessMetrics> process_metrics_;  // the server's thread
  std::map<std::string, std::unique_ptr<MetricsFeed>, std::less<>> feeds_;
  std::map<std::string, Task::Counters> counted_;
  std::map<std::string, std::unique_ptr<Connector>, std::less<>> hooks_;
  std::unique_ptr<Connector> events_;
  std::function<void()> told_;
  std::unique_ptr<Live> live_;
  std::unique_ptr<FrontDoor> front_door_;
  std::unique_ptr<Peers> peers_;
  std::unique_ptr<api::Api> api_;
  std::vector<std::unique_ptr<SinkRunner>> sinks_;
  std::vector<std::unique_ptr<SourceRunner>> sources_;
  std::atomic<bool> is_complete_ = false;  // before that nobody listens to commits
};

}  // namespace earshot::cli
