#include "event_log/kafka_copy.h"

#include <deque>

#include "event_log/kafka_client.h"
#include "event_log/kafka_facts.h"
#include "event_log/kafka_reader.h"

namespace earshot {

namespace {

constexpr std::size_t kRecordsAtOnce = 10'000;
constexpr int kPatienceMs = 60'000;

Error half_done(const std::string& what) {
  return {ErrorKind::Conflict, what + "; delete the topics of this engine.prefix, or choose another, and copy again"};
}

class Copier {
 public:
  explicit Copier(const KafkaCopy& copy) : copy_(copy) {
    properties_ = copy.to.connection.security;
    properties_.emplace_back("bootstrap.servers", copy.to.connection.bootstrap);
  }

  Result<std::int64_t> run() {
    if (auto fits = look(); !fits) return std::move(fits.error());
    kafka::Properties producing = kafka::in_large_batches();
    producing.insert(producing.end(), properties_.begin(), properties_.end());
    producing.insert(producing.end(), {{"enable.idempotence", "true"},  // in order, and once
                                       {"message.timeout.ms", std::to_string(kPatienceMs)},
                                       {"queue.buffering.max.kbytes", "131072"}});
    const auto told = [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
      static_cast<Copier*>(self)->delivered(*message);
    };
    auto handle = kafka::connect(RD_KAFKA_PRODUCER, producing, {.opaque = this, .delivered = told});
    if (!handle) return std::move(handle.error());
    for (std::size_t topic = 0; topic < copy_.to.topics.size(); ++topic) {
      for (std::uint16_t i = 0; i < copy_.to.topics[topic].partitions; ++i) {
        if (auto done = carry(handle->get(), {static_cast<std::uint8_t>(topic), i}); !done)
          return std::move(done.error());
      }
    }
    if (auto done = commit_positions(); !done) return std::move(done.error());
    if (auto done = set_facts(); !done) return std::move(done.error());
    return done_;
  }

 private:
  std::string name_of(TopicPartition partition) const {
    return copy_.to.prefix + copy_.to.topics[partition.topic].name;
  }

  Result<void> look() {
    const auto wanted =
        kafka_topics(copy_.to.topics, {copy_.to.prefix, copy_.to.inputs, copy_.to.compacted, copy_.to.keys.format});
    if (auto created = create_kafka_topics(copy_.to.connection, wanted); !created) return created;
    auto there = KafkaReader::open(copy_.to.connection, copy_.to.prefix, copy_.to.topics);
    if (!there) return std::move(there.error());
    for (std::size_t topic = 0; topic < copy_.to.topics.size(); ++topic) {
      for (std::uint16_t i = 0; i < copy_.to.topics[topic].partitions; ++i) {
        const TopicPartition partition{static_cast<std::uint8_t>(topic), i};
        const auto begin = copy_.from.begin(partition);
        if (!begin) return begin.error();
        const auto end = copy_.from.end(partition);
        if (!end) return end.error();
        const auto taken = (*there)->end(partition);
        if (!taken) return taken.error();
        if (*taken != 0) return half_done("Kafka's topic " + name_of(partition) + " is not empty");
        if (*begin != 0)
          return Error{ErrorKind::Conflict, "the first records of " + copy_.to.topics[topic].name +
                                                " were dropped, so offsets would not stay what they are"};
        total_ += *end;
      }
    }
    return {};
  }

  void delivered(const rd_kafka_message_t& message) {
    if (failed_) return;
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      failed_ = kafka::error_of(message.err, "copying to " + std::string(rd_kafka_topic_name(message.rkt)));
    } else if (message.offset != next_++) {
      failed_ = half_done("somebody else writes to Kafka's topic " + std::string(rd_kafka_topic_name(message.rkt)));
    }
  }

  Result<void> carry(rd_kafka_t* handle, TopicPartition partition) {
    const kafka::TopicHandle topic(rd_kafka_topic_new(handle, name_of(partition).c_str(), nullptr));
    next_ = 0;
    for (Offset from = 0;;) {
      std::deque<Record> records;
      const auto read = copy_.from.read(partition, from, kRecordsAtOnce, [&](const StoredRecord& record) {
        if (record.offset != from) return false;
        records.push_back({record.time, std::string(record.key), std::string(record.value)});
        from = record.offset + 1;
        return true;
      });
      if (!read) return read;
      if (records.empty()) break;
      for (const Record& record : records) {
        rd_kafka_resp_err_t code;
        while ((code = kafka::produce(handle, {topic.get(), partition.partition, record.key, &record.value,
                                               &copy_.to.headers, record.time, nullptr})) ==
               RD_KAFKA_RESP_ERR__QUEUE_FULL) {
          rd_kafka_poll(handle, 10);
        }
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka::error_of(code, "copying to " + name_of(partition));
      }
      if (const auto code = rd_kafka_flush(handle, 2 * kPatienceMs); code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kafka::error_of(code, "copying to " + name_of(partition));
      if (failed_) return *failed_;
      done_ += static_cast<std::int64_t>(records.size());
      if (copy_.progress) copy_.progress(done_, total_);
    }
    const auto end = copy_.from.end(partition);
    if (!end) return end.error();
    if (*end != next_)
      return Error{ErrorKind::Conflict, "there is a gap in " + copy_.to.topics[partition.topic].name +
                                            ", so offsets would not stay what they are"};
    return {};
  }

  // As the group would, while nobody is in it.
  Result<void> commit_positions() {
    kafka::Properties member = properties_;
    member.insert(member.end(),
                  {{"group.id", copy_.to.prefix + copy_.to.application}, {"enable.auto.commit", "false"}});
    auto handle = kafka::connect(RD_KAFKA_CONSUMER, member);
    if (!handle) return std::move(handle.error());
    kafka::Partitions list(rd_kafka_topic_partition_list_new(static_cast<int>(copy_.positions.size())));
    for (const Position& position : copy_.positions)
      rd_kafka_topic_partition_list_add(list.get(), name_of(position.input).c_str(), position.input.partition)->offset =
          position.next;
    const auto failed = rd_kafka_commit(handle->get(), list.get(), 0);
    rd_kafka_consumer_close(handle->get());
    if (failed != RD_KAFKA_RESP_ERR_NO_ERROR)
      return kafka::error_of(failed, "committing how far the processors have come");
    return {};
  }

  Result<void> set_facts() {
    auto facts = KafkaFacts::open(copy_.to.connection, copy_.to.prefix);
    if (!facts) return std::move(facts.error());
    for (const auto& [name, value] : copy_.facts) {
      if (auto set = (*facts)->set(name, value); !set) return set;
    }
    return {};
  }

  const KafkaCopy& copy_;
  kafka::Properties properties_;
  std::int64_t total_ = 0;
  std::int64_t done_ = 0;
  Offset next_ = 0;  // of the partition that is being carried
  std::optional<Error> failed_;
};

}  // namespace

Result<std::int64_t> copy_to_kafka(const KafkaCopy& copy) { return Copier(copy).run(); }

}  // namespace earshot
