#include "pipeline/task.h"

#include <charconv>

#include "base/hash.h"
#include "pipeline/state_keys.h"

namespace earshot {
namespace {

constexpr std::size_t kAskedMax = 8;

// Record keys begin with the tenant.
std::string_view tenant_of(std::string_view record_key) { return record_key.substr(0, record_key.find('/')); }

}  // namespace

Task::Task(std::unique_ptr<Processor> processor, TopicPartition input, ValueCache& values)
    : processor_(std::move(processor)), input_(input), values_(values), timers_(input) {}

Result<void> Task::load(const StateStore& store) {
  if (auto loaded = timers_.load(store); !loaded) return std::move(loaded.error()).in("reading the timers");
  auto now = store.get(now_key(input_));
  if (!now) return std::move(now.error()).in("reading the time of a partition");
  now_ = kEarliest;
  if (*now) {
    long long ms = 0;
    std::from_chars((*now)->data(), (*now)->data() + (*now)->size(), ms);
    now_ = from_millis(ms);
  }
  return {};
}

std::vector<Emitted>& Task::fold(const StoredRecord& record, const Event* known) {
  emitted_.clear();
  ++counters_.events_in;
  if (record.time > now_) {
    now_ = record.time;
    now_moved_ = true;
  }
  if (known != nullptr) {
    fold(*known, record);
  } else if (auto event = decoder_.decode(record.value)) {
    stamp(*event, record.time);
    fold(*event, record);
  } else {
    dead_letter(record, event.error().reason, std::move(event.error().detail));
  }
  counters_.events_out += static_cast<std::int64_t>(emitted_.size());
  return emitted_;
}

void Task::stamp(Event& event, Timestamp recorded) {
  event.recorded = recorded;
  if (event.time == kEarliest) event.time = recorded;
}

void Task::fold(const Event& event, const StoredRecord& record) {
  if (event.hops > kHopsMax) {
    dead_letter(record, DeadLetterReason::too_many_hops, "derived events led to each other more than 16 times");
  } else if (std::holds_alternative<ClockTicked>(event.body)) {
    fire_due();
  } else {
    apply(event, record.key, record.offset);
  }
}

void Task::apply(const Event& event, std::string_view record_key, Offset offset) {
  identify(event.tenant, event.source, event.id);
  begin_step(record_key);
  Step step(*this, *this, {processor_->name(), event.tenant, identity_, event.id, event.hops, event.trace_parent}, now_,
            record_key, input_.partition, offset);
  processor_->apply(event, step);
  end_step();
}

void Task::fire_due() {
  upcoming_.begin();
  for (std::size_t i = 0; i < Lookahead::kAhead; ++i) upcoming_.take(*this, values_, timers_.upcoming(i));
  for (int fired = 0; fired < kTimersPerTick && !timers_.empty() && *timers_.next_due() <= now_; ++fired) {
    upcoming_.take(*this, values_, timers_.upcoming(Lookahead::kAhead));
    const Timer timer = timers_.take_next();
    ++counters_.timers_fired;
    identify(timer.record_key, timer.name, std::to_string(to_millis(timer.due)));
    begin_step(timer.record_key);
    Step step(*this, *this, {processor_->name(), tenant_of(timer.record_key), identity_, "", 0}, now_, timer.record_key,
              input_.partition, -1);
    processor_->fire(timer, step);
    end_step();
  }
}

void Task::dead_letter(const StoredRecord& record, DeadLetterReason reason, std::string detail) {
  ++counters_.dead_letters;
  DeadLetter letter;
  letter.reason = reason;
  letter.detail = std::move(detail);
  letter.place = std::string(kTopics[input_.topic].name) + "/" + std::to_string(input_.partition) + "@" +
                 std::to_string(record.offset);
  letter.bytes = record.value.substr(0, kDeadLetterBytesMax);
  letter.length = static_cast<std::int64_t>(record.value.size());
  letter.sha256 = sha256_hex(record.value);
  const std::string identity = letter.place;
  const std::string tenant(tenant_of(record.key));
  Step step(*this, *this, {processor_->name(), tenant, identity, "", 0}, now_, record.key, input_.partition,
            record.offset);
  step.emit(Topic::dead_letters, tenant_key(tenant), std::move(letter), record.time);
}

std::optional<Timestamp> Task::next_due() const { return timers_.next_due(); }

std::vector<StateWrite> Task::take_timer_writes(std::uint64_t commit) {
  std::vector<StateWrite> writes = timers_.take_writes(commit, values_.newest_written());
  if (now_moved_) writes.push_back({now_key(input_), std::to_string(to_millis(now_))});
  now_moved_ = false;
  return writes;
}

const std::string& Task::key_of(std::string_view record_key, std::string_view name) {
  set_value_key(key_, input_, record_key, name);
  return key_;
}

void Task::identify(std::string_view a, std::string_view b, std::string_view c) {
  identity_.assign(a).push_back('\0');
  identity_.append(b).push_back('\0');
  identity_.append(c);
}

void Task::begin_step(std::string_view record_key) {
  step_key_ = record_key;
  asked_.clear();
}

void Task::guess(std::string_view record_key, std::vector<Fingerprint>& names) const {
  std::string key;
  for (const Asked& asked : asked_) {
    set_value_key(key, input_, record_key, asked.name);
    names.push_back(fingerprint(key));
  }
}

ValueCache::Entry& Task::entry_of(std::string_view record_key, std::string_view name, Decode decode) {
  // The same place in memory is enough: a processor passes on the key of its step.
  const bool is_own =
      !step_key_.empty() && record_key.data() == step_key_.data() && record_key.size() == step_key_.size();
  if (!is_own) return values_.at(key_of(record_key, name), decode);
  for (const Asked& asked : asked_) {
    if (asked.name == name) return *asked.entry;
  }
  ValueCache::Entry& entry = values_.at(key_of(record_key, name), decode);
  if (asked_.size() == kAskedMax) return entry;
  asked_.push_back({std::string(name), &entry});
  return entry;
}

const AnyValue* Task::find(std::string_view record_key, std::string_view name, Decode decode) {
  return ValueCache::find(entry_of(record_key, name, decode));
}

AnyValue& Task::edit(std::string_view record_key, std::string_view name, Decode decode) {
  return values_.edit(entry_of(record_key, name, decode), decode);
}

void Task::erase(std::string_view record_key, std::string_view name) { values_.erase(key_of(record_key, name)); }

void Task::put(std::string_view record_key, std::string_view name, std::string bytes, Decode decode) {
  values_.put(key_of(record_key, name), std::move(bytes), decode);
}

void Task::emit(Emitted emitted) { emitted_.push_back(std::move(emitted)); }

void Task::set_timer(Timer timer) { timers_.add(timer); }

}  // namespace earshot
