// A processor: a pure fold over one topic. State and event in; state, events and timers out.
//
// A processor reads no clock, file, socket or random number and holds nothing that its state does not say (a decoded
// copy of its settings is fine). One object serves one partition in one thread. Its time is `step.now()`, the largest
// recorded time seen in the partition; its timers fire only on ticks that are in the log.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>

#include "earshot/check.h"
#include "earshot/event.h"
#include "earshot/topics.h"

namespace earshot {

// ---- values of state ----------------------------------------------------------------------------------------------

// A stored value, decoded. The pipeline keeps these across commits and encodes only what was touched.
class AnyValue {
 public:
  virtual ~AnyValue() = default;
  virtual std::string encode() const = 0;
  virtual const std::type_info& type() const = 0;
};

// Value is a message of schemas/state: it has SerializeAsString and ParseFromArray.
template <class Value>
class HeldValue final : public AnyValue {
 public:
  std::string encode() const override { return value.SerializeAsString(); }
  const std::type_info& type() const override { return typeid(Value); }
  static std::unique_ptr<AnyValue> decode(std::string_view bytes) {
    auto held = std::make_unique<HeldValue>();
    EARSHOT_CHECK(held->value.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())),
                  "a stored value is not of the type asked for");
    return held;
  }
  Value value;
};

// The values of one partition of one processor, by record key and name.
class ValueView {
 public:
  using Decode = std::unique_ptr<AnyValue> (*)(std::string_view bytes);
  virtual ~ValueView() = default;
  virtual const AnyValue* find(std::string_view record_key, std::string_view name, Decode decode) = 0;
  // Creates the value by decoding empty bytes if there is none. It will be written with the next commit.
  virtual AnyValue& edit(std::string_view record_key, std::string_view name, Decode decode) = 0;
  virtual void erase(std::string_view record_key, std::string_view name) = 0;
  // An encoded value in the place of whatever was there, which is not looked for. For what is written and seldom read
  // again.
  virtual void put(std::string_view record_key, std::string_view name, std::string bytes, Decode decode) = 0;
};

// ---- timers -------------------------------------------------------------------------------------------------------

// A moment at which a processor asked to be called. The triple is its identity: asking twice for the same is once, and
// a processor that has changed its mind lets the old one fire and ignores it.
struct Timer {
  Timestamp due{};  // a whole minute
  std::string record_key;
  std::string name;
  auto operator<=>(const Timer&) const = default;
};

// The first whole minute at or after `at`: timers are rounded up, deadlines inside events are exact.
constexpr Timestamp up_to_minute(Timestamp at) { return std::chrono::ceil<std::chrono::minutes>(at); }

// ---- one step -----------------------------------------------------------------------------------------------------

struct Emitted {
  Topic topic = Topic::feedback;
  std::string key;
  Event event;
};

// What happens to the pipeline's side of a step: collects outputs and timers.
class StepOutput {
 public:
  virtual ~StepOutput() = default;
  virtual void emit(Emitted emitted) = 0;
  virtual void set_timer(Timer timer) = 0;
  // Nobody wants what is emitted: it is in the log already.
  virtual bool is_silent() const { return false; }
};

// One event's (or timer's) view of one partition's state. Does no I/O that a processor could see.
class Step {
 public:
  struct Cause {
    std::string_view processor;
    std::string_view tenant;
    std::string_view identity;  // of the event, or of the timer: what derived ids are made of
    std::string_view event_id;  // becomes `causedby`
    std::int32_t hops = 0;
    std::string_view trace_parent{};
  };

  Step(ValueView& values, StepOutput& output, Cause cause, Timestamp now, std::string_view record_key,
       std::uint16_t partition, Offset offset)
      : values_(values),
        output_(output),
        cause_(cause),
        now_(now),
        record_key_(record_key),
        partition_(partition),
        offset_(offset) {}

  Timestamp now() const { return now_; }
  std::string_view record_key() const { return record_key_; }
  std::string_view tenant() const { return cause_.tenant; }
  std::uint16_t partition() const { return partition_; }
  Offset offset() const { return offset_; }  // of the record; -1 when a timer fires

