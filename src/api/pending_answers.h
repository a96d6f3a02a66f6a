// Commands that wait for desk's answer. A command is one more event, so its answer comes out of the log like everything
// else; who asked is told when it does, or that it will take longer. Nobody sleeps meanwhile.
//
// The server's thread only.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "api/server.h"
#include "earshot/event_log.h"
#include "event/codec.h"
#include "event_log/follower.h"

namespace earshot::api {

class PendingAnswers {
 public:
  using Time = std::chrono::steady_clock::time_point;

  PendingAnswers(const LogReader& log, const std::vector<TopicSpec>& topics);

  // Call it before the command is offered, or its answer may pass unseen. A second one who waits for the same request
  // gets the same answer.
  struct Waiting {
    std::string tenant;
    std::string request;
    Time until{};
  };
  Result<void> expect(const Waiting& waiting, Reply reply);

  void notified();
  void expire(Time now);  // answers 202 to those who have waited long enough

  std::size_t size() const { return waiting_.size(); }

 private:
  using Key = std::pair<std::string, std::string>;  // tenant, request
  struct Asker {
    Time until{};
    Reply reply;
  };

  Follower follower_;
  EventDecoder decoder_;
  std::multimap<Key, Asker> waiting_;
};

}  // namespace earshot::api
