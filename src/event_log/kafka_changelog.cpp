#include "event_log/kafka_changelog.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <unordered_map>

#include "event_log/kafka_alarm.h"
#include "event_log/kafka_mistake.h"
#include "event_log/position.h"

namespace earshot::kafka {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kRecordsPerLook = 500;
constexpr std::size_t kQueued = 20'000;  // records at which no more are fetched; all tasks share a queue
constexpr std::size_t kBytesPerWrite = std::size_t{24}
                                       << 20;      // of newest values: what was overwritten meanwhile is never written
constexpr std::size_t kBytesOfEntry = 128;         // beside key and value
constexpr std::int64_t kRecordsPerWord = 100'000;  // of progress
constexpr auto kPatience = 60s;
// Shorter than the time for which Kafka keeps tombstones (kafka_topics.cpp), by a day for clocks and cleaners.
constexpr auto kCopyIsGoodFor = std::chrono::days(6);

struct Copy {
  Offset next = 0;
  Timestamp at{};
};

Timestamp wall_clock() { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

Result<std::optional<Copy>> local_copy(const StateStore& state, TopicPartition task) {
  auto value = state.get(changelog_key(task));
  if (!value) return std::move(value.error());
  if (!*value) return std::optional<Copy>();
  Copy copy;
  long long ms = 0;
  const char* end = (*value)->data() + (*value)->size();
  const auto read = std::from_chars((*value)->data(), end, copy.next);
  if (read.ec != std::errc{} || read.ptr == end || std::from_chars(read.ptr + 1, end, ms).ptr != end)
    return Error{ErrorKind::Corrupt, "the state's " + changelog_key(task) + " is not a place in a changelog"};
  copy.at = from_millis(ms);
  return std::optional(copy);
}

Result<void> wipe(StateStore& state, TopicPartition task, const TaskKeys& keys) {
  std::vector<StateWrite> erased{{changelog_key(task), std::nullopt}, {position_key(task), std::nullopt}};
  for (const std::string& prefix : keys.prefixes(task)) {
    auto scanned = state.scan(prefix, prefix, [&](std::string_view key, std::string_view) {
      erased.push_back({std::string(key), std::nullopt});
      return true;
    });
    if (!scanned) return scanned;
  }
  return state.write(erased);
}

// One task on its way.
struct Restoring {
  ChangelogTask of;
  Offset next = 0;
  Offset target = 0;
  bool awaits_mark = false;  // what stands before it is not all there was
  TopicHandle topic{};
  bool is_done = false;
};

class Restore {
 public:
  Restore(rd_kafka_t* reader, StateStore& state, const std::function<void(std::int64_t)>& progress)
      : reader_(reader), state_(state), progress_(progress) {}

  Result<void> run(std::vector<Restoring>& tasks) {
    const Queue queue(rd_kafka_queue_new(reader_));
    for (Restoring& task : tasks) {
      task.is_done = task.next >= task.target;
      if (task.is_done) continue;
      by_place_[{task.of.place.topic, task.of.place.partition}] = &task;
      task.topic = open_topic(reader_, task.of.place.topic);
      if (rd_kafka_consume_start_queue(task.topic.get(), task.of.place.partition, task.next, queue.get()) != 0)
        return error_of(rd_kafka_last_error(), "reading " + task.of.place.topic);
    }
    auto done = read_all(queue.get());
    if (done) done = write();
    for (auto& [_, task] : by_place_) {
      rd_kafka_consume_stop(task->topic.get(), task->of.place.partition);
      task->topic.reset();
    }
    return done;
  }

 private:
  Result<void> read_all(rd_kafka_queue_t* queue) {
    Alarm alarm(reader_);
    auto last = std::chrono::steady_clock::now();
    while (std::any_of(by_place_.begin(), by_place_.end(), [](const auto& one) { return !one.second->is_done; })) {
      const auto now = std::chrono::steady_clock::now();
      for (const auto& [_, task] : by_place_) alarm.see(task->of.place, rd_kafka_queue_length(queue), kQueued);
      for (const Message& message : consume(queue, 100, kRecordsPerLook)) {
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) continue;
        last = now;
        if (auto taken = take(*by_place_.at({rd_kafka_topic_name(message->rkt), message->partition}), *message); !taken)
          return taken;
      }
      if (now - last > kPatience)
        return Error{ErrorKind::Unavailable,
                     "the changelogs sent nothing for a minute; is the broker reachable, or is a transaction open?"};
    }
    return {};
  }

  Result<void> take(Restoring& task, const rd_kafka_message_t& message) {
    if (task.is_done) return {};
    if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      task.next = std::max<Offset>(task.next, message.offset);
      task.is_done = task.next >= task.target;  // else what stands behind it is not decided yet
      return {};
    }
    task.next = message.offset + 1;
    if (++records_ >= told_ + kRecordsPerWord && progress_) progress_(told_ = records_);
    const std::string_view key(static_cast<const char*>(message.key), message.key_len);
    if (key == kWholeFromHere) task.awaits_mark = false;
    if (key == kWholeFromHere || task.awaits_mark) return {};
    const auto [newest, is_new] = newest_.try_emplace(std::string(key));
    bytes_ += (is_new ? key.size() + kBytesOfEntry : 0) + message.len;
    newest->second.reset();
    if (message.payload != nullptr) newest->second.emplace(static_cast<const char*>(message.payload), message.len);
    return bytes_ < kBytesPerWrite ? Result<void>() : write();
  }

