#include "sinks/sink_runner.h"

#include <algorithm>

namespace earshot {

namespace {

constexpr Millis kWaitMost{60'000};  // a clock may be set; look again now and then
constexpr Millis kWaitAfterFailure{5'000};

}  // namespace

SinkRunner::SinkRunner(std::unique_ptr<Sink> sink, std::unique_ptr<Dispatcher> dispatcher, const Clock& clock, Log& log,
                       Told told)
    : sink_(std::move(sink)),
      dispatcher_(std::move(dispatcher)),
      clock_(clock),
      log_(log),
      told_(std::move(told)),
      tenant_(dispatcher_->state().tenant),
      failing_(log, "cannot deliver alerts sink=" + std::string(sink_->name())),
      thread_([this] { run(); }) {}

SinkRunner::~SinkRunner() {
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void SinkRunner::notify() {
  {
    std::lock_guard lock(mutex_);
    is_notified_ = true;
  }
  changed_.notify_all();
}

Result<std::size_t> SinkRunner::resend(std::string_view id) {
  auto count = dispatcher_->resend(id);
  if (count) notify();
  return count;
}

void SinkRunner::run() {
  std::unique_lock lock(mutex_);
  Millis wait{0};
  while (true) {
    changed_.wait_for(lock, wait, [this] { return is_notified_ || is_stopping_; });
    if (is_stopping_) return;
    is_notified_ = false;
    lock.unlock();
    const auto next = dispatcher_->turn();
    if (!next) failing_.happened(next.error().message);
    report();
    told_(dispatcher_->counts());
    wait = kWaitMost;
    if (!next) {
      wait = kWaitAfterFailure;
    } else if (*next) {
      wait = std::clamp(**next - clock_.now(), Millis{0}, kWaitMost);
    }
    lock.lock();
  }
}

void SinkRunner::report() {
  const auto state = dispatcher_->state();
  const auto counts = dispatcher_->counts();
  if (!state.stopped.empty() && !has_reported_stop_) {
    log_.error("alerts are no longer delivered; mend the receiver, then: earshot deliveries resend",
               {{"sink", sink_->name()}, {"why", state.stopped}});
  }
  has_reported_stop_ = !state.stopped.empty();
  if (counts.forgotten != forgotten_reported_) {
    log_.error("deliveries are given up for good; earshot alerts still has what the log keeps",
               {{"sink", sink_->name()}, {"forgotten", counts.forgotten - forgotten_reported_}});
  }
  forgotten_reported_ = counts.forgotten;
  if (counts.parked != parked_reported_) {
    log_.warn("deliveries were parked after the last try; mend the receiver, then: earshot deliveries resend",
              {{"sink", sink_->name()}, {"parked", state.parked.size()}});
  }
  parked_reported_ = counts.parked;
}

}  // namespace earshot
