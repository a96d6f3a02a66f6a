// A pump on a thread of its own, with a front door for everybody else.
//
//     any thread: offer ─► bounded queue ─► pump's thread: known? append, fold, fire timers ─► commit ─► done(accepted, duplicate)
// What is offered while one commit is on its way to disk goes into the next, so batches grow with the load. A full
// queue refuses, and what is not yet durable still fills it; nothing waits for room. While the wall clock is off
// (clock_watch.h) everything is refused and nothing is recorded. After an error of the log nothing more is taken and
// `stopped` is called: the process should end, and starting it again recovers.
//
// Where processes share the log and tasks are to move, the pump's thread first commits what it has; what is offered
// meanwhile waits in the queue.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "earshot/time.h"
#include "pipeline/clock_watch.h"
#include "pipeline/import.h"
#include "pipeline/pump.h"
#include "pipeline/watchdog.h"

namespace earshot {

class Live {
 public:
  struct Settings {
    std::string tenant;                     // of events that name none
    std::size_t queue_events_max = 20'000;  // that were taken and are not yet durable
    std::size_t events_per_commit_max = 8'192;
    ClockWatch::Passed passed{};  // to notice when the clock jumps; none: it cannot
  };
  struct Outcome {  // of events and commands; a dead letter is neither accepted nor a duplicate
    std::int64_t accepted = 0;
    std::int64_t duplicate = 0;
    // Of a delivery that mends a letter, when nothing of it was taken: somebody was first, or another process knows
    // whether.
    bool was_mended = false;
    bool is_elsewhere = false;
    Timestamp recorded{};  // what was accepted
  };
  using Done = std::function<void(Result<Outcome>)>;

  struct Hooks {
    std::function<void(const Event&)> offered{};  // of each event, on the thread that offers it, before it is queued
    std::function<void(const std::vector<Pump::Stage>&)> folded{};  // on the pump's thread, now and then
    // After each commit, with how long it took to become durable; on a thread of the engine; must be quick.
    std::function<void(std::chrono::nanoseconds)> committed{};
    std::function<void(const Error&)> stopped{};  // at most once, on either
  };

  Live(Pump& pump, ImportRules rules, const Clock& clock, Settings settings, Hooks hooks);
  ~Live();
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  // Inputs and dead letters go to `feedback`, commands to `desk`, what steers the processors everywhere. A delivery
  // that begins with a DeadLetterMended is taken only if the letter was not mended before and something of the rest is
  // new. `done` is called once, when all of it is durable, or with Unavailable when nothing of it was taken. Any
  // thread; never waits.
  void offer(std::vector<Event> events, Done done);

  // Takes what was offered, commits, and ends the thread. Every `done` has been called when it returns.
  void stop();

  // What becomes of one delivery at `now`, apart from threads and queues, so that a simulation can do the same: fires
  // what was due before it, drops what is known, and folds the rest.
  static Result<Outcome> deliver(Pump& pump, const ImportRules& rules, const std::string& tenant, Timestamp now,
                                 std::vector<Event>& events);

  // For a watchdog. Any thread.
  Progress progress() const;

  // Why nothing is taken any more; nothing when all is well. Any thread.
  std::optional<Error> trouble() const;

  // Whether an offer would be considered now: an error is for good, or until the clock is right again. Any thread.
  Result<void> ready() const;

  // Events that were taken and are not yet durable. Any thread.
  std::size_t unanswered() const;

 private:
  struct Offer {
    std::size_t count = 0;  // of the events as they were offered
    std::vector<Event> events;
    Done done;
    Outcome outcome;
  };

  std::optional<Error> refusal(std::size_t events) const;  // with the mutex held
  void run();
  bool take(std::vector<Offer>& offers);  // false when it is time to end
  Result<void> fold(std::vector<Offer>& offers);
  Result<void> run(Timestamp now);
  void give_back(std::vector<Offer>& offers);
  bool is_stopping() const;
  bool must_share();
  void share();
  bool may_commit() const;
  void commit(std::vector<Offer> offers);
  void answer(std::vector<Offer>& offers, const Result<void>& result);
  void fail(const Error& error);
  void end(std::vector<Offer> unanswered);

  Pump& pump_;
  ImportRules rules_;
  ClockWatch clock_;
  Settings settings_;
  Hooks hooks_;

  bool is_behind_ = false;  // there is more in the log than was folded; the pump's thread

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Offer> queue_;
  std::size_t unanswered_events_ = 0;
  bool stopping_ = false;
  Progress progress_;
  int commits_ = 0;                     // under way
  bool committed_ = false;              // since the pump's thread last looked
  std::optional<Error> trouble_;        // of the log: for good
  std::optional<Error> clock_trouble_;  // until the clock is right again
  std::thread thread_;
};

}  // namespace earshot