  Result<void> write() {
    std::vector<StateWrite> batch;
    batch.reserve(newest_.size() + by_place_.size());
    for (auto& [key, value] : newest_) batch.push_back({key, std::move(value)});
    for (const auto& [_, task] : by_place_) {
      if (!task->awaits_mark)
        batch.push_back({changelog_key(task->of.task), changelog_value(task->next, wall_clock())});
    }
    newest_.clear();
    bytes_ = 0;
    return batch.empty() ? Result<void>() : state_.write(batch);
  }

  rd_kafka_t* reader_;
  StateStore& state_;
  const std::function<void(std::int64_t)>& progress_;
  std::map<std::pair<std::string, std::int32_t>, Restoring*> by_place_;
  std::unordered_map<std::string, std::optional<std::string>> newest_;  // of all tasks, not yet written
  std::size_t bytes_ = 0;
  std::int64_t records_ = 0;
  std::int64_t told_ = 0;
};

}  // namespace

std::string changelog_key(TopicPartition task) {
  return std::string(kPositionPrefix) + "changelog/" + std::to_string(task.topic) + "/" +
         std::to_string(task.partition);
}

std::string changelog_value(Offset next, Timestamp now) {
  return std::to_string(next) + " " + std::to_string(to_millis(now));
}

Result<std::vector<TopicPartition>> restore_changelogs(const Properties& connection,
                                                       const std::vector<ChangelogTask>& tasks, StateStore& state,
                                                       const TaskKeys& keys,
                                                       const std::function<void(std::int64_t)>& progress) {
  std::vector<TopicPartition> lost;
  if (tasks.empty()) return lost;
  Properties all = connection;
  all.emplace_back("isolation.level", kMistake == Mistake::restore_to_stable ? "read_committed" : "read_uncommitted");
  auto uncommitted = connect(RD_KAFKA_CONSUMER, all);
  if (!uncommitted) return std::move(uncommitted.error());
  std::vector<Place> places;
  for (const ChangelogTask& task : tasks) places.push_back(task.place);
  auto targets = edges(uncommitted->get(), places, Edge::end, 30s);
  if (!targets) return std::move(targets.error());
  auto begins = edges(uncommitted->get(), places, Edge::begin, 30s);
  if (!begins) return std::move(begins.error());

  std::vector<Restoring> restoring;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const TopicPartition task = tasks[i].task;
    auto copy = local_copy(state, task);
    if (!copy) return std::move(copy.error());
    const bool is_good = *copy && (*copy)->next >= (*begins)[i] && (*copy)->next <= (*targets)[i] &&
                         wall_clock() - (*copy)->at < kCopyIsGoodFor;
    if (!is_good) {
      if (auto wiped = wipe(state, task, keys); !wiped) return std::move(wiped.error());
    }
    restoring.push_back(
        {tasks[i], is_good ? (*copy)->next : (*begins)[i], (*targets)[i], !is_good && (*begins)[i] > 0});
  }
  Properties committed = connection;
  committed.insert(committed.end(), {{"isolation.level", "read_committed"},
                                     {"enable.partition.eof", "true"},
                                     {"fetch.wait.max.ms", "10"},
                                     {"fetch.error.backoff.ms", "20"},
                                     {"queued.min.messages", std::to_string(kQueued)},
                                     {"queued.max.messages.kbytes", "32768"}});
  auto reader = connect(RD_KAFKA_CONSUMER, committed);
  if (!reader) return std::move(reader.error());
  if (auto done = Restore(reader->get(), state, progress).run(restoring); !done) return std::move(done.error());
  for (const Restoring& task : restoring) {
    if (task.awaits_mark) lost.push_back(task.of.task);
  }
  return lost;
}

namespace {

// Keeps one value of all that is written.
class OneValue final : public StateStore {
 public:
  explicit OneValue(std::string key) : key_(std::move(key)) {}
  Result<std::optional<std::string>> get(std::string_view key) const override {
    return key == key_ ? value_ : std::nullopt;
  }
  Result<void> write(const std::vector<StateWrite>& batch) override {
    for (const StateWrite& one : batch) {
      if (one.key == key_) value_ = one.value;
    }
    return {};
  }
  Result<void> scan(std::string_view, std::string_view, const Visit&) const override { return {}; }
  Result<void> flush() override { return {}; }

 private:
  std::string key_;
  std::optional<std::string> value_;
};

}  // namespace

Result<Offset> position_in_changelog(const Properties& connection, const ChangelogTask& task, const TaskKeys& keys) {
  OneValue position(position_key(task.task));
  auto restored = restore_changelogs(connection, {task}, position, keys, nullptr);
  if (!restored) return std::move(restored.error());
  return position_in_state(position, task.task);
}

}  // namespace earshot::kafka
