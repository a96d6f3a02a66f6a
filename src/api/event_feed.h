// Server-sent events from published topics: everything that is new, to everybody who listens.
//
// A stream that keeps up is live: each record is read and written down once and goes to all of them, in rounds. A round
// serves a few streams in a turn of the server and lets others have theirs in between; after it there is a pause that
// grows with the number of streams, in which what happens gathers for the next one. So a thousand streams leave most of
// the server's time to those who ask, and one alone hears at once.
//
// A stream that comes back with `Last-Event-ID` reads the log for itself, a little whenever its client has taken what
// it was sent, until it has caught up. The id of an event names the next offset of every partition, so a client that
// resumes misses nothing and gets nothing twice, also after a restart. A client that does not keep up is dropped and
// may resume.
//
// The server's thread only.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/server.h"
#include "earshot/event_log.h"
#include "earshot/topics.h"
#include "event/codec.h"
#include "event_log/follower.h"

namespace earshot::api {

class EventFeed : public StreamListener {
 public:
  static constexpr std::size_t kStreamsInTurn = 32;
  // Handing a frame to the network takes about a fifth of it.
  static constexpr std::chrono::microseconds kPauseForEach{20};

  EventFeed(Server& server, const LogReader& log, std::vector<TopicSpec> topics, const std::vector<Topic>& followed);

  // Answers with a stream of the tenant's events, after `last_event_id` or from now on.
  void open(const Reply& reply, std::string tenant, std::string_view last_event_id);

  void notified();   // something was committed
  void heartbeat();  // tells the two ends of quiet streams that the other is there

  void stream_drained(StreamId id) override;
  void stream_closed(StreamId id) override { listeners_.erase(id); }

 private:
  struct Listener {
    std::string tenant;
    std::unique_ptr<Follower> behind;  // nothing: live
    bool joins = false;                // has read all there was: becomes live in a next round
  };
  struct Letter {
    StreamId to;
    Frame frame;
  };
  using Frames = std::map<std::string, std::string>;  // by tenant

  Follower at_start() const { return Follower(log_, topics_, followed_); }
  void write_down(const StoredRecord& record, const Follower& reader, Frames& frames);
  void send(StreamId id, Frame frame);
  void catch_up(StreamId id);
  void begin_round();
  void read_on();
  void join();
  void turn();
  void end_round();

  Server& server_;
  const LogReader& log_;
  std::vector<TopicSpec> topics_;
  std::vector<std::uint8_t> followed_;
  Follower head_;  // how far the live streams are
  EventDecoder decoder_;
  std::map<StreamId, Listener> listeners_;
  std::deque<Letter> letters_;         // still to be sent in this round
  std::chrono::microseconds pause_{};  // after it
  bool is_in_round_ = false;           // or in the pause
  bool is_more_ = false;               // in the log, perhaps
};

}  // namespace earshot::api
