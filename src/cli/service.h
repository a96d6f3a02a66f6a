// A running Earshot: workers, HTTP, sinks, sources and metrics, for `earshot run` and `earshot demo`.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "api/api.h"
#include "cli/front_door.h"
#include "cli/listen_address.h"
#include "cli/live_sources.h"
#include "cli/peers.h"
#include "cli/state_view.h"
#include "cli/worker.h"
#include "sinks/sink_kinds.h"
#include "sinks/sink_runner.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"
#include "telemetry/process_metrics.h"

namespace earshot::cli {

// The time of this machine.
class SystemClock : public Clock {
 public:
  Timestamp now() const override;
};

class Service {
 public:
  using Settings = ListenAddress;

  // Gives a restored station of a worker of this process, the first, second, …
  using OpenStation = std::function<Result<std::unique_ptr<Station>>(int worker)>;

  // The configuration is recorded and the log lives from now on. Each worker folds as soon as its station is open,
  // since another may wait for it to share. `clock` and `log` must outlive the service. `passed` tells when the clock
  // jumps; without it the clock is believed.
  static Result<std::unique_ptr<Service>> start(const Config& config, const OpenStation& open, const Clock& clock,
                                                Log& log, Settings settings, ClockWatch::Passed passed = {});
  static Result<std::unique_ptr<Service>> start(std::unique_ptr<Station> station, const Clock& clock, Log& log,
                                                Settings settings);
  ~Service();

  // Of the first worker, which has the front door.
  Live& live() { return workers_.front()->live(); }
  Station& station() { return workers_.front()->station(); }
  std::uint16_t port() const { return api_->port(); }

  // Other processes may have committed something.
  void look_again() { notify(); }

  // Called after each commit, on a thread of the engine; set before anything is offered.
  void on_commit(std::function<void()> told) { told_ = std::move(told); }

  // What ended the service by itself, if anything did. Any thread.
  std::optional<Error> trouble() const;

  // Of each worker, for a watchdog. Any thread.
  std::vector<earshot::Progress> progress() const;

  // Answers what is under way, commits, closes. Called by the destructor too.
  void stop();

 private:
  Service() = default;
  Result<void> start_workers(const Config& config, const OpenStation& open, const Worker::Parts& parts);
  Result<void> start_api(const Clock& clock, Log& log, Settings settings);
  api::SinkDeliveries deliveries(Log& log);
  Result<void> start_sinks(const Clock& clock, Log& log);
  std::function<std::string(CustomerId)> key_opener(const std::string& tenant);
  void start_sources(const Clock& clock, Log& log);
  void committed();
  void notify();
  api::FoundConnector find_reader(const DeadLetter& letter, std::string_view name) const;
  void expect_series();
  std::string scrape(std::string_view tenant);

  const Config& config() const { return workers_.front()->station().config(); }
  Result<void> ready() const;
  std::vector<StateHeld> held() const;

  api::ReadState here_;
  api::StateView state_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<ProcessMetrics> process_metrics_;  // the server's thread
  std::map<std::string, std::unique_ptr<Connector>, std::less<>> hooks_;
  std::unique_ptr<Connector> events_;
  std::function<void()> told_;
  std::vector<std::unique_ptr<Worker>> workers_;  // at least one, and all of them before the API is there
  std::unique_ptr<FrontDoor> front_door_;
  std::unique_ptr<Peers> peers_;
  std::unique_ptr<api::Api> api_;
  std::vector<std::unique_ptr<SinkRunner>> sinks_;
  std::vector<std::unique_ptr<SourceRunner>> sources_;
  std::atomic<bool> is_complete_ = false;  // before that nobody listens to commits
};

}  // namespace earshot::cli
