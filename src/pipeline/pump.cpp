#include "pipeline/pump.h"

#include <algorithm>
#include <limits>

#include "base/hash.h"
#include "base/utf8.h"
#include "pipeline/state_keys.h"

namespace earshot {
namespace {

constexpr std::size_t kPollRecords = 512;
constexpr std::int64_t kCatchUpRecords = 20'000;  // folded between two commits of state while catching up

// Everything else is about somebody.
constexpr std::string_view kTickKey;

std::string encode_tick(TopicPartition input, Timestamp at) {
  Event tick;
  tick.id = "tick-" + std::to_string(input.topic) + "-" + std::to_string(input.partition) + "-" +
            std::to_string(to_millis(at));
  tick.source = "/earshot/clock";
  tick.time = tick.recorded = at;
  tick.body = ClockTicked{};
  return encode(tick);
}

}  // namespace

Pump::Pump(EventLog& log, StateStore& store, const std::vector<MakeProcessor>& processors, Settings settings)
    : log_(log), store_(store), processors_(processors), settings_(settings), values_(store, settings.cache_bytes) {
  for (const MakeProcessor& make : processors_) gone_.push_back({std::string(make()->name()), {}, {}});
}

Result<std::unique_ptr<Pump>> Pump::start(EventLog& log, StateStore& store,
                                          const std::vector<MakeProcessor>& processors, Settings settings,
                                          const std::function<void(std::int64_t)>& progress) {
  std::unique_ptr<Pump> pump(new Pump(log, store, processors, settings));
  if (auto taken = pump->take_tasks(progress); !taken) return std::move(taken.error());
  return pump;
}

Result<bool> Pump::share() {
  EARSHOT_CHECK(uncommitted_ == 0, "what was folded is committed before tasks move");
  auto shared = log_.share();
  if (!shared || !*shared) return shared;
  values_.clear();  // a task that was another process's meanwhile has other values now
  drop_tasks();
  if (auto taken = take_tasks({}); !taken) return std::move(taken.error());
  return true;
}

void Pump::drop_tasks() {
  for (const Lane& lane : lanes_) {
    if (log_.owns(lane.task->input())) continue;
    for (Stage& stage : gone_) {
      if (stage.name == lane.task->processor().name()) add(stage, *lane.task);
    }
  }
  std::erase_if(lanes_, [&](const Lane& lane) { return !log_.owns(lane.task->input()); });
}

// Those that are ours and not here yet.
Result<void> Pump::take_tasks(const std::function<void(std::int64_t)>& progress) {
  const auto index = [&](TopicPartition input) {
    return input.topic * static_cast<std::size_t>(settings_.partitions) + input.partition;
  };
  std::vector<TopicPartition> fresh;
  for (const MakeProcessor& make : processors_) {
    for (int partition = 0; partition < settings_.partitions; ++partition) {
      auto processor = make();
      const TopicPartition input{index_of(processor->input()), static_cast<std::uint16_t>(partition)};
      const bool is_here =
          std::any_of(lanes_.begin(), lanes_.end(), [&](const Lane& lane) { return lane.task->input() == input; });
      if (is_here || !log_.owns(input)) continue;
      lanes_.push_back({std::make_unique<Task>(std::move(processor), input, values_), 0, 0, {}, true});
      fresh.push_back(input);
    }
  }
  std::stable_sort(lanes_.begin(), lanes_.end(), [](const Lane& a, const Lane& b) {
    const TopicPartition x = a.task->input(), y = b.task->input();
    return x.topic != y.topic ? x.topic > y.topic : x.partition < y.partition;
  });
  lane_by_input_.assign(kTopics.size() * static_cast<std::size_t>(settings_.partitions), nullptr);
  for (Lane& lane : lanes_) lane_by_input_[index(lane.task->input())] = &lane;
  for (Lane& lane : lanes_) {
    if (std::find(fresh.begin(), fresh.end(), lane.task->input()) == fresh.end()) continue;
    if (auto restored = restore(lane, progress); !restored) return restored;
    now_ = std::max(now_, lane.task->now());
  }
  return {};
}

Result<void> Pump::restore(Lane& lane, const std::function<void(std::int64_t)>& progress) {
  const TopicPartition input = lane.task->input();
  const std::string place = std::string(kTopics[input.topic].name) + "/" + std::to_string(input.partition);
  auto restored = log_.restore(input);
  if (!restored) return std::move(restored.error()).in("restoring " + place);
  EARSHOT_CHECK(restored->state_next <= restored->log_next, "state is ahead of the log");
  if (auto loaded = lane.task->load(store_); !loaded) return std::move(loaded.error()).in("restoring " + place);

  lane.next = restored->state_next;
  std::int64_t folded = 0;
  lane.task->be_silent(true);
  while (lane.next < restored->log_next) {
    if (auto filled = refill(lane); !filled) return std::move(filled.error()).in("catching up " + place);
    if (lane.ahead.empty()) break;  // only gaps are left
    while (!lane.ahead.empty() && lane.ahead.front().offset < restored->log_next) {
      (void)lane.task->fold(lane.ahead.front());  // its outputs are in the log already
      lane.next = lane.ahead.front().offset + 1;
      lane.ahead = lane.ahead.subspan(1);
      if (++folded % kCatchUpRecords == 0) {
        commit({});
        if (progress) progress(folded);
        break;
      }
    }
    if (!lane.ahead.empty() && lane.ahead.front().offset >= restored->log_next) break;
  }
  lane.task->be_silent(false);
  lane.next = std::max(lane.next, restored->log_next);
  lane.committed = restored->state_next;
  commit({});
  if (progress && folded > 0) progress(folded);
  return {};
}

Result<void> Pump::refill(Lane& lane) {
  if (!lane.ahead.empty() || !lane.may_have_more) return {};
  auto records = log_.poll(lane.task->input(), lane.next, kPollRecords);
  if (!records) return std::move(records.error());
  lane.ahead = *records;
  lane.may_have_more = !lane.ahead.empty();
  lane.lookahead.begin();
  for (std::size_t i = 0; i < std::min(lane.ahead.size(), Lookahead::kAhead); ++i) look_ahead(lane, i);
  return {};
}

void Pump::look_ahead(Lane& lane, std::size_t records) {
  if (lane.ahead.size() > records) lane.lookahead.take(*lane.task, values_, lane.ahead[records].key);
}

Result<Pump::Lane*> Pump::next_lane() {
  Lane* first = nullptr;
  unseen_ = kNever;
  for (Lane& lane : lanes_) {  // furthest downstream first, so that a tie is already decided
    if (lane.ahead.empty()) {
      if (auto filled = refill(lane); !filled) return std::move(filled.error());
      if (lane.ahead.empty()) {
        if (!lane.known.empty()) unseen_ = std::min(unseen_, lane.known.front().event.recorded);
        continue;
      }
    }
    if (first == nullptr || lane.ahead.front().time < first->ahead.front().time) first = &lane;
  }
  return first;
}

Pump::Lane* Pump::next_timer(Timestamp before) {
  Lane* first = nullptr;
  for (Lane& lane : lanes_) {
    if (lane.tick_is_ahead) continue;
    const auto due = lane.task->next_due();
    if (due && *due < before && (first == nullptr || *due < *first->task->next_due())) first = &lane;
  }
  return first;
}

void Pump::look_again() {
  for (Lane& lane : lanes_) lane.may_have_more = true;
}

Result<void> Pump::run_before(Timestamp time) {
  auto ran = run_some(time, std::numeric_limits<std::size_t>::max());
  if (!ran) return std::move(ran.error());
  return {};
}

Result<bool> Pump::run_some(Timestamp time, std::size_t records) {
  const Timestamp settled = time - log_.behind();
  while (uncommitted_ < records) {
    auto lane = next_lane();
    if (!lane) return std::move(lane.error());
    // A tick for T comes when every record up to T was read, here and by others, and before the first one after it.
    const Timestamp limit = std::min({settled, unseen_, *lane != nullptr ? (*lane)->ahead.front().time : time});
    if (Lane* due = next_timer(limit)) {
      tick(*due);
    } else if (*lane != nullptr) {
      fold(**lane);
    } else {
      return true;
    }
  }
  return false;
}

void Pump::tick(Lane& lane) {
  const Timestamp at = *lane.task->next_due();
  const TopicPartition input = lane.task->input();
  lane.tick_is_ahead = true;
  emit(input, {at, std::string(kTickKey), encode_tick(input, at)});
}

void Pump::fold(Lane& lane) {
  const StoredRecord record = lane.ahead.front();
  now_ = std::max(now_, record.time);
  look_ahead(lane, Lookahead::kAhead);
  // What others wrote in between breaks the order: then all of it is decoded.
  const bool is_known = !lane.known.empty() && lane.known.front().bytes_hash == fingerprint(record.value).low;
  for (Emitted& emitted : lane.task->fold(record, is_known ? &lane.known.front().event : nullptr)) {
    const TopicPartition to = partition_of(emitted.topic, emitted.key);
    const bool telling = kTopics[index_of(emitted.topic)].published || emitted.topic == Topic::measures;
    if (observe_ && telling) observe_(lane.task->processor().name(), emitted.event);
    emit(to, std::move(emitted.key), std::move(emitted.event));
  }
  if (is_known) lane.known.pop_front();
  if (record.key == kTickKey) lane.tick_is_ahead = false;
  lane.next = record.offset + 1;
  lane.ahead = lane.ahead.subspan(1);
  ++uncommitted_;
}

Pump::Lane* Pump::lane_of(TopicPartition input) {
  return lane_by_input_[input.topic * static_cast<std::size_t>(settings_.partitions) + input.partition];
}

void Pump::emit(TopicPartition partition, Record record) {
  if (Lane* reader = lane_of(partition)) reader->may_have_more = true;
  log_.emit(partition, std::move(record));
  ++uncommitted_;
}

// Who reads it next is spared the decoding, unless it would fail: what is not UTF-8 cannot be read back, and must be a
// dead letter here as in every replay.
void Pump::emit(TopicPartition partition, std::string key, Event event) {
  Record record{event.recorded, std::move(key), encode(event)};
  Lane* reader = lane_of(partition);
  if (reader != nullptr && is_valid_utf8(record.value))
    reader->known.push_back({fingerprint(record.value).low, std::move(event)});
  emit(partition, std::move(record));
}

void Pump::append(Topic topic, std::string key, Event event) {
  now_ = std::max(now_, event.recorded);
  const TopicPartition to = partition_of(topic, key);
  emit(to, std::move(key), std::move(event));
}

void Pump::append_everywhere(const Event& event) {
  now_ = std::max(now_, event.recorded);
  const std::string bytes = encode(event);
  for (const MakeProcessor& make : processors_) {
    const std::uint8_t topic = index_of(make()->input());
    for (int i = 0; i < settings_.partitions; ++i)
      emit({topic, static_cast<std::uint16_t>(i)}, {event.recorded, tenant_key(event.tenant), bytes});
  }
}

void Pump::commit(std::function<void(const Result<void>&)> done) {
  Commit batch;
  const std::uint64_t number = ++commits_;
  batch.state = values_.take_touched(number);
  for (Lane& lane : lanes_) {
    if (lane.next != lane.committed) batch.positions.push_back({lane.task->input(), lane.next});
    lane.committed = lane.next;
    lane.may_have_more = lane.may_have_more || !lane.ahead.empty();
    lane.ahead = {};  // the engine may let go of what it gave us
    for (StateWrite& write : lane.task->take_timer_writes(number)) batch.state.push_back(std::move(write));
  }
  uncommitted_ = 0;
  batch.done = [written = values_.when_written(number), done = std::move(done)](const Result<void>& result) {
    if (result) written();
    if (done) done(result);
  };
  log_.commit(std::move(batch));
}

std::optional<Timestamp> Pump::next_due() const {
  std::optional<Timestamp> first;
  for (const Lane& lane : lanes_) {
    const auto due = lane.task->next_due();
    if (due && (!first || *due < *first)) first = due;
  }
  return first;
}

TopicPartition Pump::partition_of(Topic topic, std::string_view key) const {
  const auto partition = (murmur2(key) & 0x7fffffff) % static_cast<std::uint32_t>(settings_.partitions);
  return {index_of(topic), static_cast<std::uint16_t>(partition)};
}

Task* Pump::task_of(Topic topic, std::string_view key) {
  Lane* lane = lane_of(partition_of(topic, key));
  return lane == nullptr ? nullptr : lane->task.get();
}

Task* Pump::any_task_of(Topic topic) {
  const auto found = std::find_if(lanes_.begin(), lanes_.end(),
                                  [&](const Lane& lane) { return lane.task->input().topic == index_of(topic); });
  return found == lanes_.end() ? nullptr : found->task.get();
}

std::vector<Position> Pump::positions() const {
  std::vector<Position> positions;
  for (const Lane& lane : lanes_) positions.push_back({lane.task->input(), lane.committed});
  return positions;
}

void Pump::add(Stage& stage, const Task& task) {
  const Task::Counters& counters = task.counters();
  stage.newest = std::max(stage.newest, task.now());
  stage.counters.events_in += counters.events_in;
  stage.counters.events_out += counters.events_out;
  stage.counters.dead_letters += counters.dead_letters;
  stage.counters.timers_fired += counters.timers_fired;
}

std::vector<Pump::Stage> Pump::stages() const {
  std::vector<Stage> stages = gone_;
  for (const Lane& lane : lanes_) {
    for (Stage& stage : stages) {
      if (stage.name == lane.task->processor().name()) add(stage, *lane.task);
    }
  }
  return stages;
}

}  // namespace earshot
