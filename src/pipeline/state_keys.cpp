#include "pipeline/state_keys.h"

namespace earshot {
namespace {

constexpr std::size_t kPrefixBytes = 4;
constexpr std::size_t kDueBytes = 8;

}  // namespace

std::string row_prefix(TopicPartition input, char row) {
  return {static_cast<char>(input.partition >> 8), static_cast<char>(input.partition & 255),
          static_cast<char>(input.topic), row};
}

void set_value_key(std::string& key, TopicPartition input, std::string_view record_key, std::string_view name) {
  const char prefix[kPrefixBytes] = {static_cast<char>(input.partition >> 8), static_cast<char>(input.partition & 255),
                                     static_cast<char>(input.topic), kValueRow};
  key.assign(prefix, kPrefixBytes);
  key += record_key;
  key += '\0';
  key += name;
}

std::string value_key(TopicPartition input, std::string_view record_key, std::string_view name) {
  std::string key;
  set_value_key(key, input, record_key, name);
  return key;
}

std::string timer_key(TopicPartition input, const Timer& timer) {
  const auto due = static_cast<std::uint64_t>(to_millis(timer.due));
  std::string key = row_prefix(input, kTimerRow);
  key.reserve(kPrefixBytes + kDueBytes + timer.record_key.size() + 1 + timer.name.size());
  for (std::size_t i = 0; i < kDueBytes; ++i) key += static_cast<char>(due >> (56 - 8 * i) & 255);
  key.append(timer.record_key).push_back('\0');
  return key.append(timer.name);
}

Timestamp due_of_timer_key(std::string_view key) {
  EARSHOT_CHECK(key.size() > kPrefixBytes + kDueBytes && key[3] == kTimerRow, "not the key of a timer");
  std::uint64_t due = 0;
  for (const char byte : key.substr(kPrefixBytes, kDueBytes)) due = due << 8 | static_cast<unsigned char>(byte);
  return from_millis(static_cast<long long>(due));
}

std::string_view record_key_of_timer_key(std::string_view key) {
  EARSHOT_CHECK(key.size() > kPrefixBytes + kDueBytes, "not the key of a timer");
  key.remove_prefix(kPrefixBytes + kDueBytes);
  const std::size_t end = key.find('\0');
  EARSHOT_CHECK(end != std::string_view::npos, "not the key of a timer");
  return key.substr(0, end);
}

Timer parse_timer_key(std::string_view key) {
  const std::string_view record_key = record_key_of_timer_key(key);
  const std::size_t name = kPrefixBytes + kDueBytes + record_key.size() + 1;
  return {due_of_timer_key(key), std::string(record_key), std::string(key.substr(name))};
}

TopicPartition task_of_key(std::string_view key) {
  constexpr std::string_view kNow = "now/";
  if (key.starts_with(kPositionPrefix)) key.remove_prefix(kPositionPrefix.size() + kNow.size());
  EARSHOT_CHECK(key.size() >= kPrefixBytes, "not the key of a task");
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(key[i]); };
  return {byte(2), static_cast<std::uint16_t>(byte(0) << 8 | byte(1))};
}

std::vector<std::string> prefixes_of_task(TopicPartition input) {
  return {row_prefix(input, kValueRow), row_prefix(input, kTimerRow), now_key(input)};
}

std::string now_key(TopicPartition input) { return std::string(kPositionPrefix) + "now/" + row_prefix(input, 'n'); }

}  // namespace earshot
