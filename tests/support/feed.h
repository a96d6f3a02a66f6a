// Plays events into one processor and collects what it emits. Time is moved by the test; every value is encoded and
// decoded between steps, as if the process had restarted after each, so that nothing can hide in memory.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "earshot/processor.h"

namespace earshot::testing {

class Feed : private ValueView, private StepOutput {
 public:
  explicit Feed(Processor& processor, std::string tenant = "acme", std::uint16_t partition = 0)
      : processor_(processor), tenant_(std::move(tenant)), partition_(partition) {}

  // Folds one event that was recorded at `recorded` (never before the feed's now) under a record key; fires no timers.
  // Gives what it emitted.
  std::vector<Emitted> give(Timestamp recorded, std::string record_key, EventBody body, std::string id = "") {
    Event event;
    event.id = id.empty() ? "event-" + std::to_string(++events_) : std::move(id);
    event.source = "/test";
    event.tenant = tenant_;
    event.time = event.recorded = std::max(now_, recorded);
    event.body = std::move(body);
    return give(event, std::move(record_key));
  }

  std::vector<Emitted> give(const Event& event, std::string record_key) {
    now_ = std::max(now_, event.recorded);
    const std::string identity = event.tenant + '\0' + event.source + '\0' + event.id;
    Step step(*this, *this, {processor_.name(), event.tenant, identity, event.id, event.hops, event.trace_parent}, now_,
              record_key, partition_, offset_++);
    processor_.apply(event, step);
    return end_step();
  }

  // Lets time pass up to and including `to`: fires every timer due by then, in (due, key) order.
  std::vector<Emitted> pass_time_to(Timestamp to) {
    std::vector<Emitted> all;
    while (!timers_.empty() && timers_.begin()->due <= to) {
      const Timer timer = *timers_.begin();
      timers_.erase(timers_.begin());
      now_ = std::max(now_, timer.due);
      const std::string identity = timer.record_key + '\0' + timer.name + '\0' + std::to_string(to_millis(timer.due));
      Step step(*this, *this, {processor_.name(), tenant_, identity, "", 0}, now_, timer.record_key, partition_, -1);
      processor_.fire(timer, step);
      for (auto& emitted : end_step()) all.push_back(std::move(emitted));
    }
    now_ = std::max(now_, to);
    return all;
  }

  Timestamp now() const { return now_; }
  const std::set<Timer>& timers() const { return timers_; }
  const std::map<std::pair<std::string, std::string>, std::string>& values() const { return stored_; }  // encoded

  // Bodies of one type, in order.
  template <class Body>
  static std::vector<Body> only(const std::vector<Emitted>& emitted) {
    std::vector<Body> found;
    for (const Emitted& one : emitted) {
      if (const auto* body = std::get_if<Body>(&one.event.body)) found.push_back(*body);
    }
    return found;
  }

 private:
  using Key = std::pair<std::string, std::string>;

  const AnyValue* find(std::string_view record_key, std::string_view name, Decode decode) override {
    const Key key{record_key, name};
    if (const auto open = open_.find(key); open != open_.end()) return open->second.get();
    const auto stored = stored_.find(key);
    if (stored == stored_.end()) return nullptr;
    return open_.emplace(key, decode(stored->second)).first->second.get();
  }
  AnyValue& edit(std::string_view record_key, std::string_view name, Decode decode) override {
    const Key key{record_key, name};
    touched_.insert(key);
    if (find(record_key, name, decode) == nullptr) open_[key] = decode("");
    return *open_.at(key);
  }
  void erase(std::string_view record_key, std::string_view name) override {
    const Key key{record_key, name};
    open_.erase(key);
    touched_.erase(key);
    stored_.erase(key);
  }
  void put(std::string_view record_key, std::string_view name, std::string bytes, Decode) override {
    erase(record_key, name);
    stored_[Key{record_key, name}] = std::move(bytes);
  }
  void emit(Emitted emitted) override { emitted_.push_back(std::move(emitted)); }
  void set_timer(Timer timer) override { timers_.insert(std::move(timer)); }

  std::vector<Emitted> end_step() {
    for (const Key& key : touched_) stored_[key] = open_.at(key)->encode();
    touched_.clear();
    open_.clear();
    return std::exchange(emitted_, {});
  }

  Processor& processor_;
  std::string tenant_;
  std::uint16_t partition_;
  Timestamp now_{};
  Offset offset_ = 0;
  int events_ = 0;
  std::map<Key, std::string> stored_;
  std::map<Key, std::unique_ptr<AnyValue>> open_;
  std::set<Key> touched_;
  std::set<Timer> timers_;
  std::vector<Emitted> emitted_;
};

}  // namespace earshot::testing
