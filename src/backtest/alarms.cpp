#include "backtest/alarms.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/hash.h"
#include "event/json_writer.h"
#include "pipeline/task.h"
#include "pipeline/value_cache.h"
#include "processors/customer/customer.h"
#include "state_store/memory.h"

namespace earshot::backtest {
namespace {

constexpr std::string_view kTenant = "past";
constexpr std::int64_t kEventsPerCommit = 20'000;
constexpr std::size_t kCacheBytes = std::size_t{256} << 20;

// One task and its log of one partition: records come in the order of their time, a tick before whatever is later than
// a timer.
class Stage {
 public:
  explicit Stage(std::vector<Alarm>& alarms)
      : cache_(store_, kCacheBytes), task_(make_customer(), {index_of(Topic::activity), 0}, cache_), alarms_(alarms) {
    EARSHOT_CHECK(task_.load(store_), "memory gives what it was given");
  }

  void name(CustomerId id, std::uint32_t customer) { customers_.emplace(id, customer); }

  void pass_time_to(Timestamp at) {
    for (auto due = task_.next_due(); due && *due < at; due = task_.next_due()) fold(*due, "", ClockTicked{});
  }

  void fold(Timestamp at, std::string key, EventBody body) {
    Event event;
    event.id = std::to_string(offset_);
    event.source = "/earshot/backtest";
    event.tenant = kTenant;
    event.time = event.recorded = at;
    event.body = std::move(body);
    const StoredRecord record{offset_++, at, key, {}};
    for (const Emitted& emitted : task_.fold(record, &event)) {
      const auto* signal = std::get_if<SignalChanged>(&emitted.event.body);
      if (signal == nullptr || !signal->raised || signal->kind != SignalKind::silent ||
          signal->level != SignalLevel::act)
        continue;
      alarms_.push_back(
          {customers_.at(signal->customer), signal->since, signal->probability_permille, signal->reasons});
    }
    if (offset_ % kEventsPerCommit == 0) commit();
  }

 private:
  void commit() {
    auto writes = cache_.take_touched(++commits_);
    for (StateWrite& write : task_.take_timer_writes(commits_)) writes.push_back(std::move(write));
    EARSHOT_CHECK(store_.write(writes), "memory takes what it is given");
    cache_.written(commits_);
  }

  MemoryStore store_;
  ValueCache cache_;
  Task task_;
  std::vector<Alarm>& alarms_;
  std::unordered_map<CustomerId, std::uint32_t> customers_;
  Offset offset_ = 0;
  std::uint64_t commits_ = 0;
};

// Who is in which segment was said beforehand: here it is a channel of its own.
CustomerSettings settings_of(const Past& past, const AlarmRules& rules) {
  CustomerSettings settings;
  settings.horizon_days = rules.silence_days;
  settings.act_permille = rules.act_permille;
  settings.watch_permille = std::min(600, rules.act_permille);
  settings.activity = {InputKind::order};
  for (const std::string& name : std::set<std::string>(past.segments.begin(), past.segments.end())) {
    if (!name.empty()) settings.segments.push_back({.name = name, .channels = {name}});
  }
  return settings;
}

}  // namespace

Result<std::vector<Alarm>> replay_alarms(const Past& past, const AlarmRules& rules, DayNumber from) {
  std::vector<Alarm> alarms;
  Stage stage(alarms);
  std::vector<KeyHash> keys;
  for (std::uint32_t customer = 0; customer < past.customers.size(); ++customer) {
    keys.push_back(hash_key("", "customer:" + past.customers[customer]));
    stage.name({keys.back().high, keys.back().low}, customer);
  }
  const std::string tenant(kTenant);
  stage.fold(kEarliest, tenant, ConfigChanged{"silence", 1, write_json(settings_of(past, rules))});
  std::size_t fits = 0;
  const auto learn_until = [&](Timestamp at) {
    for (; fits < rules.fits.size(); ++fits) {
      const Fitted& fit = rules.fits[fits];
      const Timestamp end = fits == 0 ? kEarliest : Timestamp{std::chrono::days{fit.day + 1}};
      if (end > at) return;
      stage.pass_time_to(end);
      for (ChurnModel model : fit.models) {
        model.version = static_cast<std::int64_t>(fits) + 1;
        stage.fold(end, tenant, fitted_event(model));
      }
    }
  };
  for (const PastEvent& event : past.events) {
    learn_until(event.at);
    stage.pass_time_to(event.at);
    const KeyHash key = keys[event.customer];
    ActivityRecorded activity;
    activity.kind = InputKind::order;
    activity.customer = {key.high, key.low};
    activity.facet = key;
    activity.at = event.at;
    activity.channel = past.segments.empty() ? "file" : past.segments[event.customer];
    stage.fold(event.at, record_key(tenant, activity.customer), std::move(activity));
  }
  if (!past.events.empty()) stage.pass_time_to(past.events.back().at);
  std::erase_if(alarms, [&](const Alarm& alarm) { return day_of(alarm.at) <= from; });
  std::stable_sort(alarms.begin(), alarms.end(), [](const Alarm& a, const Alarm& b) { return a.at < b.at; });
  return alarms;
}

}  // namespace earshot::backtest
