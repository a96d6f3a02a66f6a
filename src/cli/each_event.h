// Walks over what a log holds now, in reads of bounded size.
#pragma once

#include "earshot/event_log.h"
#include "earshot/topics.h"
#include "event/codec.h"
#include "event_log/topic_spec.h"

namespace earshot::cli {

// Calls `visit` with every event of a partition that can be read.
template <class Visit>
Result<void> each_event(const LogReader& log, TopicPartition partition, Visit visit) {
  constexpr std::size_t kRecordsPerRead = 1024;
  EventDecoder decoder;
  const auto begin = log.begin(partition);
  if (!begin) return begin.error();
  const auto end = log.end(partition);
  if (!end) return end.error();
  for (Offset at = *begin; at < *end;) {
    const Offset before = at;
    auto read = log.read(partition, at, kRecordsPerRead, [&](const StoredRecord& record) {
      at = record.offset + 1;
      if (const auto event = decoder.decode(record.value)) visit(*event);
      return true;
    });
    if (!read) return read;
    if (at == before) break;  // only gaps are left
  }
  return {};
}

// The same of all partitions of a topic, one after the other.
template <class Visit>
Result<void> each_event(const LogReader& log, const std::vector<TopicSpec>& topics, Topic topic, Visit visit) {
  for (std::uint16_t i = 0; i < topics.at(index_of(topic)).partitions; ++i) {
    if (auto walked = each_event(log, TopicPartition{index_of(topic), i}, visit); !walked) return walked;
  }
  return {};
}

}  // namespace earshot::cli
