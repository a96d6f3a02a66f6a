// The smallest processors there can be, and an engine whose commits end when the test says so.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>

#include <gtest/gtest.h>

#include "event/codec.h"
#include "event_log/memory.h"
#include "pipeline/pump.h"
#include "pipeline/state_keys.h"
#include "state/common.pb.h"
#include "state_store/memory.h"
#include "support/forwarding_log.h"

namespace earshot::test {

constexpr Timestamp minute(int n) { return from_millis(1'780'000'020'000 + 60'000LL * n); }  // a whole minute

inline Event said(const std::string& id, Timestamp at, const std::string& text = "text") {
  Event event;
  event.id = id;
  event.source = "/toy";
  event.tenant = "acme";
  event.time = event.recorded = at;
  Input input;
  input.channel = "email";
  input.person.keys = {"email:" + id};
  input.content.text = text;
  event.body = std::move(input);
  return event;
}

// Reads `topic`. Counts every event under its record key in a value `seen`, remembers its content, and passes an Input
// on to `next` as a MeasureTaken that names it. A text `wake N` sets a timer N minutes after now; what fires is a
// measure too.
class Toy final : public Processor {
 public:
  Toy(std::string name, Topic topic, Topic next) : name_(std::move(name)), topic_(topic), next_(next) {}
  std::string_view name() const override { return name_; }
  Topic input() const override { return topic_; }
  std::int32_t version() const override { return 1; }

  void apply(const Event& event, Step& step) override {
    auto& value = step.edit<state::ConfigState>("seen");
    value.set_version(value.version() + 1);
    value.set_settings(value.settings() + event.id + " ");
    const auto* input = std::get_if<Input>(&event.body);
    if (input == nullptr) return;
    MeasureTaken measure;
    measure.item = event.id;
    step.emit(next_, std::string(step.record_key()), std::move(measure), event.time);
    if (input->content.text.starts_with("wake ")) {
      step.set_timer("wake/" + event.id, step.now() + std::chrono::minutes{std::stoi(input->content.text.substr(5))});
    }
  }
  void fire(const Timer& timer, Step& step) override {
    MeasureTaken measure;
    measure.item = timer.name + " of " + timer.record_key;
    step.emit(next_, timer.record_key, std::move(measure), timer.due);
  }

 private:
  std::string name_;
  Topic topic_;
  Topic next_;
};

inline std::vector<TopicSpec> toy_topics(std::uint16_t partitions) {
  std::vector<TopicSpec> topics;
  for (const TopicName& topic : kTopics) topics.push_back({std::string(topic.name), partitions});
  return topics;
}

// Values of `seen`, as a store holds them.
inline std::string seen_in(const StateStore& store, TopicPartition input, std::string_view record_key) {
  const auto stored = store.get(value_key(input, record_key, "seen"));
  state::ConfigState value;
  if (!stored || !*stored || !value.ParseFromString(**stored)) return "";
  return value.settings();
}

// What a log holds in one partition, as `minute:id` or `minute:item`.
inline std::vector<std::string> told(const LogReader& log, Topic topic, std::uint16_t partition = 0) {
  std::vector<std::string> lines;
  EventDecoder decoder;
  auto read = log.read({index_of(topic), partition}, 0, 1'000'000, [&](const StoredRecord& record) {
    auto event = decoder.decode(record.value);
    std::string line = std::to_string((to_millis(record.time) - to_millis(minute(0))) / 60'000) + ":";
    if (!event) {
      line += "unreadable";
    } else if (const auto* measure = std::get_if<MeasureTaken>(&event->body)) {
      line += measure->item;
    } else {
      line += std::holds_alternative<ClockTicked>(event->body) ? "tick" : event->id;
    }
    lines.push_back(std::move(line));
    return true;
  });
  EXPECT_TRUE(read);
  return lines;
}

// A MemoryLog whose commits are done when the test lets them, on the test's thread.
class HeldLog final : public ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;

  Result<std::span<const StoredRecord>> poll(TopicPartition partition, Offset from, std::size_t records_max) override {
    {
      const std::lock_guard lock(mutex_);
      if (poll_fails_) return Error{ErrorKind::Unavailable, "cannot read"};
    }
    return log_.poll(partition, from, records_max);
  }
  void emit(TopicPartition partition, Record record) override {
    ++open_;
    log_.emit(partition, std::move(record));
  }
  void commit(Commit commit) override {
    largest_commit_ = std::max(largest_commit_, std::exchange(open_, 0));
    auto done = std::move(commit.done);
    commit.done = [this, done](const Result<void>& result) {
      std::unique_lock lock(mutex_);
      if (!holds_) {
        lock.unlock();
        if (done) done(result);
        return;
      }
      held_.push_back([done, result](std::optional<Error> error) {
        if (done) done(error ? Result<void>(*error) : result);
      });
      changed_.notify_all();
    };
    log_.commit(std::move(commit));
  }
  void hold() {
    const std::lock_guard lock(mutex_);
    holds_ = true;
  }
  std::size_t largest_commit() const { return largest_commit_; }  // in records; when nobody commits
  void fail_polls() {
    const std::lock_guard lock(mutex_);
    poll_fails_ = true;
  }
  void wait_for_held(std::size_t commits) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return held_.size() >= commits; });
  }
  // Ends the oldest commit, with an error if one is given.
  void release(std::optional<Error> error = std::nullopt) {
    std::unique_lock lock(mutex_);
    auto done = std::move(held_.front());
    held_.pop_front();
    lock.unlock();
    done(std::move(error));
  }
  void release_all() {
    std::unique_lock lock(mutex_);
    holds_ = false;
    auto held = std::exchange(held_, {});
    lock.unlock();
    for (auto& done : held) done(std::nullopt);
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t open_ = 0;  // records emitted since the last commit
  std::size_t largest_commit_ = 0;
  bool holds_ = false;
  bool poll_fails_ = false;
  std::deque<std::function<void(std::optional<Error>)>> held_;
};

}  // namespace earshot::test
