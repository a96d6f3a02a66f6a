// What a log says when it is read from end to end, and what is wrong with it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "earshot/event.h"
#include "earshot/event_log.h"
#include "earshot/state_store.h"
#include "earshot/topics.h"

namespace earshot::test {

struct Entry {
  Topic topic = Topic::feedback;
  TopicPartition place;
  Offset offset = 0;
  Timestamp recorded{};
  std::string key;
  Event event;
};

// An input by its id and content: the same id with other content is another one.
std::string name_of_input(const Event& event);

struct Ledger {
  std::vector<Entry> entries;  // by topic, partition, offset
  std::string unreadable;      // the first record that is not an event

  // Everything acknowledged is there once, was acted on once, and nothing is there without a cause.
  std::string complaint(const std::set<std::string>& acknowledged) const;
};

Ledger read_ledger(const LogReader& log, int partitions);

// What state counts is what the ledger holds: items of feedback per identity key, each with the customer the key
// belongs to.
std::string complaint_about_counts(const Ledger& ledger, const StateStore& state, int partitions);

// Empty when two logs hold the same records at the same offsets.
std::string difference_of_logs(const LogReader& one, const LogReader& other, int partitions);

}  // namespace earshot::test
