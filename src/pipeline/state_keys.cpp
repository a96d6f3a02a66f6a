#include "pipeline/state_keys.h"

namespace earshot {
namespace {

constexpr std::size_t kPrefixBytes = 4;

std::string joined(TopicPartition input, char row, std::string_view record_key, std::string_view name,
                   std::string_view between = {}) {
  std::string key = row_prefix(input, row);
  key.reserve(kPrefixBytes + between.size() + record_key.size() + 1 + name.size());
  key += between;
  key += record_key;
  key += '\0';
  key += name;
  return key;
}

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
  std::string big_endian(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) big_endian[i] = static_cast<char>(due >> (56 - 8 * i) & 255);
  return joined(input, kTimerRow, timer.record_key, timer.name, big_endian);
}

Timer parse_timer_key(std::string_view key) {
  EARSHOT_CHECK(key.size() > kPrefixBytes + 8 && key[3] == kTimerRow, "not the key of a timer");
  key.remove_prefix(kPrefixBytes);
  std::uint64_t due = 0;
  for (std::size_t i = 0; i < 8; ++i) due = due << 8 | static_cast<unsigned char>(key[i]);
  key.remove_prefix(8);
  const std::size_t end = key.find('\0');
  EARSHOT_CHECK(end != std::string_view::npos, "not the key of a timer");
  return {from_millis(static_cast<long long>(due)), std::string(key.substr(0, end)), std::string(key.substr(end + 1))};
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
