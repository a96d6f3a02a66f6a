#include "sinks/dispatcher.h"

#include <algorithm>

#include "base/small_file.h"
#include "earshot/topics.h"
#include "event/json_reader.h"
#include "event/json_writer.h"

namespace earshot {

namespace {

constexpr std::uint8_t kAlerts = index_of(Topic::alerts);

std::vector<PendingDelivery>::iterator find_id(std::vector<PendingDelivery>& deliveries, std::string_view id) {
  return std::find_if(deliveries.begin(), deliveries.end(), [&](const PendingDelivery& one) { return one.id == id; });
}

}  // namespace

std::vector<Millis> Dispatcher::standard_schedule() {
  using namespace std::chrono_literals;
  return {0s, 5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
}

Result<DispatcherState> read_dispatcher_state(const std::filesystem::path& file) {
  auto text = read_small_file(file);
  if (!text) return std::move(text.error());
  auto state = read_json<DispatcherState>(*text);
  if (!state) return Error{ErrorKind::Corrupt, "cannot read " + file.string() + ": " + state.error().message + "; move it away to go on from the end of the log"};
  return state;
}

Dispatcher::Dispatcher(const LogReader& log, const std::vector<TopicSpec>& topics, Sink& sink, const Clock& clock,
                       Settings settings)
    : log_(log),
      sink_(sink),
      clock_(clock),
      settings_(std::move(settings)),
      follower_(log, topics, {kAlerts}),
      random_(settings_.seed) {}

Result<std::unique_ptr<Dispatcher>> Dispatcher::open(const LogReader& log, const std::vector<TopicSpec>& topics,
                                                     Sink& sink, const Clock& clock, Settings settings) {
  std::unique_ptr<Dispatcher> made(new Dispatcher(log, topics, sink, clock, std::move(settings)));
  const std::string attempt = "deliveries of sink " + std::string(sink.name());
  auto state = read_dispatcher_state(made->settings_.file);
  if (!state && state.error().kind != ErrorKind::NotFound) return std::move(state.error()).in(attempt);
  if (state) made->state_ = std::move(*state);
  made->state_.tenant = made->settings_.tenant;
  auto placed = state ? made->follower_.go_to(made->state_.place) : made->follower_.skip_to_end();
  if (placed) placed = made->save();
  if (!placed) return std::move(placed.error()).in(attempt);
  return made;
}

DispatcherState Dispatcher::state() const {
  std::lock_guard lock(mutex_);
  return state_;
}

Dispatcher::Counts Dispatcher::counts() const {
  std::lock_guard lock(mutex_);
  return counts_;
}

Result<std::optional<Timestamp>> Dispatcher::turn() {
  std::unique_lock lock(mutex_);
  if (!state_.stopped.empty()) return std::optional<Timestamp>();
  if (auto taken = take_up(); !taken) return std::move(taken.error());
  std::vector<std::string> due;
  for (const PendingDelivery& one : state_.pending) {
    if (one.due <= clock_.now()) due.push_back(one.id);
  }
  for (const std::string& id : due) {
    if (!state_.stopped.empty()) return std::optional<Timestamp>();
    if (auto made = deliver(id, lock); !made) return std::move(made.error());
  }
  if (!state_.stopped.empty() || state_.pending.empty()) return std::optional<Timestamp>();
  const auto next = std::min_element(state_.pending.begin(), state_.pending.end(),
                                     [](const auto& a, const auto& b) { return a.due < b.due; });
  return std::optional<Timestamp>(next->due);
}

// The file names what was taken up before anything of it is sent.
Result<void> Dispatcher::take_up() {
  if (state_.pending.size() >= settings_.pending_max) return {};
  const Timestamp now = clock_.now();
  const std::size_t before = state_.pending.size();
  auto count =
      follower_.read(settings_.pending_max - before, [&](TopicPartition partition, const StoredRecord& record) {
        const auto event = decoder_.decode(record.value);
        if (!event || !std::holds_alternative<AlertRaised>(event->body) || event->tenant != settings_.tenant) return;
        state_.pending.push_back({event->id, partition.partition, record.offset, 0, now + wait_after(0, {}), event->recorded, ""});
        ++counts_.taken_up;
      });
  if (!count) return std::move(count.error());
  return *count == 0 ? Result<void>() : save();
}

Result<void> Dispatcher::deliver(const std::string& id, std::unique_lock<std::mutex>& lock) {
  PendingDelivery delivery = *find_id(state_.pending, id);
  lock.unlock();
  auto event = event_of(delivery);
  DeliveryResult result;
  if (event && *event) result = sink_.deliver(**event);
  lock.lock();
  if (!event) return std::move(event.error());
  const auto here = find_id(state_.pending, id);  // others may have come behind it
  ++delivery.tries;
  delivery.detail = result.detail;
  if (!*event) {
    ++counts_.forgotten;
    state_.pending.erase(here);
  } else if (result.outcome == Delivery::done) {
    ++counts_.delivered;
    counts_.delay = std::max(clock_.now() - (*event)->recorded, Millis{0});
    state_.pending.erase(here);
  } else if (result.outcome == Delivery::never) {
    ++counts_.failed;
    state_.stopped = "the receiver refuses for good: " + result.detail;
    *here = std::move(delivery);
  } else if (delivery.tries >= static_cast<std::int64_t>(settings_.schedule.size())) {
    ++counts_.failed;
    state_.pending.erase(here);
    park(std::move(delivery));
  } else {
    ++counts_.failed;
    delivery.due = clock_.now() + wait_after(delivery.tries, result.retry_after);
    *here = std::move(delivery);
  }
  return save();
}

// Nothing if retention has taken it.
Result<std::optional<Event>> Dispatcher::event_of(const PendingDelivery& delivery) {
  std::optional<Event> found;
  const auto read = log_.read({kAlerts, static_cast<std::uint16_t>(delivery.partition)}, delivery.offset, 1,
                              [&](const StoredRecord& record) {
                                auto event = decoder_.decode(record.value);
                                if (record.offset == delivery.offset && event) found = std::move(*event);
                                return false;
                              });
  if (!read) return read.error();
  return found;
}

Millis Dispatcher::wait_after(std::int64_t tries, Millis asked_for) {
  const Millis most = settings_.schedule.at(static_cast<std::size_t>(tries));
  return std::max(asked_for, Millis(random_.between(0, most.count())));
}

void Dispatcher::park(PendingDelivery delivery) {
  ++counts_.parked;
  if (state_.parked.size() >= settings_.parked_max) {
    ++counts_.forgotten;
    state_.parked.erase(state_.parked.begin());
  }
  delivery.due = clock_.now();
  state_.parked.push_back(std::move(delivery));
}

Result<std::size_t> Dispatcher::resend(std::string_view id) {
  std::lock_guard lock(mutex_);
  DispatcherState before = state_;
  const Timestamp now = clock_.now();
  std::size_t count = 0;
  if (const auto waiting = find_id(state_.pending, id); waiting != state_.pending.end()) {
    waiting->due = now;
    ++count;
  }
  std::vector<PendingDelivery> rest;
  for (PendingDelivery& one : state_.parked) {
    if (!id.empty() && one.id != id) {
      rest.push_back(std::move(one));
      continue;
    }
    one.tries = 0;
    one.due = now;
    state_.pending.push_back(std::move(one));
    ++count;
  }
  state_.parked = std::move(rest);
  if (id.empty() && !state_.stopped.empty()) count += state_.pending.size() - count;
  if (count == 0 && !id.empty()) {
    state_ = std::move(before);
    return Error{ErrorKind::NotFound, "sink " + std::string(sink_.name()) + " has no delivery " + std::string(id) + "; earshot deliveries list shows those that wait"};
  }
  state_.stopped.clear();
  if (auto saved = save(); !saved) {
    state_ = std::move(before);
    return std::move(saved.error());
  }
  return count;
}

Result<void> Dispatcher::save() {
  state_.place = follower_.place();
  return replace_small_file(settings_.file, write_json(state_));
}

}  // namespace earshot
