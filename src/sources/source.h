// Listens to one live source: opens the stream, offers what is heard to the log together with how far it has come, and
// tries again when it breaks.
//
//     place (from state) ─► open ─► pages ─► read … ─► batch + connector.reached ─► log (one commit) ─► read …
//                            ▲                │ breaks
//                            └── jittered wait, Retry-After ◄┘
//
// The cursor is recorded in one commit with the events that it covers, so a kill at any moment loses none; what is
// heard twice carries the id it had. When nothing could be heard for kDeafAfter, a connector.gap that still lasts is
// recorded; once the stream is back the gap is ended: with `caught_up` if everything has come after all, else up to
// where the server's memory reaches.
//
// run() belongs to one thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "earshot/connector.h"
#include "sources/backoff.h"
#include "sources/transport.h"
#include "telemetry/log.h"

namespace earshot {

// Time that passes while nothing is done. Behind an interface, so that tests need not wait.
class Pause {
 public:
  virtual ~Pause() = default;
  virtual void wait(Millis duration) = 0;  // returns early when it is time to stop
  virtual bool is_stopping() const = 0;
};

class Source : private Findings {
 public:
  static constexpr std::size_t kBatchMax = 500;             // events in one offer
  static constexpr Millis kGatherMost{500};                 // an event waits so long for others
  static constexpr std::chrono::seconds kReachedEvery{60};  // the place is recorded when nothing was worth keeping
  static constexpr std::chrono::seconds kSilenceMax{60};    // a stream without any sign of life is dead
  static constexpr std::chrono::seconds kDeafAfter{120};
  static constexpr std::chrono::minutes kRefusedWait{15};  // after 401 and 403: who is refused asks for no more trouble
  static constexpr std::chrono::minutes kLaterWait{1};     // after a close that says so
  static constexpr Millis kLook{100};
  static constexpr std::chrono::seconds kToldEvery{1};

  struct Settings {
    std::string name;  // in the configuration
    std::string tenant;
    Millis gather_most = kGatherMost;
    Millis silence_max = kSilenceMax;
    std::uint64_t seed = 1;
  };
  // What became of it since it began.
  struct Counts {
    std::uint64_t taken = 0;        // frames of which something was kept
    std::uint64_t passed_over = 0;  // of nothing that we want
    std::uint64_t unread = 0;       // became a dead letter
    std::uint64_t opened = 0;       // connections
    std::uint64_t refused = 0;      // by an answer of the server
    std::uint64_t failed = 0;       // no server, no trust, no answer
    std::uint64_t broken = 0;       // after they were opened
    std::uint64_t caught_up = 0;    // gaps that are over
    std::uint64_t missed = 0;
    bool is_connected = false;
    std::optional<Timestamp> heard;  // the last sign of life; nothing: another process listens
  };

  struct Parts {
    const Connector& connector;
    const Clock& clock;
    Log& log;
    // How far it had come; nothing recorded: an empty one. Unavailable: it is not this process's to listen.
    std::function<Result<ConnectorReached>()> place;
    // Waits until all of it is durable.
    std::function<Result<void>(std::vector<Event>)> offer;
    // Whether anything is known of who this is by; what they delete is of interest only then.
    std::function<bool(const Input&)> knows;
    std::function<void(const Counts&)> told{};  // when something has changed, once a second at most of frames
  };

  Source(Settings settings, Parts parts, Transport& transport, Pause& pause);

  // Until it is time to stop.
  void run();

 private:
  struct Ended {
    std::string why;
    Millis at_least{0};  // before it is tried again
    bool was_heard = false;
  };

  void event(Event event) override;
  void dead_letter(DeadLetter letter) override;
  void skipped() override {}

  bool find_place();
  Ended hear_out();
  void hear(const StreamMessage& message, Timestamp now);
  Ended refused(const Reply& reply);
  Ended failed(Error error);
  void tell();
  std::optional<Ended> fetch_pages();
  Ended read(Stream& stream);
  void settle();
  void tell_deafness(Millis wait);
  void tell_gap(Timestamp to, bool caught_up);
  bool flush();
  bool is_time_to_flush() const;
  bool is_of_interest(const Event& event) const;
  Event event_of(std::string id, EventBody body) const;

  Settings settings_;
  Parts parts_;
  Transport& transport_;
  Pause& pause_;
  std::unique_ptr<Listener> listener_;
  Backoff backoff_;
  std::optional<RepeatedProblem> failing_;  // one for each time that it is deaf

  bool has_place_ = false;
  ConnectorReached reached_;   // as it is now
  ConnectorReached recorded_;  // as the log has it
  bool was_ever_heard_ = false;
  bool is_deafness_told_ = false;  // by this process
  bool is_gap_open_ = false;       // told, or perhaps told before this process began
  bool is_settled_ = false;        // it is known whether anything was missed before this connection
  std::string broken_by_;          // why the last connection ended
  Counts counts_;
  Timestamp told_{};
  std::vector<Event> batch_;
  Timestamp gathering_since_{};
};

}  // namespace earshot
