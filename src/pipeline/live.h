// A pump on a thread of its own, with a front door for everybody else.
//
//     any thread: offer ─► bounded queue ─► pump's thread: known? append, fold, fire timers ─► commit ─► done(accepted, duplicate)
// What is offered while one commit is on its way to disk goes into the next, so batches grow with the load. A full queue
// refuses; nothing waits for room. After an error of the log nothing more is taken and `stopped` is called: the process
// should end, and starting it again recovers.
#pragma once

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
#include "pipeline/import.h"
#include "pipeline/pump.h"

namespace earshot {

class Live {
 public:
  struct Settings {
    std::string tenant;  // of events that name none
    std::size_t queue_events_max = 20'000;
    std::size_t events_per_commit_max = 8'192;
  };
  struct Outcome {
    std::int64_t accepted = 0;
    std::int64_t duplicate = 0;
  };
  using Done = std::function<void(Result<Outcome>)>;

  struct Hooks {
    std::function<void(const Event&)> offered{};                    // of each event, on the thread that offers it, before it is queued
    std::function<void(const std::vector<Pump::Stage>&)> folded{};  // on the pump's thread, now and then
    std::function<void()> committed{};                              // after each commit, on a thread of the engine; must be quick
    std::function<void(const Error&)> stopped{};                    // at most once, on either
  };

  Live(Pump& pump, ImportRules rules, const Clock& clock, Settings settings, Hooks hooks);
  ~Live();
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  // Inputs and dead letters go to `feedback`, commands to `desk`. `done` is called once, when all of it is durable, or with
  // Unavailable when nothing of it was taken. Any thread; never waits.
  void offer(std::vector<Event> events, Done done);

  // Takes what was offered, commits, and ends the thread.
  void stop();

  // Why nothing is taken; nothing when all is well. Any thread.
  std::optional<Error> trouble() const;

 private:
  struct Offer {
    std::vector<Event> events;
    Done done;
    Outcome outcome;
  };

  std::optional<Error> refusal(std::size_t events) const;  // with the mutex held
  void run();
  bool take(std::vector<Offer>& offers);  // false when it is time to end
  Result<void> fold(std::vector<Offer>& offers);
  void commit(std::vector<Offer> offers);
  void fail(const Error& error);

  Pump& pump_;
  ImportRules rules_;
  const Clock& clock_;
  Settings settings_;
  Hooks hooks_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Offer> queue_;
  std::size_t queued_events_ = 0;
  bool stopping_ = false;
  bool committing_ = false;
  bool committed_ = false;  // since the pump's thread last looked
  std::optional<Error> trouble_;
  std::thread thread_;
};

}  // namespace earshot
