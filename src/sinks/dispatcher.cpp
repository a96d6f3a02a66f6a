#include "sinks/dispatcher.h"

#include <algorithm>
#include <limits>
#include <set>

#include "base/hash.h"
#include "base/small_file.h"
#include "earshot/topics.h"
#include "event/json_reader.h"
#include "event/json_writer.h"

namespace earshot {

namespace {

constexpr std::uint8_t kAlerts = index_of(Topic::alerts);
constexpr Millis kMinute{60'000};

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
  if (!state)
    return Error{ErrorKind::Corrupt, "cannot read " + file.string() + ": " + state.error().message +
                                         "; move it away to go on from the end of the log"};
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
  auto due = messages_due();
  if (!due) return std::move(due.error());
  for (const std::string& id : *due) {
    if (!state_.stopped.empty()) return std::optional<Timestamp>();
    if (auto made = deliver(id, lock); !made) return std::move(made.error());
  }
  if (!state_.stopped.empty() || state_.pending.empty()) return std::optional<Timestamp>();
  Timestamp next = std::min_element(state_.pending.begin(), state_.pending.end(), [](const auto& a, const auto& b) {
                     return a.due < b.due;
                   })->due;
  if (room() == 0) next = std::max(next, state_.sent.front() + kMinute);
  return std::optional<Timestamp>(next);
}

// All that is due, or, beyond what the minute holds, some of it and a digest of the rest. What was tried already keeps
// its id, so it waits for room of its own.
Result<std::vector<std::string>> Dispatcher::messages_due() {
  std::vector<std::string> due;
  for (const PendingDelivery& one : state_.pending) {
    if (one.due <= clock_.now()) due.push_back(one.id);
  }
  std::erase_if(state_.sent, [&](Timestamp at) { return at + kMinute <= clock_.now(); });
  if (due.size() <= room()) return due;
  std::vector<std::string> now(due.begin(), due.begin() + static_cast<std::ptrdiff_t>(room()));
  if (now.empty()) return now;
  now.pop_back();
  std::vector<std::string> fresh;
  for (std::size_t i = now.size(); i < due.size(); ++i) {
    const PendingDelivery& one = *find_id(state_.pending, due[i]);
    if (one.tries == 0 && !one.resent && one.more.empty()) fresh.push_back(one.id);
  }
  if (fresh.size() < 2) {
    now.push_back(due[now.size()]);
    return now;
  }
  now.push_back(make_digest(fresh));
  if (auto saved = save(); !saved) return std::move(saved.error());
  return now;
}

std::string Dispatcher::make_digest(const std::vector<std::string>& ids) {
  std::string names;
  for (const std::string& id : ids) names += id + "\n";
  PendingDelivery digest = *find_id(state_.pending, ids.front());
  digest.id = "digest-" + fingerprint(names).hex();
  for (std::size_t i = 1; i < ids.size(); ++i) {
    const PendingDelivery& one = *find_id(state_.pending, ids[i]);
    digest.more.push_back({one.partition, one.offset});
    digest.at = std::max(digest.at, one.at);
  }
  const std::set<std::string_view> gone(ids.begin(), ids.end());
  std::erase_if(state_.pending, [&](const PendingDelivery& one) { return gone.contains(one.id); });
  state_.pending.push_back(std::move(digest));
  return state_.pending.back().id;
}

std::size_t Dispatcher::room() const {
  if (settings_.per_minute == 0) return std::numeric_limits<std::size_t>::max();
  return static_cast<std::size_t>(settings_.per_minute) -
         std::min(static_cast<std::size_t>(settings_.per_minute), state_.sent.size());
}

// The file names what was taken up before anything of it is sent.
Result<void> Dispatcher::take_up() {
  if (state_.pending.size() >= settings_.pending_max) return {};
  const Timestamp now = clock_.now();
  const std::size_t before = state_.pending.size();
  auto count = follower_.read(settings_.pending_max - before, [&](TopicPartition partition,
                                                                  const StoredRecord& record) {
    const auto event = decoder_.decode(record.value);
    const auto* alert = event ? std::get_if<AlertRaised>(&event->body) : nullptr;
    if (alert == nullptr || event->tenant != settings_.tenant || alert->severity < settings_.severity) return;
    if (is_quiet(*alert, event->recorded)) {
      ++counts_.quiet;
      return;
    }
    state_.pending.push_back(
        {event->id, partition.partition, record.offset, 0, now + wait_after(0, {}), event->recorded, "", false, {}});
    ++counts_.taken_up;
  });
  if (!count) return std::move(count.error());
  return *count == 0 ? Result<void>() : save();
}

// By the times at which alerts were recorded. An alert that is quiet does not make the next one quiet for longer.
bool Dispatcher::is_quiet(const AlertRaised& alert, Timestamp at) {
  if (!alert.case_id || settings_.quiet == Millis{0}) return false;
  std::erase_if(state_.told, [&](const ToldAlert& one) { return one.at + settings_.quiet <= at; });
  const auto is_same = [&](const ToldAlert& one) {
    return one.case_id == *alert.case_id && one.severity == alert.severity;
  };
  if (std::any_of(state_.told.begin(), state_.told.end(), is_same)) return true;
  if (state_.told.size() >= kToldMax) state_.told.erase(state_.told.begin());
  state_.told.push_back({*alert.case_id, alert.severity, at});
  return false;
}

Result<void> Dispatcher::deliver(const std::string& id, std::unique_lock<std::mutex>& lock) {
  PendingDelivery delivery = *find_id(state_.pending, id);
  if (settings_.per_minute > 0) state_.sent.push_back(clock_.now());
  lock.unlock();
  auto events = events_of(delivery);
  DeliveryResult result;
  if (events && !events->empty()) result = sink_.deliver(notice_of(delivery.id, *events));
  lock.lock();
  if (!events) return std::move(events.error());
  const auto here = find_id(state_.pending, id);  // others may have come behind it
  ++delivery.tries;
  delivery.detail = result.detail;
  const std::size_t missing = 1 + delivery.more.size() - events->size();
  if (result.outcome == Delivery::done) {
    counts_.forgotten += missing;
    if (!events->empty()) {
      ++counts_.delivered;
      counts_.delay = std::max(clock_.now() - events->front().recorded, Millis{0});
    }
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

Notice Dispatcher::notice_of(const std::string& id, const std::vector<Event>& events) const {
  Notice notice{id, events};
  if (!settings_.key_of) return notice;
  for (const Event& event : events) {
    const auto& customer = std::get<AlertRaised>(event.body).customer;
    notice.customers.push_back(customer ? settings_.key_of(*customer) : "");
  }
  return notice;
}

// Without those that retention has taken.
Result<std::vector<Event>> Dispatcher::events_of(const PendingDelivery& delivery) {
  std::vector<LogPlace> places{{delivery.partition, delivery.offset}};
  places.insert(places.end(), delivery.more.begin(), delivery.more.end());
  std::vector<Event> found;
  for (const LogPlace& place : places) {
    const auto read = log_.read(
        {kAlerts, static_cast<std::uint16_t>(place.partition)}, place.offset, 1, [&](const StoredRecord& record) {
          auto event = decoder_.decode(record.value);
          if (record.offset == place.offset && event && std::holds_alternative<AlertRaised>(event->body))
            found.push_back(std::move(*event));
          return false;
        });
    if (!read) return read.error();
  }
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
  for (PendingDelivery& one : state_.pending) {
    const bool waits = one.tries > 0 || !state_.stopped.empty();
    if (id.empty() ? !waits : one.id != id) continue;
    one.due = std::min(one.due, now);
    ++count;
  }
  std::vector<PendingDelivery> rest;
  for (PendingDelivery& one : state_.parked) {
    if (!id.empty() && one.id != id) {
      rest.push_back(std::move(one));
      continue;
    }
    one.tries = 0;
    one.resent = true;
    one.due = now;
    state_.pending.push_back(std::move(one));
    ++count;
  }
  state_.parked = std::move(rest);
  if (count == 0 && !id.empty()) {
    state_ = std::move(before);
    return Error{ErrorKind::NotFound, "sink " + std::string(sink_.name()) + " has no delivery " + std::string(id) +
                                          "; earshot deliveries list shows those that wait"};
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
