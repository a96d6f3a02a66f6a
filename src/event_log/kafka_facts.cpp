#include "event_log/kafka_facts.h"

namespace earshot {

namespace {

constexpr int kPatienceMs = 30'000;

}  // namespace

Result<std::unique_ptr<KafkaFacts>> KafkaFacts::open(const KafkaConnection& connection, const std::string& prefix) {
  std::unique_ptr<KafkaFacts> facts(new KafkaFacts(connection, prefix + kFactsTopic));
  auto reader = KafkaReader::open(connection, prefix, {{kFactsTopic, 1}});
  if (!reader) return std::move(reader.error());
  facts->reader_ = std::move(*reader);
  return facts;
}

Result<void> KafkaFacts::read_on() {
  reader_->look_again();
  return reader_->read({0, 0}, next_, 1'000'000, [&](const StoredRecord& record) {
    facts_.emplace(record.key, record.value);  // unless there is one already
    next_ = record.offset + 1;
    return true;
  });
}

Result<std::string> KafkaFacts::get(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (!facts_.contains(name)) {
    if (auto read = read_on(); !read) return std::move(read.error()).in("reading a fact of the event log");
  }
  const auto found = facts_.find(name);
  if (found == facts_.end()) return Error{ErrorKind::NotFound, "the event log has no fact " + std::string(name)};
  return found->second;
}

Result<void> KafkaFacts::set(std::string_view name, std::string_view value) {
  const std::lock_guard lock(mutex_);
  if (auto read = read_on(); !read) return read;
  if (!facts_.contains(name)) {
    if (auto appended = append(name, value); !appended) return appended;
    if (auto read = read_on(); !read) return read;  // another process may have been first
  }
  const auto found = facts_.find(name);
  if (found == facts_.end())
    return Error{ErrorKind::Unavailable, "the fact " + std::string(name) + " was written and is not there; try again"};
  if (found->second != value)
    return Error{ErrorKind::Conflict, "the event log's " + std::string(name) + " is " + found->second + " for ever"};
  return {};
}

Result<void> KafkaFacts::append(std::string_view name, std::string_view value) const {
  kafka::Properties properties = connection_.security;
  properties.insert(properties.end(), {{"bootstrap.servers", connection_.bootstrap},
                                       {"acks", "all"},  // one written twice is the same fact
                                       {"message.timeout.ms", std::to_string(kPatienceMs)}});
  rd_kafka_resp_err_t outcome = RD_KAFKA_RESP_ERR__TIMED_OUT;
  const auto told = [](rd_kafka_t*, const rd_kafka_message_t* message, void* to) {
    *static_cast<rd_kafka_resp_err_t*>(to) = message->err;
  };
  auto handle = kafka::connect(RD_KAFKA_PRODUCER, properties, {.opaque = &outcome, .delivered = told});
  if (!handle) return std::move(handle.error());
  const auto failed = rd_kafka_producev(handle->get(), RD_KAFKA_V_TOPIC(topic_.c_str()), RD_KAFKA_V_PARTITION(0),
                                        RD_KAFKA_V_KEY(name.data(), name.size()),
                                        RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                                        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka::error_of(failed, "writing a fact of the event log");
  rd_kafka_flush(handle->get(), kPatienceMs);
  if (outcome != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka::error_of(outcome, "writing a fact of the event log");
  return {};
}

}  // namespace earshot
