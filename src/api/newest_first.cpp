#include "api/newest_first.h"

#include <algorithm>

namespace earshot::api {

namespace {

constexpr Offset kWindowFirst = 64;  // most questions end here
constexpr Offset kWindowMost = 2048;
constexpr Offset kPassedOver = 32;  // records that are cheaper to pass over than to begin reading once more

std::string name_of_partition(TopicPartition partition) {
  return std::string(name_of(static_cast<Topic>(partition.topic))) + "/" + std::to_string(partition.partition);
}

// One partition, backwards. `records` ends with the newest one that was not given yet.
struct Partition {
  TopicPartition partition;
  Offset begin = 0;
  Offset upper = 0;  // everything from here on has been read
  Offset window = kWindowFirst;
  std::vector<FoundRecord> records;

  Result<void> fill(const LogReader& log) {
    while (records.empty() && upper > begin) {
      const Offset from = std::max(begin, upper - window);
      const auto done =
          log.read(partition, from, static_cast<std::size_t>(upper - from), [this](const StoredRecord& record) {
            if (record.offset >= upper) return false;
            records.push_back(
                {partition, record.offset, record.time, std::string(record.key), std::string(record.value)});
            return true;
          });
      if (!done) return done;
      upper = from;
      window = std::min(window * 2, kWindowMost);
    }
    return {};
  }
};

}  // namespace

std::string name_of_place(Topic topic, Place place) {
  return name_of_partition({index_of(topic), place.partition}) + "@" + std::to_string(place.offset);
}

TopicEnd end_of(const LogReader& log, const std::vector<TopicSpec>& topics, Topic topic) {
  TopicEnd found{topic, {}, {}};
  for (std::uint16_t i = 0; i < topics.at(index_of(topic)).partitions; ++i) {
    const TopicPartition partition{index_of(topic), i};
    const auto end = log.end(partition);
    found.ends.push_back(end ? *end : 0);
    if (!end) found.missing.push_back(name_of_partition(partition));
  }
  return found;
}

void visit_newest_first(const LogReader& log, TopicEnd& end, const std::function<bool(const FoundRecord&)>& visit) {
  std::vector<Partition> partitions;
  for (std::uint16_t i = 0; i < end.ends.size(); ++i) {
    const TopicPartition partition{index_of(end.topic), i};
    const auto begin = log.begin(partition);
    partitions.push_back({.partition = partition, .begin = begin ? *begin : 0, .upper = end.ends[i]});
  }
  while (true) {
    Partition* newest = nullptr;
    for (Partition& one : partitions) {
      if (auto filled = one.fill(log); !filled) {
        end.missing.push_back(name_of_partition(one.partition));
        one.upper = one.begin;
      }
      if (one.records.empty()) continue;
      if (newest == nullptr || one.records.back().time > newest->records.back().time) newest = &one;
    }
    if (newest == nullptr) return;
    const FoundRecord record = std::move(newest->records.back());
    newest->records.pop_back();
    if (!visit(record)) return;
  }
}

void read_values(const LogReader& log, Topic topic, std::vector<Written>& records, std::vector<std::string>& missing) {
  std::vector<Written*> order;
  for (Written& one : records) {
    if (one.value.empty()) order.push_back(&one);
  }
  std::sort(order.begin(), order.end(), [](const Written* a, const Written* b) {
    return std::pair(a->place.partition, a->place.offset) < std::pair(b->place.partition, b->place.offset);
  });
  const auto is_near = [](Place one, Place before) {
    return one.partition == before.partition && one.offset - before.offset <= kPassedOver;
  };
  for (std::size_t next = 0; next < order.size();) {
    const Place first = order[next]->place;
    std::size_t end = next + 1;
    while (end < order.size() && is_near(order[end]->place, order[end - 1]->place)) ++end;
    const TopicPartition partition{index_of(topic), first.partition};
    const auto records_max = static_cast<std::size_t>(order[end - 1]->place.offset - first.offset + 1);
    const auto done = log.read(partition, first.offset, records_max, [&](const StoredRecord& record) {
      while (next < end && order[next]->place.offset < record.offset) ++next;
      if (next < end && order[next]->place.offset == record.offset) order[next++]->value = record.value;
      return next < end;
    });
    next = end;
    if (done) continue;
    missing.push_back(name_of_partition(partition));
    while (next < order.size() && order[next]->place.partition == first.partition) ++next;
  }
}

}  // namespace earshot::api
