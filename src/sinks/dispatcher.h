// Brings published alerts to one sink, at least once each, whatever happens to the sink or to this process.
//
//     alerts ──follower──► pending ──due──► sink ──┬── done
//                             ▲                    ├── try again: back to pending, later and later
//                             └────────────────────┤
//                                parked ◄──────────┘ after the last try; kept and visible
//
// What is not worth a person's while stays behind: alerts below a severity, and those of a case and severity that were
// sent lately. Of more than a minute holds, some go one by one and the rest together as a digest.
//
// It follows the published topic from a place of its own, so folding the log again sends nothing. Place, pending and
// parked deliveries stand in one small file that is replaced before and after each delivery: after a crash a delivery
// may be made again, with the same id, and none is lost. A delivery that fails does not hold up the others.
//
// Time comes from the clock and jitter from the seed, so tests need no sleeping. One thread takes turns; any may
// resend.
#pragma once

#include <filesystem>
#include <functional>
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

struct LogPlace {
  std::int64_t partition = 0;
  std::int64_t offset = 0;
  bool operator==(const LogPlace&) const = default;
};
template <class F>
void fields(F& f, LogPlace& v) {
  f.required("partition", v.partition);
  f.required("offset", v.offset);
}

// An alert on its way, or a digest of several. Their bytes stay in the log; here is where they stand.
struct PendingDelivery {
  std::string id;
  std::int64_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t tries = 0;
  Timestamp due{};             // parked: when it was given up
  Timestamp at{};              // when the alert was recorded
  std::string detail;          // of the last try
  bool resent = false;         // keeps its id: it joins no digest
  std::vector<LogPlace> more;  // of a digest: its other alerts
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
  f.optional("resent", v.resent);
  f.optional("more", v.more);
}

// A case was alerted to at this severity.
struct ToldAlert {
  CaseId case_id;
  Severity severity = Severity::info;
  Timestamp at{};
  bool operator==(const ToldAlert&) const = default;
};
template <class F>
void fields(F& f, ToldAlert& v) {
  f.required("case", v.case_id);
  f.required("severity", v.severity);
  f.required("at", v.at);
}

// What the file holds.
struct DispatcherState {
  std::string tenant;
  std::string place;
  std::string stopped;  // why nothing is sent any more; empty: it goes on
  std::vector<PendingDelivery> pending;
  std::vector<PendingDelivery> parked;  // oldest first
  std::vector<ToldAlert> told;          // oldest first
  std::vector<Timestamp> sent;          // tries of the last minute, if there is a limit
  bool operator==(const DispatcherState&) const = default;
};
template <class F>
void fields(F& f, DispatcherState& v) {
  f.optional("tenant", v.tenant);
  f.required("place", v.place);
  f.optional("stopped", v.stopped);
  f.optional("pending", v.pending);
  f.optional("parked", v.parked);
  f.optional("told", v.told);
  f.optional("sent", v.sent);
}

inline constexpr std::size_t kParkedMax = 10'000;  // beyond it the oldest is forgotten; its alert stays in the log

inline constexpr std::size_t kToldMax = 2'000;  // beyond it the oldest may be told again

// Of the file of a sink, which anybody may read at any time.
Result<DispatcherState> read_dispatcher_state(const std::filesystem::path& file);

class Dispatcher {
 public:
  struct Settings {
    std::filesystem::path file;
    std::string tenant;                  // whose alerts are sent
    Severity severity = Severity::info;  // at least
    Millis quiet{0};                     // for so long a case is not alerted to again at the same severity; 0: always
    std::int64_t per_minute = 0;         // messages; 0: no limit
    std::function<std::string(CustomerId)>
        key_of{};  // opens a key of a customer; empty where it cannot; none: keys stay inside
    // How long after the try before: the schedule that Standard Webhooks suggests. The wait is drawn from zero to it,
    // so that receivers who were down are not met by everybody at once.
    std::vector<Millis> schedule = standard_schedule();
    std::size_t pending_max = 1000;  // then nothing more is read until some are done
    std::size_t parked_max = kParkedMax;
    std::uint64_t seed = 0;
  };
  struct Counts {
    std::uint64_t taken_up = 0;
    std::uint64_t quiet = 0;
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;  // tries
    std::uint64_t parked = 0;
    std::uint64_t forgotten = 0;  // given up for good: one too many was parked, or its alert is no longer in the log
    Millis delay{0};              // from recording to delivery, of the alert that was delivered last
  };
  static std::vector<Millis> standard_schedule();

  // Goes on where the file says; without one it begins at the end of the log, so that a new receiver is not told of the
  // past.
  static Result<std::unique_ptr<Dispatcher>> open(const LogReader& log, const std::vector<TopicSpec>& topics,
                                                  Sink& sink, const Clock& clock, Settings settings);

  // Takes up what is new, and makes every delivery that is due. Gives the time at which the next one will be, if any
  // waits.
  Result<std::optional<Timestamp>> turn();

  // Makes what was parked pending again, with the ids that it has, and what waits for its next try due; one delivery by
  // its id, or all. A sink that was stopped goes on. Gives their number once that is durable; NotFound when there is
  // none of this id. Any thread.
  Result<std::size_t> resend(std::string_view id);

  DispatcherState state() const;  // any thread
  Counts counts() const;

 private:
  Dispatcher(const LogReader& log, const std::vector<TopicSpec>& topics, Sink& sink, const Clock& clock,
             Settings settings);

  Result<void> take_up();
  bool is_quiet(const AlertRaised& alert, Timestamp at);
  Result<std::vector<std::string>> messages_due();
  std::string make_digest(const std::vector<std::string>& ids);
  std::size_t room() const;  // messages that may still be sent in this minute
  Result<void> deliver(const std::string& id, std::unique_lock<std::mutex>& lock);
  Result<std::vector<Event>> events_of(const PendingDelivery& delivery);
  Notice notice_of(const std::string& id, const std::vector<Event>& events) const;
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
