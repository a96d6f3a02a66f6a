// The thread of one sink: takes a turn of its dispatcher when something was published and when a delivery is due.
//
// Sinks may block for as long as their timeout, so each has a thread of its own and holds up nobody. A turn that fails
// (the disk is full, say) is reported and taken again a little later.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "earshot/time.h"
#include "sinks/dispatcher.h"
#include "telemetry/log.h"

namespace earshot {

class SinkRunner {
 public:
  // Told on the runner's thread after each turn.
  using Told = std::function<void(const Dispatcher::Counts&)>;

  // What is referred to must outlive the runner.
  SinkRunner(std::unique_ptr<Sink> sink, std::unique_ptr<Dispatcher> dispatcher, const Clock& clock, Log& log,
             Told told);
  ~SinkRunner();  // waits for the delivery under way
  SinkRunner(const SinkRunner&) = delete;
  SinkRunner& operator=(const SinkRunner&) = delete;

  void notify();  // something was committed; any thread

  // As Dispatcher::resend, and has it done. Any thread.
  Result<std::size_t> resend(std::string_view id);

  std::string_view name() const { return sink_->name(); }
  const std::string& tenant() const { return tenant_; }

 private:
  void run();
  void report();

  std::unique_ptr<Sink> sink_;
  std::unique_ptr<Dispatcher> dispatcher_;
  const Clock& clock_;
  Log& log_;
  Told told_;
  std::string tenant_;
  RepeatedProblem failing_;
  bool has_reported_stop_ = false;
  std::uint64_t parked_reported_ = 0;
  std::uint64_t forgotten_reported_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_notified_ = true;  // something may have been published while nobody ran
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace earshot
