#include "event_log/kafka_producer.h"

#include <algorithm>
#include <cstring>
#include <thread>

namespace earshot::kafka {

namespace {

using Then = Producer::Failed::Then;

constexpr int kCallMs = 10'000;  // a call that takes longer is called again
constexpr int kLetGoMs = 2'000;
constexpr std::chrono::milliseconds kBreath{50};

// Another generation, another process in our slot: trying again would be wrong.
bool is_for_good(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC: return true;
    default: return false;
  }
}

tl::unexpected<Producer::Failed> failed(Then then, rd_kafka_resp_err_t code, const char* attempt) {
  return tl::unexpected(Producer::Failed{then, error_of(code, attempt)});
}

}  // namespace

Result<std::unique_ptr<Producer>> Producer::open(Settings settings, std::chrono::milliseconds patience) {
  std::unique_ptr<Producer> producer(new Producer(std::move(settings)));
  const auto end = std::chrono::steady_clock::now() + patience;
  while (true) {
    auto begun = producer->begin_again();
    if (begun) return producer;
    if (begun.error().then == Then::never || std::chrono::steady_clock::now() > end)
      return std::move(begun.error().error);
    std::this_thread::sleep_for(kBreath);
  }
}

void Producer::delivered(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  auto* newest = static_cast<Newest*>(message->_private);
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    *newest->failed = message->err;
  } else {
    newest->next = std::max<Offset>(newest->next, message->offset + 1);
  }
}

void Producer::troubled(rd_kafka_t*, int, const char*, void* self) {
  static_cast<Producer*>(self)->had_trouble_ = true;
}

// librdkafka 2.0 stops the process if a request of a transaction is answered while its handle ends, so what is under
// way comes first. Nothing of it is committed by that.
void Producer::let_go() {
  if (handle_) rd_kafka_flush(handle_.get(), kLetGoMs);
  topics_.clear();
  handle_.reset();
  newest_.clear();
}

Producer::Attempt<void> Producer::begin_again() {
  let_go();
  failed_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  may_come_late_ = false;
  Properties properties = in_large_batches();
  properties.insert(properties.end(), settings_.connection.begin(), settings_.connection.end());
  properties.insert(properties.end(), {{"transactional.id", settings_.transactional_id},
                                       {"transaction.timeout.ms", std::to_string(settings_.transaction.count())},
                                       {"message.timeout.ms", std::to_string(settings_.transaction.count())},
                                       {"acks", "all"},
                                       {"queue.buffering.max.messages", "1000000"},
                                       {"queue.buffering.max.kbytes", "262144"}});
  auto handle = connect(RD_KAFKA_PRODUCER, properties,
                        {.opaque = this, .delivered = &Producer::delivered, .troubled = &Producer::troubled});
  if (!handle) return tl::unexpected(Failed{Then::never, std::move(handle.error())});
  handle_ = std::move(*handle);
  if (Fault fault{rd_kafka_init_transactions(handle_.get(), 3 * kCallMs)}) {
    const auto code = rd_kafka_error_code(fault.get());
    return failed(is_for_good(code) ? Then::never : Then::begin_again, code,
                  "beginning transactions as the one and only");
  }
  for (const std::string& name : settings_.topics) {
    TopicHandle topic(rd_kafka_topic_new(handle_.get(), name.c_str(), nullptr));
    // Asked for now, the first transaction need not wait a second for it.
    const rd_kafka_metadata_t* metadata = nullptr;
    const auto code = rd_kafka_metadata(handle_.get(), 0, topic.get(), &metadata, kCallMs);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return failed(Then::begin_again, code, "asking for the topics");
    rd_kafka_metadata_destroy(metadata);
    topics_.push_back(std::move(topic));
  }
  return {};
}