  // Values of this record key. `find` gives nullptr when there is none; what it points to lives until the step ends.
  template <class Value>
  const Value* find(std::string_view name) {
    return find_at<Value>(record_key_, name);
  }
  template <class Value>
  Value& edit(std::string_view name) {
    return edit_at<Value>(record_key_, name);
  }
  void erase(std::string_view name) { values_.erase(record_key_, name); }
  template <class Value>
  void put(std::string_view name, const Value& value) {
    values_.put(record_key_, name, value.SerializeAsString(), &HeldValue<Value>::decode);
  }

  // Values of another record key of this partition: settings stand under the tenant's name.
  template <class Value>
  const Value* find_at(std::string_view record_key, std::string_view name) {
    const AnyValue* any = values_.find(record_key, name, &HeldValue<Value>::decode);
    return any == nullptr ? nullptr : &held<Value>(*any).value;
  }
  template <class Value>
  Value& edit_at(std::string_view record_key, std::string_view name) {
    return const_cast<HeldValue<Value>&>(held<Value>(values_.edit(record_key, name, &HeldValue<Value>::decode))).value;
  }

  void erase_at(std::string_view record_key, std::string_view name) { values_.erase(record_key, name); }

  // Sends an event on, caused by this one. Its id follows from the cause, the processor and the ordinal; its time is
  // `time`, when it happened.
  void emit(Topic topic, std::string key, EventBody body, Timestamp time);

  // Nobody hears what is emitted while the log is folded again: what leads to nothing else need not be worked out.
  bool is_heard() const { return !output_.is_silent(); }

  // Asks for fire() at `due`, rounded up to a whole minute.
  void set_timer(std::string_view name, Timestamp due) { set_timer_at(record_key_, name, due); }
  void set_timer_at(std::string_view record_key, std::string_view name, Timestamp due) {
    output_.set_timer({up_to_minute(due), std::string(record_key), std::string(name)});
  }

  // What this step emits from here on is not what its cause has led to before: the same event came again, with other
  // content or as a repeated request. `by` goes into the ids, so that no two events share one; not 0.
  void tell_apart(std::uint64_t by) { apart_ = by; }

  // The id the n-th event emitted by this step gets: for ids that must stand inside an event.
  Fingerprint derived_id(std::int32_t ordinal) const;

 private:
  template <class Value>
  static const HeldValue<Value>& held(const AnyValue& any) {
    EARSHOT_CHECK(any.type() == typeid(Value), "one name holds values of one type");
    return static_cast<const HeldValue<Value>&>(any);
  }

  ValueView& values_;
  StepOutput& output_;
  Cause cause_;
  Timestamp now_;
  std::string_view record_key_;
  std::uint16_t partition_;
  Offset offset_;
  std::int32_t ordinal_ = 0;
  std::uint64_t apart_ = 0;
};

class Processor {
 public:
  virtual ~Processor() = default;
  virtual std::string_view name() const = 0;  // `intake`, `identity`, `customer`, `desk`, `insight`
  virtual Topic input() const = 0;
  virtual std::int32_t version() const = 0;                // says what its values mean; a newer one upgrades on read
  virtual void apply(const Event& event, Step& step) = 0;  // every event of the topic but the tick
  virtual void fire(const Timer& timer, Step& step) = 0;

  // For a processor with much state: this value, which lies in a near cache itself, will probably be read a few steps
  // from here, and what it points to can be prefetched. Called twice, `again` when what was asked for first is near.
  virtual void approach(const AnyValue& value, bool again) const {
    (void)value;
    (void)again;
  }
};
// ---- record keys --------------------------------------------------------------------------------------------------

// The partition of a record is murmur2 of its key; records that must be folded in one place share a key.
inline std::string tenant_key(std::string_view tenant) { return std::string(tenant); }
template <class Tag>
std::string record_key(std::string_view tenant, const Id<Tag>& id) {
  return std::string(tenant) + "/" + id.hex();
}
inline std::string measure_key(std::string_view tenant, std::uint16_t partition) {
  return std::string(tenant) + "/p" + std::to_string(partition);
}

}  // namespace earshot
