#include "event_log/kafka_reader.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace earshot {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kDesksKept = 4;  // beyond as many as read at a time
constexpr auto kPatience = 10s;
constexpr auto kEndsAreBelieved = 20ms;

}  // namespace

// A handle that reads one partition at a time.
class KafkaReader::Desk {
 public:
  explicit Desk(kafka::Handle handle) : handle_(std::move(handle)) {}
  ~Desk() { topics_.clear(); }

  Result<void> read(const std::string& name, TopicPartition partition, Offset from, Offset end, std::size_t records_max,
                    const Visit& visit) {
    kafka::TopicHandle& topic = topics_[partition.topic];
    if (!topic) topic = kafka::open_topic(handle_.get(), name);
    const kafka::Queue queue(rd_kafka_queue_new(handle_.get()));
    if (rd_kafka_consume_start_queue(topic.get(), partition.partition, from, queue.get()) != 0)
      return kafka::error_of(rd_kafka_last_error(), "reading " + name);
    auto done = visit_all(name, queue.get(), end, records_max, visit);
    rd_kafka_consume_stop(topic.get(), partition.partition);
    return done;
  }

 private:
  Result<void> visit_all(const std::string& name, rd_kafka_queue_t* queue, Offset end, std::size_t records_max,
                         const Visit& visit) {
    auto last = std::chrono::steady_clock::now();
    for (std::size_t count = 0; count < records_max;) {
      const kafka::Message message(rd_kafka_consume_queue(queue, 100));
      const auto now = std::chrono::steady_clock::now();
      if (!message ||
          (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF)) {
        if (message && message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
          return Error{ErrorKind::NotFound, name + " has no such offset"};
        if (now - last > kPatience)
          return Error{ErrorKind::Unavailable,
                       "Kafka sent nothing of " + name + " for ten seconds; is the broker reachable?"};
        continue;
      }
      last = now;
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        if (message->offset >= end) return {};
        continue;
      }
      if (message->offset >= end) return {};
      ++count;
      std::deque<std::string> made;
      if (!visit(kafka::record_of(*message, made)) || message->offset + 1 >= end) return {};
    }
    return {};
  }

  kafka::Handle handle_;
  std::map<std::uint8_t, kafka::TopicHandle> topics_;
};

KafkaReader::KafkaReader(std::string prefix, std::vector<TopicSpec> topics, kafka::Properties properties)
    : prefix_(std::move(prefix)), topics_(std::move(topics)), properties_(std::move(properties)) {}
KafkaReader::~KafkaReader() = default;

Result<std::unique_ptr<KafkaReader>> KafkaReader::open(const KafkaConnection& connection, const std::string& prefix,
                                                       std::vector<TopicSpec> topics) {
  kafka::Properties properties = connection.security;
  properties.insert(properties.end(), {{"bootstrap.servers", connection.bootstrap},
                                       {"isolation.level", "read_committed"},
                                       {"enable.partition.eof", "true"},
                                       {"fetch.wait.max.ms", "2"},
                                       {"fetch.error.backoff.ms", "20"},
                                       {"queued.min.messages", "2000"},
                                       {"queued.max.messages.kbytes", "16384"}});
  auto ends = kafka::connect(RD_KAFKA_CONSUMER, properties);
  if (!ends) return std::move(ends.error());
  std::unique_ptr<KafkaReader> reader(new KafkaReader(prefix, std::move(topics), std::move(properties)));
  reader->ends_handle_ = std::move(*ends);
  return reader;
}

Result<std::unique_ptr<KafkaReader::Desk>> KafkaReader::take_desk() const {
  {
    const std::lock_guard lock(desks_mutex_);
    if (!desks_.empty()) {
      std::unique_ptr<Desk> desk = std::move(desks_.back());
      desks_.pop_back();
      return desk;
    }
  }
  auto handle = kafka::connect(RD_KAFKA_CONSUMER, properties_);
  if (!handle) return std::move(handle.error());
  return std::make_unique<Desk>(std::move(*handle));
}

void KafkaReader::give_back(std::unique_ptr<Desk> desk) const {
  const std::lock_guard lock(desks_mutex_);
  if (desks_.size() < kDesksKept) desks_.push_back(std::move(desk));
}

Result<void> KafkaReader::read(TopicPartition partition, Offset from, std::size_t records_max,
                               const Visit& visit) const {
  auto last = end(partition);
  if (!last) return std::move(last.error());
  if (from >= *last || records_max == 0) return {};
  auto taken = take_desk();
  if (!taken) return std::move(taken.error());
  std::unique_ptr<Desk> desk = std::move(*taken);
  auto done = desk->read(topic_name(partition), partition, from, *last, records_max, visit);
  if (!done && done.error().kind == ErrorKind::NotFound) {
    // Older records than there are: from the first that is left.
    const auto first = begin(partition);
    done = first && *first > from ? desk->read(topic_name(partition), partition, *first, *last, records_max, visit)
                                  : std::move(done);
  }
  give_back(std::move(desk));
  return done;
}

Result<Offset> KafkaReader::begin(TopicPartition partition) const {
  if (!has_partition(topics_, partition)) return no_partition(partition);
  auto found =
      kafka::edges(ends_handle_.get(), {{topic_name(partition), partition.partition}}, kafka::Edge::begin, kPatience);
  if (!found) return std::move(found.error());
  return found->front();
}

void KafkaReader::look_again() {
  const std::lock_guard lock(ends_mutex_);
  ends_are_old_ = true;
}

void KafkaReader::expect(TopicPartition partition, Offset end) {
  const std::lock_guard lock(ends_mutex_);
  expected_[partition] = std::max(expected_[partition], end);
  ends_are_old_ = true;
}

Result<Offset> KafkaReader::end(TopicPartition partition) const {
  if (!has_partition(topics_, partition)) return no_partition(partition);
  const std::lock_guard lock(ends_mutex_);
  const auto wanted = expected_.find(partition);
  const Offset expected = wanted == expected_.end() ? 0 : wanted->second;
  const auto begun = std::chrono::steady_clock::now();
  const auto is_fresh = [&] { return !ends_are_old_ && begun - ends_asked_ <= kEndsAreBelieved; };
  while (!is_fresh() || ends_.at(partition) < expected) {
    if (auto asked = ask_for_ends(); !asked) return std::move(asked.error());
    if (ends_.at(partition) >= expected) break;
    if (std::chrono::steady_clock::now() - begun > kPatience)
      return Error{ErrorKind::Unavailable, "Kafka does not show what was committed to " + topic_name(partition) +
                                               "; is a transaction of another program open?"};
    std::this_thread::sleep_for(1ms);
  }
  return ends_.at(partition);
}

Result<void> KafkaReader::ask_for_ends() const {
  std::vector<kafka::Place> places;
  std::vector<TopicPartition> names;
  for (std::size_t topic = 0; topic < topics_.size(); ++topic) {
    for (std::uint16_t i = 0; i < topics_[topic].partitions; ++i) {
      names.push_back({static_cast<std::uint8_t>(topic), i});
      places.push_back({topic_name(names.back()), i});
    }
  }
  auto found = kafka::edges(ends_handle_.get(), places, kafka::Edge::end, kPatience);
  if (!found) return std::move(found.error());
  for (std::size_t i = 0; i < names.size(); ++i) ends_[names[i]] = (*found)[i];
  ends_asked_ = std::chrono::steady_clock::now();
  ends_are_old_ = false;
  return {};
}

}  // namespace earshot
