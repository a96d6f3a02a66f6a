// Committed records of partitions, read forward and ahead: what poll stands on.
//
//     broker ─► librdkafka's queue of the partition ─► kept: what was polled and may be asked for again ─► views
//
// One thread.
#pragma once

#include <deque>
#include <map>
#include <span>
#include <vector>

#include "event_log/kafka_alarm.h"
#include "event_log/kafka_client.h"

namespace earshot::kafka {

class Fetcher {
 public:
  static Result<std::unique_ptr<Fetcher>> open(Properties connection);
  ~Fetcher();

  // Begins to read ahead, so that many places are ready at once.
  Result<void> begin(const Place& place, TopicPartition name, Offset from);

  void end(TopicPartition name);  // its records are another's to read

  struct Known {
    Offset folded = 0;  // records below it were folded once: who asks for them again must be given all of them
    Offset end = 0;     // there are records up to here
  };
  // Up to `records_max` records from `from` on. Waits a moment for those that are known to be there, and is Unavailable
  // rather than silent about those that were folded. The views are valid until the next poll of this place.
  Result<std::span<const StoredRecord>> poll(const Place& place, TopicPartition name, Offset from,
                                             std::size_t records_max, Known known);

 private:
  struct Lane {
    TopicHandle topic;
    Queue queue;
    std::int32_t partition = 0;
    bool is_started = false;
    Offset from = 0;     // nothing below it is kept
    Offset reached = 0;  // everything below it has arrived
    std::deque<Message> kept;
    std::vector<StoredRecord> view;
    std::deque<std::string> made;  // values of the view that a message did not have like this
  };

  Fetcher() = default;
  Lane& lane_of(const Place& place, TopicPartition name);
  static void stop(Lane& lane);
  Result<void> start(Lane& lane, Offset from);
  Result<bool> take(Lane& lane, Message message);  // false when it says nothing

  Handle handle_;
  std::unique_ptr<Alarm> alarm_;
  std::map<TopicPartition, Lane> lanes_;
};

}  // namespace earshot::kafka
