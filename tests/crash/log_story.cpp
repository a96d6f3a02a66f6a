#include "crash/log_story.h"

#include <algorithm>
#include <utility>

namespace earshot::test {

namespace {

std::uint64_t mixed(std::uint64_t before, std::uint64_t more) { return Random(before * 31 + more).next(); }

// Sizes and bytes follow from the number, so that nothing need be remembered to check them.
std::string text_of(long number) {
  Random random(static_cast<std::uint64_t>(number));
  const std::size_t bytes = random.chance(0.02) ? 20'000 : random.below(600);
  std::string text = std::to_string(number) + ":";
  while (text.size() < bytes) text.push_back(static_cast<char>('a' + random.below(26)));
  return text;
}

Timestamp time_of(long number) { return from_millis(1'700'000'000'000 + number); }

std::string state_key(const char* what, std::uint16_t partition) {
  return std::string(what) + "/" + std::to_string(partition);
}

Result<std::uint64_t> number_in(const StateStore& state, const std::string& key) {
  auto value = state.get(key);
  if (!value) return std::move(value.error());
  return *value ? std::strtoull((*value)->c_str(), nullptr, 10) : 0;
}

}  // namespace

LogStory::LogStory(EventLog& log, StateStore& state, Random& random, Told told)
    : log_(log), state_(state), random_(random), told_(std::move(told)) {}

Result<void> LogStory::restore() {
  next_number_ = 0;
  for (std::uint16_t number = 0; number < kStoryPartitions; ++number) {
    auto end = log_.end({0, number});
    if (!end) return std::move(end.error());
    next_number_ += static_cast<long>(*end);
    if (auto restored = restore_task(number); !restored) return restored;
  }
  return {};
}

Result<void> LogStory::restore_task(std::uint16_t number) {
  auto at = log_.restore({0, number});
  if (!at) return std::move(at.error());
  auto count = number_in(state_, state_key("count", number));
  if (!count) return std::move(count.error());
  auto sum = number_in(state_, state_key("sum", number));
  if (!sum) return std::move(sum.error());
  tasks_[number] = {at->state_next, at->log_next, static_cast<long>(*count), *sum};
  return {};
}

bool LogStory::step() {
  for (std::uint64_t i = random_.below(40); i > 0; --i, ++next_number_) {
    log_.emit({0, static_cast<std::uint16_t>(next_number_ % kStoryPartitions)},
              {time_of(next_number_), std::to_string(next_number_), text_of(next_number_)});
  }
  for (std::uint16_t number = 0; number < kStoryPartitions; ++number) {
    if (!fold(number, 1 + random_.below(30))) return false;
  }
  Commit commit;
  Acknowledged told{next_number_, {}};
  for (std::uint16_t number = 0; number < kStoryPartitions; ++number) {
    const Task& task = tasks_[number];
    commit.positions.push_back({{0, number}, task.next});
    commit.state.push_back({state_key("count", number), std::to_string(task.count)});
    commit.state.push_back({state_key("sum", number), std::to_string(task.sum)});
    told.folded[number] = task.next;
  }
  {
    const std::lock_guard lock(mutex_);
    last_state_ = commit.state;
  }
  commit.done = [this, told](const Result<void>& result) {
    if (result) {
      told_(told);
      return;
    }
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = result.error();
  };
  log_.commit(std::move(commit));
  return !error();
}

bool LogStory::fold(std::uint16_t number, std::size_t records_max) {
  Task& task = tasks_[number];
  auto polled = log_.poll({0, number}, task.next, records_max);
  if (!polled) return false;
  for (const StoredRecord& record : *polled) {
    task.next = record.offset + 1;
    task.count += 1;
    task.sum = mixed(task.sum, std::strtoull(std::string(record.key).c_str(), nullptr, 10));
    if (record.offset >= task.suppressed_until) log_.emit({1, number}, {record.time, std::string(record.key), "copy"});
  }
  return true;
}

std::optional<Error> LogStory::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

namespace {

class Check {
 public:
  Check(EventLog& log, const StateStore& state, const Acknowledged& acknowledged)
      : log_(log), state_(state), acknowledged_(acknowledged) {}

  std::vector<std::string> run() {
    long numbers = 0;
    for (std::uint16_t number = 0; number < kStoryPartitions; ++number) numbers += check_input(number);
    for (std::uint16_t number = 0; number < kStoryPartitions; ++number) {
      if (inputs_[number] != share_of(numbers, number)) say(number, "the numbers are not those from 0 on");
      check_task(number);
    }
    if (numbers < acknowledged_.numbers) {
      complaints_.push_back("lost: " + std::to_string(acknowledged_.numbers) + " numbers were acknowledged, " +
                            std::to_string(numbers) + " are there");
    }
    return std::move(complaints_);
  }

 private:
  // How many of the numbers below `numbers` go to that partition.
  static long share_of(long numbers, std::uint16_t number) {
    return (numbers + kStoryPartitions - 1 - number) / kStoryPartitions;
  }

  long check_input(std::uint16_t number) {
    long& seen = inputs_[number];
    visit({0, number}, [&](const StoredRecord& record) {
      const long expected = seen * kStoryPartitions + number;
      if (record.key != std::to_string(expected))
        return say(number, "found " + std::string(record.key) + " instead of " + std::to_string(expected));
      if (record.value != text_of(expected) || record.time != time_of(expected))
        return say(number, "another text for " + std::to_string(expected));
      ++seen;
      return true;
    });
    return seen;
  }

  void check_task(std::uint16_t number) {
    auto at = log_.restore({0, number});
    if (!at) {
      say(number, at.error().message);
      return;
    }
    if (at->log_next < acknowledged_.folded[number]) say(number, "the position went back");
    if (at->state_next > at->log_next) say(number, "state is ahead of the log");
    if (at->log_next > inputs_[number]) say(number, "the position is behind the end");
    long copies = 0;
    visit({1, number}, [&](const StoredRecord& record) {
      if (record.key != std::to_string(copies * kStoryPartitions + number))
        return say(number, "copy " + std::to_string(copies) + " is of " + std::string(record.key));
      ++copies;
      return true;
    });
    if (copies != at->log_next)
      say(number, std::to_string(copies) + " copies at position " + std::to_string(at->log_next));
    std::uint64_t sum = 0;
    for (long i = 0; i < at->state_next; ++i)
      sum = mixed(sum, static_cast<std::uint64_t>(i * kStoryPartitions + number));
    const auto kept_count = number_in(state_, state_key("count", number));
    const auto kept_sum = number_in(state_, state_key("sum", number));
    if (!kept_count || *kept_count != static_cast<std::uint64_t>(at->state_next))
      say(number, "the state's count is not that of its position");
    if (!kept_sum || *kept_sum != sum) say(number, "the state's sum is not that of its position");
  }

  void visit(TopicPartition partition, const LogReader::Visit& visitor) {
    const auto read = log_.read(partition, 0, 1'000'000'000, visitor);
    if (!read) complaints_.push_back(read.error().message);
  }

  bool say(std::uint16_t number, const std::string& what) {
    complaints_.push_back("partition " + std::to_string(number) + ": " + what);
    return false;
  }

  EventLog& log_;
  const StateStore& state_;
  const Acknowledged& acknowledged_;
  std::array<long, kStoryPartitions> inputs_{};
  std::vector<std::string> complaints_;
};

}  // namespace

std::vector<std::string> complaints(EventLog& log, const StateStore& state, const Acknowledged& acknowledged) {
  return Check(log, state, acknowledged).run();
}

}  // namespace earshot::test
