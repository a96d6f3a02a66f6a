#include "event_log/kafka.h"

#include <utility>

#include "earshot/check.h"
#include "event_log/kafka_impl.h"
#include "event_log/position.h"

namespace earshot {

KafkaLog::KafkaLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

// The committer first, then who watches: they use the rest.
KafkaLog::~KafkaLog() {
  impl_->committer_.reset();
  impl_->upstream_.reset();
}

Result<std::unique_ptr<KafkaLog>> KafkaLog::open(StateStore& state, Settings settings) {
  EARSHOT_CHECK(!settings.inputs.empty(), "somebody reads something");
  std::unique_ptr<KafkaLog> log(new KafkaLog(std::make_unique<Impl>(state, std::move(settings))));
  if (auto checked = log->impl_->check(*log); !checked) return std::move(checked.error());
  if (auto begun = log->impl_->begin(); !begun) return std::move(begun.error());
  return log;
}

// ---- the caller's thread ------------------------------------------------------------------------------------------

Result<Restored> KafkaLog::restore(TopicPartition input) {
  if (!has_partition(impl_->settings_.topics, input)) return no_partition(input);
  if (!owns(input))
    return Error{ErrorKind::Conflict,
                 "task " + impl_->topic_name(input) + "/" + std::to_string(input.partition) + " is another process's"};
  return restored(input, impl_->committer_->position(input), impl_->state_);
}

Result<std::span<const StoredRecord>> KafkaLog::poll(TopicPartition partition, Offset from, std::size_t records_max) {
  EARSHOT_CHECK(has_partition(impl_->settings_.topics, partition), "the log was opened without this partition");
  if (is_dead() || impl_->committer_->has_failed()) return Error{ErrorKind::Unavailable, "the event log is closed"};
  if (impl_->member_) {
    if (auto served = impl_->member_->serve(); !served) return std::move(served.error());
  } else if (from >= impl_->committer_->position(partition)) {
    return std::span<const StoredRecord>();  // what comes next is for the members
  }
  const kafka::Fetcher::Known known{
      impl_->committer_->position(partition),
      impl_->known_ends_[partition.topic][partition.partition].load(std::memory_order_acquire)};
  return impl_->fetcher_->poll({impl_->topic_name(partition), partition.partition}, partition, from, records_max,
                               known);
}

void KafkaLog::emit(TopicPartition partition, Record record) {
  EARSHOT_CHECK(has_partition(impl_->settings_.topics, partition), "the log was opened without this partition");
  if (!is_dead()) impl_->open_batch_.push_back({partition, std::move(record)});
}

void KafkaLog::commit(Commit commit) {
  impl_->committer_->commit(std::exchange(impl_->open_batch_, {}), std::move(commit));
}

Result<bool> KafkaLog::must_share() {
  if (!impl_->member_) return false;
  if (auto served = impl_->member_->serve(); !served) return std::move(served.error());
  if (impl_->member_->must_share()) return true;
  impl_->say_what_is_ours();
  return false;
}

Result<bool> KafkaLog::share() {
  if (!impl_->member_) return true;
  impl_->committer_->drain();
  if (is_dead() || impl_->committer_->has_failed()) return Error{ErrorKind::Unavailable, "the event log is closed"};
  auto shared = impl_->member_->share();
  if (!shared || !*shared) return shared;
  if (auto taken = impl_->take_over(); !taken)
    return std::move(taken.error()).in("taking over what another process had");
  return true;
}

bool KafkaLog::owns(TopicPartition input) const {
  return has_partition(impl_->settings_.topics, input) && impl_->owned_[input.topic][input.partition];
}

Result<Offset> KafkaLog::position(TopicPartition input) const {
  auto committed =
      kafka::committed(impl_->onlooker_.get(), {{impl_->topic_name(input), input.partition}}, impl_->settings_.start);
  if (!committed) return std::move(committed.error());
  const Offset next = committed->front().next;
  if (next >= 0) return next;
  auto last = impl_->reader_->end(input);
  if (!last) return std::move(last.error());
  if (*last == 0) return Offset{0};
  return Error{ErrorKind::Conflict, "Kafka has forgotten how far " + impl_->topic_name(input) +
                                        " was folded; run earshot on it once, which knows it from the changelog"};
}

void KafkaLog::announce(std::string address) {
  const std::lock_guard lock(impl_->address_mutex_);
  impl_->address_ = std::move(address);
  impl_->has_to_say_ = true;
}

Result<std::string> KafkaLog::address_of(TopicPartition input) const { return impl_->owners_->address_of(input); }

Millis KafkaLog::behind() const {
  if (impl_->owns_all_ && impl_->is_member()) return Millis{0};
  return impl_->upstream_ ? impl_->upstream_->behind() : kafka::Upstream::kPatience;
}

bool KafkaLog::idle() const { return impl_->committer_->idle(); }
bool KafkaLog::is_dead() const { return impl_->committer_->is_dead(); }

// ---- any thread ---------------------------------------------------------------------------------------------------

Result<std::string> KafkaLog::fact(std::string_view name) const { return impl_->facts_->get(name); }
Result<void> KafkaLog::set_fact(std::string_view name, std::string_view value) {
  return impl_->facts_->set(name, value);
}

Result<void> KafkaLog::read(TopicPartition partition, Offset from, std::size_t records_max, const Visit& visit) const {
  return impl_->reader_->read(partition, from, records_max, visit);
}
Result<Offset> KafkaLog::begin(TopicPartition partition) const { return impl_->reader_->begin(partition); }
Result<Offset> KafkaLog::end(TopicPartition partition) const { return impl_->reader_->end(partition); }

}  // namespace earshot
