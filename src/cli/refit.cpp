#include "cli/refit.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "cli/learn.h"
#include "event/steering.h"

namespace earshot::cli {
namespace {

constexpr std::chrono::seconds kWake{10};
constexpr std::chrono::days kLookAgain{1};
constexpr int kLowestPriority = 19;

bool has_all_customers(const EventLog& log, int partitions) {
  for (int i = 0; i < partitions; ++i) {
    if (!log.owns({index_of(Topic::activity), static_cast<std::uint16_t>(i)})) return false;
  }
  return true;
}

bool are_enough(const CustomersKnown& known) {
  const auto repeaters = std::count_if(known.active_days.begin(), known.active_days.end(),
                                       [](const auto& days) { return days.size() > 1; });
  return static_cast<std::int64_t>(known.active_days.size()) >= kFitCustomersMin && repeaters >= kFitRepeatersMin;
}

// The end of the last day on which anybody was active: while nothing at all is heard nobody's silence says anything.
Timestamp heard_until(const CustomersKnown& known, Timestamp now) {
  DayNumber newest = 0;
  for (const auto& days : known.active_days) newest = std::max(newest, days.back());
  return std::min(now, Timestamp{std::chrono::days{newest + 1}} - Millis{1});
}

}  // namespace

void Refit::begin() {
  if (parts_.config.fit_every_days > 0) thread_ = std::jthread([this](std::stop_token stop) { run(std::move(stop)); });
}

// Linux gives each thread a priority of its own.
void Refit::run(std::stop_token stop) {
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)),
                      kLowestPriority);  // without it we are only less polite
  std::mutex mutex;
  std::condition_variable_any stopping;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    look(stop);
    stopping.wait_for(lock, stop, kWake, [] { return false; });
  }
}

void Refit::look(std::stop_token stop) {
  const Timestamp now = parts_.clock.now();
  if (now < next_look_ || !parts_.live.ready() || !has_all_customers(parts_.log, parts_.config.partitions)) return;
  next_look_ = now + kLookAgain;
  auto events = due(now, std::move(stop));
  if (!events)
    return parts_.lines.warn("the silence model could not be fitted; it is tried again tomorrow",
                             {{"reason", events.error().message}});
  if (events->empty()) return;
  const auto& fitted = std::get<ChurnModelFitted>(events->front().body);
  const std::int64_t version = fitted.version, customers = fitted.customers;
  Log& lines = parts_.lines;
  parts_.live.offer(std::move(*events), [&lines, version, customers](const Result<Live::Outcome>& outcome) {
    if (outcome) return lines.info("the silence model was fitted", {{"version", version}, {"customers", customers}});
    lines.warn("the silence model was fitted and could not be recorded; it is tried again tomorrow",
               {{"reason", outcome.error().message}});
  });
}

// Nothing while the newest fit is young enough, and if there is nothing to learn from.
Result<std::vector<Event>> Refit::due(Timestamp now, std::stop_token stop) const {
  const Config& config = parts_.config;
  const std::chrono::days young{config.fit_every_days};
  auto newest = newest_fit(parts_.state, config.tenant);
  if (!newest) return std::move(newest.error());
  const auto is_young = [&](Timestamp at) {
    return config.fit_every_days == 0 || (newest->version > 0 && at < newest->until + young);
  };
  if (is_young(now)) return std::vector<Event>();
  const auto in_force = with_silence_in_force(parts_.state, config);
  if (!in_force) return in_force.error();
  auto known = known_of_state(parts_.state, *in_force, kCustomersUsedMax, stop);
  if (!known) return std::move(known.error());
  if (stop.stop_requested() || !are_enough(*known)) return std::vector<Event>();
  known->until = heard_until(*known, now);
  if (is_young(known->until)) return std::vector<Event>();
  auto learned = learn(std::move(*known), silence_settings(*in_force));
  if (!learned) return std::move(learned.error());
  std::vector<Event> events;
  for (ChurnModelFitted& fitted : learned->events) {
    Event event;
    event.id = id_of(fitted);
    event.source = "/earshot/fit";
    event.tenant = config.tenant;
    event.time = now;
    event.body = std::move(fitted);
    if (auto checked = check_steering(event.body); !checked) return std::move(checked.error());
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace earshot::cli
