#include "event_log/kafka_client.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <thread>

#include "earshot/check.h"
#include "event_log/kafka_trace.h"
#include "event_log/record_batch.h"

namespace earshot::kafka {

Result<Handle> connect(rd_kafka_type_t type, const Properties& properties, const Callbacks& callbacks) {
  std::array<char, 512> why{};
  Owned<rd_kafka_conf_t, rd_kafka_conf_destroy> conf(rd_kafka_conf_new());
  // Requests are small and many: each goes at once. What is asked for by name wins.
  (void)rd_kafka_conf_set(conf.get(), "socket.nagle.disable", "true", why.data(), why.size());
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK)
      return Error{ErrorKind::Invalid, "kafka: " + std::string(why.data())};
  }
  rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
  rd_kafka_conf_set_opaque(conf.get(), callbacks.opaque);
  if (callbacks.delivered != nullptr) rd_kafka_conf_set_dr_msg_cb(conf.get(), callbacks.delivered);
  if (callbacks.troubled != nullptr) rd_kafka_conf_set_error_cb(conf.get(), callbacks.troubled);
  if (callbacks.rebalanced != nullptr) rd_kafka_conf_set_rebalance_cb(conf.get(), callbacks.rebalanced);
  Handle handle(rd_kafka_new(type, conf.get(), why.data(), why.size()));
  if (!handle) return Error{ErrorKind::Invalid, "kafka: " + std::string(why.data())};
  (void)conf.release();  // it is the handle's now
  return handle;
}

Error error_of(rd_kafka_resp_err_t code, const std::string& attempt) {
  return {ErrorKind::Unavailable, attempt + ": " + rd_kafka_err2str(code)};
}

Error error_of(const Fault& fault, const std::string& attempt) {
  return {ErrorKind::Unavailable, attempt + ": " + rd_kafka_error_string(fault.get())};
}

Properties in_large_batches() {
  return {{"linger.ms", "1000"},
          {"batch.size", std::to_string(std::size_t{4} << 20)},
          {"batch.num.messages", "100000"},
          {"message.max.bytes", std::to_string(kRecordBytesMax + (std::size_t{1} << 16))},
          {"compression.codec", "lz4"}};
}

TopicHandle open_topic(rd_kafka_t* handle, const std::string& name) {
  rd_kafka_topic_conf_t* conf = rd_kafka_topic_conf_new();
  std::array<char, 256> why{};
  const auto set = rd_kafka_topic_conf_set(conf, "auto.offset.reset", "error", why.data(), why.size());
  EARSHOT_CHECK(set == RD_KAFKA_CONF_OK, "a property that librdkafka knows");
  return TopicHandle(rd_kafka_topic_new(handle, name.c_str(), conf));
}

namespace {

// Empty when there is none.
std::string_view header_of(const rd_kafka_message_t& message, const char* name) {
  rd_kafka_headers_t* headers = nullptr;
  const void* bytes = nullptr;
  std::size_t size = 0;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      rd_kafka_header_get_last(headers, name, &bytes, &size) != RD_KAFKA_RESP_ERR_NO_ERROR || bytes == nullptr)
    return {};
  return {static_cast<const char*>(bytes), size};
}

}  // namespace

std::vector<Message> consume(rd_kafka_queue_t* queue, int patience_ms, std::size_t count) {
  std::vector<Message> messages;
  if (patience_ms > 0) {  // of several it would wait for the last one
    if (Message first(rd_kafka_consume_queue(queue, patience_ms)); first) messages.push_back(std::move(first));
    if (messages.empty()) return messages;
  }
  std::array<rd_kafka_message_t*, 512> taken{};
  const auto more =
      rd_kafka_consume_batch_queue(queue, 0, taken.data(), std::min(taken.size(), count - messages.size()));
  for (ssize_t i = 0; i < more; ++i) messages.emplace_back(taken[static_cast<std::size_t>(i)]);
  return messages;
}

StoredRecord record_of(const rd_kafka_message_t& message, std::deque<std::string>& made) {
  StoredRecord record;
  record.offset = message.offset;
  record.key = {static_cast<const char*>(message.key), message.key_len};
  record.value = {static_cast<const char*>(message.payload), message.len};
  record.time = from_millis(rd_kafka_message_timestamp(&message, nullptr));
  if (to_millis(record.time) <= 1) {
    if (const std::string_view text = header_of(message, kTimeHeader); !text.empty()) {
      long long ms = 0;
      std::from_chars(text.data(), text.data() + text.size(), ms);
      record.time = from_millis(ms);
    }
  }
  // Few have the header, and looking for it costs less than looking through the value.
  if (const std::string_view header = header_of(message, kTraceHeader);
      !header.empty() && may_need_trace(record.value)) {
    if (auto completed = with_trace(record.value, header)) record.value = made.emplace_back(std::move(*completed));
  }
  return record;
}

