#include "event_log/follower.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace earshot {

namespace {

// Takes a whole number from the front of `text`, and the separator behind it unless the text ends.
template <class Number>
std::optional<Number> take_number(std::string_view& text, char separator) {
  Number number{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || number < Number{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty()) return number;
  if (text.front() != separator || text.size() == 1) return std::nullopt;
  text.remove_prefix(1);
  return number;
}

}  // namespace

Follower::Follower(const LogReader& log, const std::vector<TopicSpec>& topics,
                   const std::vector<std::uint8_t>& followed)
    : log_(log) {
  for (const std::uint8_t topic : followed) {
    for (std::uint16_t partition = 0; partition < topics.at(topic).partitions; ++partition)
      next_[{topic, partition}] = 0;
  }
}

Result<void> Follower::skip_to_end() {
  for (auto& [partition, next] : next_) {
    const auto end = log_.end(partition);
    if (!end) return end.error();
    next = *end;
  }
  return {};
}

Result<std::size_t> Follower::read(std::size_t records_max, const Visit& visit) {
  std::size_t count = 0;
  for (auto& [partition, next] : next_) {
    if (count == records_max) break;
    auto done = log_.read(partition, next, records_max - count,
                          [&, &at = partition, &position = next](const StoredRecord& record) {
                            position = record.offset + 1;
                            ++count;
                            visit(at, record);
                            return true;
                          });
    if (!done) return done.error();
  }
  return count;
}

std::string Follower::place() const {
  std::string text;
  for (const auto& [partition, next] : next_) {
    if (!text.empty()) text += '_';
    text += std::to_string(partition.topic) + '-' + std::to_string(partition.partition) + '-' + std::to_string(next);
  }
  return text;
}

Result<void> Follower::go_to(std::string_view place) {
  const Error bad{ErrorKind::Invalid, "the place to go on from is not one that was given out"};
  auto next = next_;
  while (!place.empty()) {
    const std::size_t end = std::min(place.find('_'), place.size());
    std::string_view part = place.substr(0, end);
    place.remove_prefix(std::min(end + 1, place.size()));
    const auto topic = take_number<std::uint8_t>(part, '-');
    const auto partition = take_number<std::uint16_t>(part, '-');
    const auto offset = take_number<Offset>(part, '-');
    if (!topic || !partition || !offset || !part.empty()) return bad;
    const auto known = next.find({*topic, *partition});
    if (known == next.end()) return bad;
    // Beyond the end: another log stands here now. Its newest record is as far as one can be.
    const auto log_end = log_.end(known->first);
    if (!log_end) return log_end.error();
    known->second = std::min(*offset, *log_end);
  }
  next_ = std::move(next);
  return {};
}

}  // namespace earshot
