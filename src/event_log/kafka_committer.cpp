#include "event_log/kafka_committer.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>

#include <pthread.h>
#include <unistd.h>

#include "event_log/kafka_changelog.h"
#include "event_log/kafka_mistake.h"
#include "event_log/position.h"

namespace earshot::kafka {

namespace {

using Then = Producer::Failed::Then;

constexpr int kAttemptsMax = 20;
constexpr std::chrono::milliseconds kBreath{100};
// So long the broker may be away; then the process ends, and whoever watches it starts it again.
constexpr std::chrono::minutes kPatience{5};

Timestamp wall_clock() { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

}  // namespace

Committer::Committer(Parts parts)
    : parts_(std::move(parts)),
      process_(std::to_string(std::chrono::system_clock::now().time_since_epoch().count()) + "-" +
               std::to_string(::getpid())),
      thread_([this] { run(); }) {
  pthread_setname_np(thread_.native_handle(), "committer");
}

Committer::~Committer() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
  parts_.producer.reset();  // before what it may still hold the bytes of
}

void Committer::commit(std::vector<Emitted> records, Commit commit) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return dead_ || under_way_ < parts_.settings.commits_under_way_max; });
  if (dead_) return;
  queue_.push_back({std::move(records), std::move(commit)});
  ++under_way_;
  lock.unlock();
  changed_.notify_all();
}

void Committer::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return dead_ || under_way_ == 0; });
}

Offset Committer::position(TopicPartition input) const {
  const std::lock_guard lock(positions_mutex_);
  const auto found = positions_.find(input);
  return found == positions_.end() ? 0 : found->second;
}

void Committer::set_positions(std::map<TopicPartition, Offset> positions) {
  const std::lock_guard lock(positions_mutex_);
  positions_ = std::move(positions);
}

void Committer::begin_changelogs(const std::vector<TopicPartition>& tasks) {
  const std::lock_guard lock(positions_mutex_);
  begins_anew_.insert(tasks.begin(), tasks.end());
}

void Committer::run() {
  while (true) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closing_ || !queue_.empty(); });
    std::vector<Job> jobs = std::exchange(queue_, {});
    lock.unlock();
    if (jobs.empty()) return;
    const std::size_t count = jobs.size();
    write(std::move(jobs));
    lock.lock();
    if (!dead_) under_way_ -= count;
    lock.unlock();
    changed_.notify_all();
    if (dead_) return;
  }
}

bool Committer::survives(KafkaPoint point) {
  if (!parts_.settings.at || parts_.settings.at(point)) return true;
  const std::lock_guard lock(mutex_);
  dead_ = true;
  return false;
}

void Committer::write(std::vector<Job> jobs) {
  if (!failed_) {
    if (auto done = transact(jobs); !done) failed_ = std::move(done.error()).in("the event log takes nothing more");
    if (dead_) {
      abandoned_ = std::move(jobs);
      return;
    }
  }
  if (!failed_) {
    if (auto done = write_state(jobs); !done) failed_ = std::move(done.error()).in("the state takes nothing more");
    if (!survives(KafkaPoint::stated)) return;
  }
  if (!failed_) {
    for (const auto& [partition, end] : shown_) parts_.shown(partition, end);
  }
  Result<void> result;
  has_failed_ = failed_.has_value();
  if (failed_) result = *failed_;
  for (Job& job : jobs) {
    if (job.commit.done) job.commit.done(result);
  }
  if (failed_ && abandoned_.empty()) abandoned_ = std::move(jobs);
}

