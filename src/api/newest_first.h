// Reads a topic from its end backwards, the newest record of all partitions first: what people ask for is nearly always
// near the end. Memory is a window of each partition, however long the topic is. Any thread; one object, one thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "earshot/event_log.h"
#include "earshot/topics.h"
#include "event_log/topic_spec.h"

namespace earshot::api {

struct FoundRecord {
  TopicPartition partition;
  Offset offset = 0;
  Timestamp time{};
  std::string key;
  std::string value;
};

struct Place {  // in a topic
  std::uint16_t partition = 0;
  Offset offset = 0;
  bool operator==(const Place&) const = default;
};
std::string name_of_place(Topic topic, Place place);

// Where a topic ended at some moment: what was read once can be read again, though more has come since.
struct TopicEnd {
  Topic topic = Topic::cases;
  std::vector<Offset> ends;          // of each partition
  std::vector<std::string> missing;  // partitions that could not be asked
};
TopicEnd end_of(const LogReader& log, const std::vector<TopicSpec>& topics, Topic topic);

// Calls `visit` from the end backwards until it returns false or nothing is left. Records of one time come in the order
// of their partitions. What cannot be read is named in `end.missing`, and the rest is given.
void visit_newest_first(const LogReader& log, TopicEnd& end, const std::function<bool(const FoundRecord&)>& visit);

struct Written {
  Place place;
  std::string value;  // empty: not read yet, or no longer kept
};

// Reads the values that are empty. Partitions that cannot be read are added to `missing`.
void read_values(const LogReader& log, Topic topic, std::vector<Written>& records, std::vector<std::string>& missing);

}  // namespace earshot::api
