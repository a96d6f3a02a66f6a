// One partition of one processor: folds records and ticks, holds its timers and its now. It does no I/O of its own.
//
// A tick fires what is due by then, at most kTimersPerTick in (due, key) order; if more are due, next_due() still says
// so and another tick must follow.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "earshot/event_log.h"
#include "earshot/processor.h"
#include "event/codec.h"
#include "pipeline/lookahead.h"
#include "pipeline/timer_queue.h"
#include "pipeline/value_cache.h"

namespace earshot {

inline constexpr int kTimersPerTick = 1000;

class Task : private ValueView, private StepOutput {
 public:
  struct Counters {
    std::int64_t events_in = 0;
    std::int64_t events_out = 0;
    std::int64_t dead_letters = 0;
    std::int64_t timers_fired = 0;
  };

  Task(std::unique_ptr<Processor> processor, TopicPartition input, ValueCache& values);

  // Reads its now and its next timers from the store, and those after them when their time comes; it must outlive the
  // task. Where it goes on is the caller's business.
  Result<void> load(const StateStore& store);

  // From now on what is folded was folded before: it emits nothing.
  void be_silent(bool silent) { is_silent_ = silent; }

  // Folds one record; gives what it emitted, in order, until the next call. A record that is not an event is one dead
  // letter. `known`: the event that the record holds, when the caller has just encoded it, so that it need not be read
  // again.
  std::vector<Emitted>& fold(const StoredRecord& record, const Event* known = nullptr);

  // What the record says of an event: when it was recorded, and when it happened if the event itself does not say.
  static void stamp(Event& event, Timestamp recorded);

  // Where its next timer stands.
  std::optional<Timestamp> next_due() const;

  // Timers set and gone since the last call, of one key the last counts; and the now. They belong to the commit
  // numbered `commit`.
  std::vector<StateWrite> take_timer_writes(std::uint64_t commit);

  // Adds what a step of this record key will probably ask for: what the last step asked for of its own.
  void guess(std::string_view record_key, std::vector<Fingerprint>& names) const;

  TopicPartition input() const { return input_; }
  const Processor& processor() const { return *processor_; }
  Timestamp now() const { return now_; }
  const Counters& counters() const { return counters_; }

  // Values of this task, for those on the pump's thread who must know what the log has not yet said.
  ValueView& values() { return *this; }

 private:
  const AnyValue* find(std::string_view record_key, std::string_view name, Decode decode) override;
  AnyValue& edit(std::string_view record_key, std::string_view name, Decode decode) override;
  void erase(std::string_view record_key, std::string_view name) override;
  void put(std::string_view record_key, std::string_view name, std::string bytes, Decode decode) override;
  bool is_silent() const override { return is_silent_; }
  void emit(Emitted emitted) override;
  void set_timer(Timer timer) override;

  const std::string& key_of(std::string_view record_key, std::string_view name);  // until the next call
  ValueCache::Entry& entry_of(std::string_view record_key, std::string_view name, Decode decode);
  void fold(const Event& event, const StoredRecord& record);
  void apply(const Event& event, std::string_view record_key, Offset offset);
  void fire_due();
  void identify(std::string_view a, std::string_view b, std::string_view c);
  void begin_step(std::string_view record_key);
  void end_step() { step_key_ = {}; }
  void dead_letter(const StoredRecord& record, DeadLetterReason reason, std::string detail);

  // A value that the step under way has asked for, of its own record key: most are asked for several times.
  struct Asked {
    std::string name;
    ValueCache::Entry* entry = nullptr;
  };

  std::unique_ptr<Processor> processor_;
  TopicPartition input_;
  ValueCache& values_;
  EventDecoder decoder_;
  std::string key_;
  std::string identity_;       // of the cause of the step under way
  std::string_view step_key_;  // of the step under way
  std::vector<Asked> asked_;   // by it; by the last one when there is none
  TimerQueue timers_;
  Lookahead upcoming_;  // of timers
  Timestamp now_{};
  bool now_moved_ = false;
  bool is_silent_ = false;
  std::vector<Emitted> emitted_;
  Counters counters_;
};

}  // namespace earshot
