// librdkafka in our words: handles that close themselves, errors that say what can be done. Only the files kafka*.cpp
// know it.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "earshot/event_log.h"

namespace earshot::kafka {

template <class T, void (*destroy)(T*)>
struct Destroy {
  void operator()(T* object) const { destroy(object); }
};
template <class T, void (*destroy)(T*)>
using Owned = std::unique_ptr<T, Destroy<T, destroy>>;

using Handle = Owned<rd_kafka_t, rd_kafka_destroy>;
using TopicHandle = Owned<rd_kafka_topic_t, rd_kafka_topic_destroy>;
using Queue = Owned<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Message = Owned<rd_kafka_message_t, rd_kafka_message_destroy>;
using Partitions = Owned<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using Fault = Owned<rd_kafka_error_t, rd_kafka_error_destroy>;  // nothing: all is well
using GroupMetadata = Owned<rd_kafka_consumer_group_metadata_t, rd_kafka_consumer_group_metadata_destroy>;

// Names and values as librdkafka's CONFIGURATION.md has them.
using Properties = std::vector<std::pair<std::string, std::string>>;

struct Callbacks {
  void* opaque = nullptr;  // given to all
  void (*delivered)(rd_kafka_t*, const rd_kafka_message_t*, void*) = nullptr;
  void (*rebalanced)(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*, void*) = nullptr;
  void (*troubled)(rd_kafka_t*, int code, const char* said,
                   void*) = nullptr;  // by brokers and connections; served by polls
};

// What librdkafka itself says goes nowhere but to `troubled`: whatever else matters comes back as an error of a call.
Result<Handle> connect(rd_kafka_type_t type, const Properties& properties, const Callbacks& callbacks = {});

Error error_of(rd_kafka_resp_err_t code, const std::string& attempt);
Error error_of(const Fault& fault, const std::string& attempt);

// Of a producer whose records go when they are flushed, in large batches. An idempotent one of librdkafka 2.0 has one
// batch of each partition under way, and its thread spins as long as another one of it waits and is due: a broker that
// shares the processors is then slower still, and does not hear the members of a group.
Properties in_large_batches();

// A topic of a handle; its consumer starts where it is told and nowhere else.
TopicHandle open_topic(rd_kafka_t* handle, const std::string& name);

// Up to `count` messages of a queue; waits at most so long, and only for the first.
std::vector<Message> consume(rd_kafka_queue_t* queue, int patience_ms, std::size_t count);

// The record of a message: the time that does not fit into a Kafka timestamp stands in a header, and so may the trace
// context; a value that had to be completed is added to `made`, and must outlive the record.
StoredRecord record_of(const rd_kafka_message_t& message, std::deque<std::string>& made);
inline constexpr const char* kTimeHeader = "earshot-time";

// Hands a message to a producer, whose queue may be full (RD_KAFKA_RESP_ERR__QUEUE_FULL). Key and value stay where they
// are until it is delivered.
struct Outgoing {
  rd_kafka_topic_t* topic = nullptr;
  std::int32_t partition = 0;
  std::string_view key;
  const std::string* value = nullptr;   // nothing: a tombstone
  const Properties* headers = nullptr;  // of a record; nothing: it is none, and has no time
  Timestamp time{};
  void* opaque = nullptr;
};
rd_kafka_resp_err_t produce(rd_kafka_t* handle, const Outgoing& message);

// Next offsets of partitions, oldest (begin) or newest; newest is of committed records unless the handle reads
// uncommitted ones.
struct Place {
  std::string topic;
  std::int32_t partition = 0;
  auto operator<=>(const Place&) const = default;
};
enum class Edge { begin, end };
Result<std::vector<Offset>> edges(rd_kafka_t* handle, const std::vector<Place>& places, Edge edge,
                                  std::chrono::milliseconds patience);

}  // namespace earshot::kafka
