// Brings published alerts to one sink, at least once each, whatever happens to the sink or to this process.
//
//     alerts ──follower──► pending ──due──► sink ──┬── done
//                             ▲                    ├── try again: back to pending, later and later
//                             └────────────────────┤
//                                parked ◄──────────┘ after the last try; kept and visible
//
// It follows the published topic from a place of its own, so folding the log again sends nothing. Place, pending and
// parked deliveries stand in one small file that is replaced before and after each delivery: after a crash a delivery
// may be made again, with the same id, and none is lost. A delivery that fails does not hold up the others.
//
// Time comes from the clock and jitter from the seed, so tests need no sleeping. One thread takes turns; any may resend.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "earshot/sink.h"
#include "earshot/time.h"
#include "event/codec.h"
#include "event_log/follower.h"

namespace earshot {

// An alert on its way. Its bytes stay in the log; here is where they stand.
struct PendingDelivery {
  std::string id;
  std::int64_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t tries = 0;
  Timestamp due{};     // parked: when it was given up
  Timestamp at{};      // when the alert was recorded
  std::string detail;  // of the last try
  bool operator==(const PendingDelivery&) const = default;
};
template <class F>
void fields(F& f, PendingDelivery& v) {
  f.required("id", v.id);
  f.required("partition", v.partition);
  f.required("offset", v.offset);
  f.required("tries", v.tries);
  f.required("due", v.due);
  f.optional("at", v.at);
  f.optional("detail", v.detail);
}

// What the file holds.
struct DispatcherState {
  std::string tenant;
  std::string place;
  std::string stopped;  // why nothing is sent any more; empty: it goes on
  std::vector<PendingDelivery> pending;
  std::vector<PendingDelivery> parked;  // oldest first
  bool operator==(const DispatcherState&) const = default;
};
template <class F>
void fields(F& f, DispatcherState& v) {
  f.optional("tenant", v.tenant);
  f.required("place", v.place);
  f.optional("stopped", v.stopped);
  f.optional("pending", v.pending);
  f.optional("parked", v.parked);
}

inline constexpr std::size_t kParkedMax = 10'000;  // beyond it the oldest is forgotten; its alert stays in the log

// Of the file of a sink, which anybody may read at any time.
Result<DispatcherState> read_dispatcher_state(const std::filesystem::path& file);

class Dispatcher {
 public:
  struct Settings {
    std::filesystem::path file;
    std::string tenant;  // whose alerts are sent
    // How long after the try before: the schedule that Standard Webhooks suggests. The wait is drawn from zero to it,
    // so that receivers who were down are not met by everybody at once.
    std::vector<Millis> schedule = standard_schedule();
    std::size_t pending_max = 1000;  // then nothing more is read until some are done
    std::size_t parked_max = kParkedMax;
    std::uint64_t seed = 0;
  };
  struct Counts {
    std::uint64_t taken_up = 0;
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;  // tries
    std::uint64_t parked = 0;
    std::uint64_t forgotten = 0;  // given up for good: one too many was parked, or its alert is no longer in the log
    Millis delay{0};  // from recording to delivery, of the alert that was delivered last
  };
  static std::vector<Millis> standard_schedule();

  // Goes on where the file says; without one it begins at the end of the log, so that a new receiver is not told of the
  // past.
  static Result<std::unique_ptr<Dispatcher>> open(const LogReader& log, const std::vector<TopicSpec>& topics,
                                                  Sink& sink, const Clock& clock, Settings settings);

  // Takes up what is new, and makes every delivery that is due. Gives the time at which the next one will be, if any
  // waits.
  Result<std::optional<Timestamp>> turn();

  // Makes what was parked pending again, with the ids that it has; one delivery by its id, or all. A sink that was stopped goes
  // on. Gives their number once that is durable; NotFound when there is none of this id. Any thread.
  Result<std::size_t> resend(std::string_view id);

  DispatcherState state() const;  // any thread
  Counts counts() const;

 private:
  Dispatcher(const LogReader& log, const std::vector<TopicSpec>& topics, Sink& sink, const Clock& clock,
             Settings settings);

  Result<void> take_up();
  Result<void> deliver(const std::string& id, std::unique_lock<std::mutex>& lock);
  Result<std::optional<Event>> event_of(const PendingDelivery& delivery);
  Millis wait_after(std::int64_t tries, Millis asked_for);
  void park(PendingDelivery delivery);
  Result<void> save();

  const LogReader& log_;
  Sink& sink_;
  const Clock& clock_;
  Settings settings_;
  Follower follower_;
  EventDecoder decoder_;
  Random random_;
  mutable std::mutex mutex_;  // for the two below; not held while something is sent
  DispatcherState state_;
  Counts counts_;
};

}  // namespace earshot
