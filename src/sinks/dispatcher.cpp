#include "sinks/dispatcher.h"

#include <algorithm>

#include "base/small_file.h"
#include "earshot/topics.h"
#include "event/json_reader.h"
#include "event/json_writer.h"

namespace earshot {

namespace {

constexpr std::uint8_t kAlerts = index_of(Topic::alerts);

}  // namespace

std::vector<Millis> Dispatcher::standard_schedule() {
  using namespace std::chrono_literals;
  return {0s, 5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
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
  auto text = read_small_file(made->settings_.file);
  if (!text && text.error().kind != ErrorKind::NotFound) return std::move(text.error()).in(attempt);
  if (!text) {
    if (auto skipped = made->follower_.skip_to_end(); !skipped) return std::move(skipped.error()).in(attempt);
    if (auto saved = made->save(); !saved) return std::move(saved.error()).in(attempt);
    return made;
  }
  auto state = read_json<DispatcherState>(*text);
  if (!state) {
    return Error{ErrorKind::Corrupt, attempt + ": cannot read " + made->settings_.file.string() + ": " +
                                         state.error().message + "; move it away to go on from the end of the log"};
  }
  made->state_ = std::move(*state);
  if (auto gone = made->follower_.go_to(made->state_.place); !gone) return std::move(gone.error()).in(attempt);
  return made;
}

Result<std::optional<Timestamp>> Dispatcher::turn() {
  if (!state_.stopped.empty()) return std::optional<Timestamp>();
  if (auto taken = take_up(); !taken) return std::move(taken.error());
  const Timestamp now = clock_.now();
  for (std::size_t i = 0; i < state_.pending.size() && state_.stopped.empty();) {
    if (state_.pending[i].due > now) {
      ++i;
      continue;
    }
    const std::size_t before = state_.pending.size();
    if (auto made = deliver(i); !made) return std::move(made.error());
    if (state_.pending.size() == before) ++i;  // it will be tried again
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
        if (!event || !std::holds_alternative<AlertRaised>(event->body)) return;
        state_.pending.push_back({event->id, partition.partition, record.offset, 0, now + wait_after(0, {}), ""});
        ++counts_.taken_up;
      });
  if (!count) return std::move(count.error());
  return *count == 0 ? Result<void>() : save();
}

Result<void> Dispatcher::deliver(std::size_t index) {
  PendingDelivery delivery = state_.pending[index];
  auto event = event_of(delivery);
  if (!event) return std::move(event.error());
  DeliveryResult result{Delivery::done, "no longer in the log", {}};
  if (*event) result = sink_.deliver(**event);
  ++delivery.tries;
  delivery.detail = result.detail;
  const auto here = state_.pending.begin() + static_cast<std::ptrdiff_t>(index);
  if (result.outcome == Delivery::done) {
    ++counts_.delivered;
    if (*event) counts_.delay = std::max(clock_.now() - (*event)->recorded, Millis{0});
    state_.pending.erase(here);
  } else if (result.outcome == Delivery::never) {
    ++counts_.failed;
    state_.stopped = "the receiver refuses for good: " + result.detail;
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
  if (state_.parked.size() >= kParkedMax) state_.parked.erase(state_.parked.begin());
  state_.parked.push_back(std::move(delivery));
}

Result<void> Dispatcher::save() {
  state_.place = follower_.place();
  return replace_small_file(settings_.file, write_json(state_));
}

}  // namespace earshot