// What a call's error means for its transaction.
Producer::Attempt<void> Producer::outcome(rd_kafka_error_t* error, const char* attempt) {
  const Fault fault(error);
  if (!fault) return {};
  const auto code = rd_kafka_error_code(fault.get());
  Error said = error_of(fault, attempt);
  if (is_for_good(code)) return tl::unexpected(Failed{Then::never, std::move(said)});
  if (rd_kafka_error_txn_requires_abort(fault.get())) return tl::unexpected(Failed{Then::again, std::move(said)});
  return tl::unexpected(Failed{Then::begin_again, std::move(said)});  // fatal, or a state that should not be
}

// A call whose time ran out goes on where it was when it is called again.
template <class Call>
Producer::Attempt<void> Producer::until_done(const char* attempt, Call call) {
  while (true) {
    rd_kafka_error_t* error = call();
    if (error == nullptr || !rd_kafka_error_is_retriable(error)) return outcome(error, attempt);
    rd_kafka_error_destroy(error);
    rd_kafka_poll(handle_.get(), static_cast<int>(kBreath.count()));
  }
}

Producer::Attempt<void> Producer::begin() {
  if (may_come_late_) {
    if (auto begun = begin_again(); !begun) return begun;
  }
  rd_kafka_poll(handle_.get(), 0);
  had_trouble_ = false;
  newest_.clear();
  failed_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  return outcome(rd_kafka_begin_transaction(handle_.get()), "beginning a transaction");
}

Producer::Attempt<void> Producer::write(const Output& output) {
  Newest& newest = newest_[{output.topic, output.partition}];
  newest.failed = &failed_;
  const Outgoing message{topics_[output.topic].get(),
                         output.partition,
                         output.key,
                         output.value,
                         output.is_record ? &settings_.headers : nullptr,
                         output.time,
                         &newest};
  rd_kafka_resp_err_t code;
  while ((code = produce(handle_.get(), message)) == RD_KAFKA_RESP_ERR__QUEUE_FULL) rd_kafka_poll(handle_.get(), 10);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  const bool is_fatal = code == RD_KAFKA_RESP_ERR__FATAL || code == RD_KAFKA_RESP_ERR__FENCED;
  return failed(is_for_good(code) ? Then::never : is_fatal ? Then::begin_again : Then::again, code, "writing a record");
}

Producer::Attempt<void> Producer::flush() {
  while (rd_kafka_flush(handle_.get(), kCallMs) != RD_KAFKA_RESP_ERR_NO_ERROR)
    continue;  // messages have a time limit of their own
  if (failed_ == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  const bool is_fatal = rd_kafka_fatal_error(handle_.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR;
  return failed(is_for_good(failed_) ? Then::never
                : is_fatal           ? Then::begin_again
                                     : Then::again,
                failed_, "writing records");
}

Producer::Attempt<void> Producer::send_offsets(const std::vector<Offsets>& offsets, const std::string& mark,
                                               const rd_kafka_consumer_group_metadata_t& member) {
  Partitions list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const Offsets& one : offsets) {
    auto* added = rd_kafka_topic_partition_list_add(list.get(), one.topic.c_str(), one.partition);
    added->offset = one.next;
    added->metadata = ::strdup(mark.c_str());  // the list frees it
    added->metadata_size = mark.size();
  }
  return until_done("committing positions",
                    [&] { return rd_kafka_send_offsets_to_transaction(handle_.get(), list.get(), &member, kCallMs); });
}

template <class Call>
Producer::Attempt<void> Producer::end(const char* attempt, Call call) {
  auto ended = until_done(attempt, call);
  rd_kafka_poll(handle_.get(), 0);
  may_come_late_ = may_come_late_ || had_trouble_;
  return ended;
}

Producer::Attempt<void> Producer::commit() {
  return end("committing a transaction", [&] { return rd_kafka_commit_transaction(handle_.get(), kCallMs); });
}

Producer::Attempt<void> Producer::abort() {
  return end("aborting a transaction", [&] { return rd_kafka_abort_transaction(handle_.get(), kCallMs); });
}

Offset Producer::written(std::size_t topic, std::int32_t partition) const {
  const auto found = newest_.find({topic, partition});
  return found == newest_.end() ? -1 : found->second.next;
}

}  // namespace earshot::kafka
