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

#include "event_log/kafka_client.h"

namespace earshot::kafka {

class Fetcher {
 public:
  static Result<std::unique_ptr<Fetcher>> open(Properties connection);
  ~Fetcher();

  // Up to `records_max` records from `from` on. Waits a moment while records below `known_end` have still to arrive. The views
  // are valid until the next poll of this place.
  Result<std::span<const StoredRecord>> poll(const Place& place, TopicPartition name, Offset from, std::size_t records_max, Offset known_end);

 private:
  struct Lane {
    TopicHandle topic;
    Queue queue;
    std::int32_t partition = 0;
    bool is_started = false;
    Offset from = 0;    // nothing below it is kept
    Offset reached = 0;  // everything below it has arrived
    std::deque<Message> kept;
    std::vector<StoredRecord> view;
  };

  Fetcher() = default;
  Result<void> start(Lane& lane, Offset from);
  Result<bool> take(Lane& lane, int patience_ms);  // false when nothing has come

  Handle handle_;
  std::map<TopicPartition, Lane> lanes_;
};

}  // namespace earshot::kafka
