#include "api/newest_first.h"

#include <algorithm>
#include <numeric>

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

std::vector<std::optional<FoundRecord>> read_at(const LogReader& log, Topic topic, const std::vector<Place>& places,
                                                std::vector<std::string>& missing) {
  std::vector<std::optional<FoundRecord>> found(places.size());
  std::vector<std::size_t> order(places.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(places[a].partition, places[a].offset) < std::pair(places[b].partition, places[b].offset);
  });
  for (std::size_t next = 0; next < order.size();) {
    const Place first = places[order[next]];
    std::size_t end = next + 1;
    const auto is_near = [&](Place one, Place before) {
      return one.partition == before.partition && one.offset - before.offset <= kPassedOver;
    };
    while (end < order.size() && is_near(places[order[end]], places[order[end - 1]])) ++end;
    const TopicPartition partition{index_of(topic), first.partition};
    const auto records_max = static_cast<std::size_t>(places[order[end - 1]].offset - first.offset + 1);
    const auto done = log.read(partition, first.offset, records_max, [&](const StoredRecord& record) {
      while (next < end && places[order[next]].offset < record.offset) ++next;
      if (next < end && places[order[next]].offset == record.offset)
        found[order[next++]] = {partition, record.offset, record.time, std::string(record.key),
                                std::string(record.value)};
      return next < end;
    });
    next = end;
    if (done) continue;
    missing.push_back(name_of_partition(partition));
    while (next < order.size() && places[order[next]].partition == first.partition) ++next;
  }
  return found;
}

}  // namespace earshot::api
