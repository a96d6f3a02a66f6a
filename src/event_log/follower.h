// Follows a few topics of a log and knows how far it has come: what queries, event streams and sinks stand on.
//
// The place can be written down as text and taken up later, also in another process: it names the next offset of every
// partition, so nothing is skipped and nothing comes twice, however the partitions were interleaved.
//
// Several threads may each have their own; one is for one thread at a time.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/event_log.h"
#include "event_log/topic_spec.h"

namespace earshot {

class Follower {
 public:
  // `followed` are places in `topics`. It begins at the oldest record.
  Follower(const LogReader& log, const std::vector<TopicSpec>& topics, const std::vector<std::uint8_t>& followed);

  Result<void> skip_to_end();

  // Calls `visit` for at most `records_max` records that are new, in order within each partition, and gives their
  // number. While `visit` runs, place() is already behind the record that it sees.
  using Visit = std::function<void(TopicPartition partition, const StoredRecord& record)>;
  Result<std::size_t> read(std::size_t records_max, const Visit& visit);

  // `topic-partition-next` for each partition, joined by `_`.
  std::string place() const;

  // Partitions that `place` does not name keep theirs; Invalid if it is no place, or names what is not followed.
  Result<void> go_to(std::string_view place);

  bool operator==(const Follower& other) const { return next_ == other.next_; }

 private:
  const LogReader& log_;
  std::map<TopicPartition, Offset> next_;
};

}  // namespace earshot