// Positions that move forward; never back, or what was published would be published again. At least one, so that the
// broker checks our generation and keeps the mark.
std::vector<Producer::Offsets> Committer::offsets_of(const std::vector<Job>& jobs) {
  if (parts_.member == nullptr) return {};
  const std::lock_guard lock(positions_mutex_);
  std::map<TopicPartition, Offset> moved;
  for (const Job& job : jobs) {
    for (const Position& position : job.commit.positions) {
      const auto before = moved.find(position.input);
      const Offset reached = before == moved.end() ? positions_[position.input] : before->second;
      if (position.next > reached || kMistake == Mistake::offsets_back) moved[position.input] = position.next;
    }
  }
  std::vector<Producer::Offsets> offsets;
  const auto add = [&](TopicPartition input, Offset next) {
    offsets.push_back({parts_.settings.prefix + parts_.settings.topics[input.topic].name, input.partition, next});
  };
  for (const auto& [input, next] : moved) {
    if (next > 0) add(input, next);
  }
  if (offsets.empty() && !positions_.empty()) add(positions_.begin()->first, positions_.begin()->second);
  for (const auto& [input, next] : moved) moves_[input] = {input, next};
  return offsets;
}

Result<void> Committer::transact(const std::vector<Job>& jobs) {
  shown_.clear();
  changelogs_.clear();
  moves_.clear();
  const auto offsets = offsets_of(jobs);
  const bool is_empty = std::all_of(jobs.begin(), jobs.end(), [&](const Job& job) {
    return job.records.empty() && (job.commit.state.empty() || !has_changelog());
  });
  const bool moves = std::any_of(moves_.begin(), moves_.end(), [](const auto& one) { return one.second.next > 0; });
  if (is_empty && !moves) {  // at most the state is concerned
    for (const auto point :
         {KafkaPoint::produced, KafkaPoint::flushed, KafkaPoint::offsets_sent, KafkaPoint::committed}) {
      if (!survives(point)) break;
    }
    return {};
  }

  if (!parts_.producer) {
    auto opened = parts_.open_producer();
    if (!opened) return std::move(opened.error());
    parts_.producer = std::move(*opened);
  }
  const std::string mark = process_ + "-" + std::to_string(++transactions_);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (int attempts = 1;; ++attempts) {
    auto done = attempt(jobs, offsets, mark);
    if (done || dead_) break;
    Producer::Failed failure = std::move(done.error());
    if (failure.then == Then::again) {
      auto aborted = parts_.producer->abort();
      if (!aborted && aborted.error().then != Then::again) failure.then = aborted.error().then;
    }
    while (failure.then == Then::begin_again && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(kBreath);
      auto begun = parts_.producer->begin_again();
      if (begun) break;
      if (begun.error().then == Then::never) failure = std::move(begun.error());
    }
    if (failure.then == Then::begin_again) {
      auto committed = was_committed(offsets, mark);
      if (!committed) return std::move(committed.error());
      if (*committed) break;
    }
    if (failure.then == Then::never || attempts == kAttemptsMax || std::chrono::steady_clock::now() > end)
      return std::move(failure.error);
    std::this_thread::sleep_for(kBreath);
  }
  if (dead_) return {};
  const std::lock_guard lock(positions_mutex_);
  for (const auto& [input, position] : moves_) positions_[input] = position.next;
  for (const auto& [task, _] : changelogs_) begins_anew_.erase(task);
  return {};
}

Producer::Attempt<void> Committer::attempt(const std::vector<Job>& jobs, const std::vector<Producer::Offsets>& offsets,
                                           const std::string& mark) {
  Producer& producer = *parts_.producer;
  if (auto done = producer.begin(); !done) return done;
  if (auto done = write_records(jobs); !done) return done;
  if (auto done = write_changelog(jobs); !done) return done;
  if (!survives(KafkaPoint::produced)) return {};
  if (auto done = producer.flush(); !done) return done;
  note_what_landed(jobs);
  if (!survives(KafkaPoint::flushed)) return {};
  if (kMistake == Mistake::state_first) {
    std::vector<Job> early = jobs;
    (void)write_state(early);
  }
  if (!offsets.empty()) {
    const GroupMetadata of_nobody(kMistake == Mistake::unfenced ? rd_kafka_consumer_group_metadata(parts_.onlooker)
                                                                : nullptr);
    const auto* const member = of_nobody ? of_nobody.get() : &parts_.member->metadata();
    if (auto done = producer.send_offsets(offsets, mark, *member); !done) return done;
  }
  if (!survives(KafkaPoint::offsets_sent)) return {};
  if (auto done = producer.commit(); !done) return done;
  (void)survives(KafkaPoint::committed);
  return {};
}