rd_kafka_resp_err_t produce(rd_kafka_t* handle, const Outgoing& message) {
  std::array<rd_kafka_vu_t, 8> with{};
  std::size_t count = 0;
  const auto add = [&](rd_kafka_vtype_t type) -> auto& {
    with[count].vtype = type;
    return with[count++].u;
  };
  add(RD_KAFKA_VTYPE_RKT).rkt = message.topic;
  add(RD_KAFKA_VTYPE_PARTITION).i32 = message.partition;
  add(RD_KAFKA_VTYPE_KEY).mem = {const_cast<char*>(message.key.data() == nullptr ? "" : message.key.data()),
                                 message.key.size()};
  if (message.value != nullptr)
    add(RD_KAFKA_VTYPE_VALUE).mem = {const_cast<char*>(message.value->data()), message.value->size()};
  add(RD_KAFKA_VTYPE_OPAQUE).ptr = message.opaque;
  Owned<rd_kafka_headers_t, rd_kafka_headers_destroy> headers;
  if (message.headers != nullptr) {
    headers.reset(rd_kafka_headers_new(message.headers->size() + 2));
    for (const auto& [name, value] : *message.headers)
      rd_kafka_header_add(headers.get(), name.c_str(), static_cast<ssize_t>(name.size()), value.data(),
                          static_cast<ssize_t>(value.size()));
    const long long ms = std::max(1LL, to_millis(message.time));  // 0 would mean now
    if (ms != to_millis(message.time)) {
      const std::string text = std::to_string(to_millis(message.time));
      rd_kafka_header_add(headers.get(), kTimeHeader, -1, text.data(), static_cast<ssize_t>(text.size()));
    }
    if (const std::string_view trace = trace_of(*message.value); !trace.empty())
      rd_kafka_header_add(headers.get(), kTraceHeader, -1, trace.data(), static_cast<ssize_t>(trace.size()));
    add(RD_KAFKA_VTYPE_TIMESTAMP).i64 = ms;
    add(RD_KAFKA_VTYPE_HEADERS).headers = headers.get();
  }
  const Fault fault(rd_kafka_produceva(handle, with.data(), count));
  if (fault) return rd_kafka_error_code(fault.get());
  (void)headers.release();  // they are the message's now
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

namespace {

constexpr std::chrono::milliseconds kBreath{20};
constexpr int kLeadersMs = 1'000;

rd_kafka_resp_err_t ask_for_edges(rd_kafka_t* handle, const std::vector<Place>& places, Edge edge,
                                  std::chrono::milliseconds patience, std::vector<Offset>& found) {
  Partitions list(rd_kafka_topic_partition_list_new(static_cast<int>(places.size())));
  for (const Place& place : places) {
    auto* one = rd_kafka_topic_partition_list_add(list.get(), place.topic.c_str(), place.partition);
    one->offset = edge == Edge::begin ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_END;  // in place of a time
  }
  const auto failed = rd_kafka_offsets_for_times(handle, list.get(), static_cast<int>(patience.count()));
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return failed;
  found.clear();
  for (int i = 0; i < list->cnt; ++i) {
    if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return list->elems[i].err;
    found.push_back(list->elems[i].offset);
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

// librdkafka 2.0 would ask the leaders it remembers for minutes after they have moved.
void ask_for_leaders(rd_kafka_t* handle) {
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(handle, 1, nullptr, &metadata, kLeadersMs) == RD_KAFKA_RESP_ERR_NO_ERROR)
    rd_kafka_metadata_destroy(metadata);
}

}  // namespace

Result<std::vector<Offset>> edges(rd_kafka_t* handle, const std::vector<Place>& places, Edge edge,
                                  std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  std::vector<Offset> found;
  while (true) {
    const auto failed = ask_for_edges(handle, places, edge, patience, found);
    if (failed == RD_KAFKA_RESP_ERR_NO_ERROR) return found;
    // A topic that was just made, or whose leader has just moved, is known everywhere in a moment.
    if (std::chrono::steady_clock::now() > end)
      return error_of(failed, "asking Kafka where the partitions of " + places.front().topic + " end");
    std::this_thread::sleep_for(kBreath);
    ask_for_leaders(handle);
  }
}

}  // namespace earshot::kafka
