#include "event_log/kafka_fetcher.h"

#include <algorithm>

namespace earshot::kafka {

namespace {

constexpr int kMomentMs = 500;
constexpr std::size_t kQueued = 4'000;  // records of a partition, at which no more are fetched; or as many bytes
constexpr std::size_t kQueuedKilobytes = 32'768;
constexpr std::size_t kFetchedBytes = 256 << 10;  // of a partition at once, compressed
constexpr std::chrono::seconds kPatience{60};

}  // namespace

Result<std::unique_ptr<Fetcher>> Fetcher::open(Properties connection) {
  connection.insert(connection.end(), {{"isolation.level", "read_committed"},
                                       {"enable.partition.eof", "true"},
                                       {"fetch.wait.max.ms", "5"},
                                       {"fetch.message.max.bytes", std::to_string(kFetchedBytes)},
                                       {"fetch.error.backoff.ms", "20"},
                                       {"queued.min.messages", std::to_string(kQueued)},
                                       {"queued.max.messages.kbytes", std::to_string(kQueuedKilobytes)}});
  std::unique_ptr<Fetcher> fetcher(new Fetcher);
  auto handle = connect(RD_KAFKA_CONSUMER, connection);
  if (!handle) return std::move(handle.error());
  fetcher->handle_ = std::move(*handle);
  fetcher->alarm_ = std::make_unique<Alarm>(fetcher->handle_.get());
  return fetcher;
}

Fetcher::~Fetcher() {
  alarm_.reset();
  for (auto& [_, lane] : lanes_) stop(lane);
  lanes_.clear();
}

void Fetcher::stop(Lane& lane) {
  lane.kept.clear();
  if (lane.is_started) rd_kafka_consume_stop(lane.topic.get(), lane.partition);
}

void Fetcher::end(TopicPartition name) {
  const auto found = lanes_.find(name);
  if (found == lanes_.end()) return;
  stop(found->second);
  lanes_.erase(found);
}

Result<void> Fetcher::start(Lane& lane, Offset from) {
  stop(lane);
  lane.queue.reset(rd_kafka_queue_new(handle_.get()));  // what is left in the old one is of the old place
  lane.is_started = rd_kafka_consume_start_queue(lane.topic.get(), lane.partition, from, lane.queue.get()) == 0;
  if (!lane.is_started)
    return error_of(rd_kafka_last_error(), "reading " + std::string(rd_kafka_topic_name(lane.topic.get())));
  lane.from = lane.reached = from;
  return {};
}

Result<bool> Fetcher::take(Lane& lane, Message message) {
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    lane.reached = message->offset + 1;
    if (message->offset >= lane.from) lane.kept.push_back(std::move(message));
    return true;
  }
  if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    lane.reached = std::max(lane.reached, message->offset);
    return true;
  }
  const std::string topic = rd_kafka_topic_name(lane.topic.get());
  if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
    // The oldest records were dropped: go on with the first that is left.
    auto begin = edges(handle_.get(), {{topic, lane.partition}}, Edge::begin, std::chrono::seconds(10));
    if (!begin) return std::move(begin.error());
    if (begin->front() <= lane.reached)
      return Error{ErrorKind::Corrupt, "Kafka's topic " + topic + " ends before offset " +
                                           std::to_string(lane.reached) +
                                           ", which was read from it; it was made anew or has lost records"};
    if (auto started = start(lane, begin->front()); !started) return std::move(started.error());
    return true;
  }
  // Everything else (a broker that is away) librdkafka mends by itself.
  return false;
}

Fetcher::Lane& Fetcher::lane_of(const Place& place, TopicPartition name) {
  Lane& lane = lanes_[name];
  if (!lane.topic) {
    lane.topic = open_topic(handle_.get(), place.topic);
    lane.partition = place.partition;
  }
  return lane;
}

Result<void> Fetcher::begin(const Place& place, TopicPartition name, Offset from) {
  return start(lane_of(place, name), from);
}

Result<std::span<const StoredRecord>> Fetcher::poll(const Place& place, TopicPartition name, Offset from,
                                                    std::size_t records_max, Known known) {
  Lane& lane = lane_of(place, name);
  if (!lane.is_started || from < lane.from || from > lane.reached) {
    if (auto started = start(lane, from); !started) return std::move(started.error());
  }
  alarm_->see(place, rd_kafka_queue_length(lane.queue.get()), kQueued);
  lane.from = from;
  while (!lane.kept.empty() && lane.kept.front()->offset < from) lane.kept.pop_front();
  const auto begun = std::chrono::steady_clock::now();
  while (lane.kept.size() < records_max) {
    const bool is_awaited = lane.kept.empty() && lane.reached < std::max(known.end, known.folded);
    bool is_anything = false;
    for (Message& message : consume(lane.queue.get(), is_awaited ? kMomentMs : 0, records_max - lane.kept.size())) {
      auto taken = take(lane, std::move(message));
      if (!taken) return std::move(taken.error());
      is_anything = is_anything || *taken;
    }
    if (is_anything) continue;
    if (!lane.kept.empty() || lane.reached >= known.folded) break;
    if (std::chrono::steady_clock::now() - begun > kPatience)
      return Error{ErrorKind::Unavailable, "Kafka does not send " + place.topic + " again from offset " +
                                               std::to_string(from) + "; is the broker reachable?"};
  }
  lane.view.clear();
  lane.made.clear();
  for (std::size_t i = 0; i < lane.kept.size() && i < records_max; ++i)
    lane.view.push_back(record_of(*lane.kept[i], lane.made));
  return std::span<const StoredRecord>(lane.view);
}

}  // namespace earshot::kafka