Producer::Attempt<void> Committer::write_records(const std::vector<Job>& jobs) {
  for (const Job& job : jobs) {
    for (const Emitted& one : job.records) {
      const bool is_record = one.partition.topic < parts_.settings.topics.size();
      auto done = parts_.producer->write({one.partition.topic, one.partition.partition, one.record.key,
                                          &one.record.value, one.record.time, is_record});
      if (!done) return done;
    }
  }
  return {};
}

// The newest value of each key, then the positions, so that a position stands behind everything it speaks for.
Producer::Attempt<void> Committer::write_changelog(const std::vector<Job>& jobs) {
  if (!has_changelog()) return {};
  std::set<TopicPartition> begun;
  static const std::string nothing;
  const auto write = [&](TopicPartition task, std::string_view key, const std::string* value) {
    const std::uint8_t topic = parts_.changelog_of[task.topic];
    if (begins_anew_.contains(task) && begun.insert(task).second) {
      if (auto marked = parts_.producer->write({topic, task.partition, kWholeFromHere, &nothing, {}, false}); !marked)
        return marked;
    }
    changelogs_[task] = -1;
    return parts_.producer->write({topic, task.partition, key, value, {}, false});
  };
  std::unordered_map<std::string_view, const StateWrite*> newest;
  if (jobs.size() > 1) {
    for (const Job& job : jobs) {
      for (const StateWrite& one : job.commit.state) newest[one.key] = &one;
    }
  }
  for (const Job& job : jobs) {
    for (const StateWrite& one : job.commit.state) {
      if (jobs.size() > 1 && newest[one.key] != &one) continue;
      auto done = write(parts_.settings.keys.task_of(one.key), one.key, one.value ? &*one.value : nullptr);
      if (!done) return done;
    }
  }
  position_values_.clear();
  for (const Job& job : jobs) {
    for (const Position& position : job.commit.positions)
      position_values_[position.input] = std::to_string(position.next);
  }
  for (const auto& [task, value] : position_values_) {
    if (auto done = write(task, position_key(task), &value); !done) return done;
  }
  return {};
}

void Committer::note_what_landed(const std::vector<Job>& jobs) {
  for (const Job& job : jobs) {
    for (const Emitted& one : job.records) shown_[one.partition] = -1;
  }
  for (auto& [partition, end] : shown_) end = parts_.producer->written(partition.topic, partition.partition);
  for (auto& [task, end] : changelogs_) end = parts_.producer->written(parts_.changelog_of[task.topic], task.partition);
}

// Records of a process that has no tasks may be written twice: whoever folds them knows what was there before.
Result<bool> Committer::was_committed(const std::vector<Producer::Offsets>& offsets, const std::string& mark) {
  if (offsets.empty()) return false;
  auto found = committed(parts_.onlooker, {{offsets.front().topic, offsets.front().partition}}, kPatience);
  if (!found) return std::move(found.error());
  return found->front().mark == mark;
}

Result<void> Committer::write_state(std::vector<Job>& jobs) {
  std::vector<StateWrite> batch;
  for (Job& job : jobs) {
    if (batch.empty()) {
      batch = std::move(job.commit.state);
    } else {
      batch.insert(batch.end(), std::make_move_iterator(job.commit.state.begin()),
                   std::make_move_iterator(job.commit.state.end()));
    }
    add_positions(batch, job.commit.positions);
  }
  for (const auto& [task, next] : changelogs_)
    batch.push_back({changelog_key(task), changelog_value(next, wall_clock())});
  if (batch.empty()) return {};
  return parts_.state.write(batch);
}

}  // namespace earshot::kafka
