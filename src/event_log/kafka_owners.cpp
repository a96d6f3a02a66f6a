#include "event_log/kafka_owners.h"

#include <charconv>
#include <optional>

namespace earshot {

namespace {

constexpr std::chrono::milliseconds kBelieved{200};

std::optional<TopicPartition> parse_task(std::string_view text) {
  TopicPartition task;
  const char* const end = text.data() + text.size();
  const auto topic = std::from_chars(text.data(), end, task.topic);
  if (topic.ec != std::errc{} || topic.ptr == end || *topic.ptr != '/') return std::nullopt;
  const auto partition = std::from_chars(topic.ptr + 1, end, task.partition);
  return partition.ec == std::errc{} && partition.ptr == end ? std::optional(task) : std::nullopt;
}

}  // namespace

Result<std::unique_ptr<KafkaOwners>> KafkaOwners::open(const KafkaConnection& connection, const std::string& prefix) {
  std::unique_ptr<KafkaOwners> owners(new KafkaOwners);
  auto reader = KafkaReader::open(connection, prefix, {{kOwnersTopic, 1}});
  if (!reader) return std::move(reader.error());
  owners->reader_ = std::move(*reader);
  return owners;
}

std::string KafkaOwners::record(const std::string& address, const std::vector<TopicPartition>& tasks) {
  std::string text = address;
  for (const TopicPartition task : tasks)
    text += " " + std::to_string(task.topic) + "/" + std::to_string(task.partition);
  return text;
}

// What is not written as we write it is passed over: a newer Earshot may say more.
void KafkaOwners::take(std::string_view record) {
  const std::size_t end = std::min(record.find(' '), record.size());
  const std::string address(record.substr(0, end));
  record.remove_prefix(end);
  while (!record.empty()) {
    record.remove_prefix(1);
    const std::size_t size = std::min(record.find(' '), record.size());
    if (const auto task = parse_task(record.substr(0, size))) addresses_[*task] = address;
    record.remove_prefix(size);
  }
}

Result<std::string> KafkaOwners::address_of(TopicPartition task) {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_ > kBelieved) {
    auto read = reader_->read({0, 0}, next_, 1'000'000, [&](const StoredRecord& record) {
      take(record.value);
      next_ = record.offset + 1;
      return true;
    });
    if (!read) return std::move(read.error()).in("asking which process has which partition");
    looked_ = now;
  }
  const auto found = addresses_.find(task);
  return found == addresses_.end() ? std::string() : found->second;
}

}  // namespace earshot
