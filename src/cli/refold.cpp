#include "cli/refold.h"

#include <algorithm>
#include <deque>

#include "cli/each_event.h"
#include "cli/station.h"
#include "processors/control.h"

namespace earshot::cli {
namespace {

constexpr std::size_t kRecordsPerRead = 1024;
constexpr std::int64_t kEventsPerCommit = 1000;

// An import is not told: its history is folded as if it had been heard live, else nothing would be opened in it. Of
// settings only those of other tenants are: `tenant` goes by the rules that are tried.
bool is_control(const Event& event, std::string_view tenant) {
  return std::holds_alternative<ConnectorGap>(event.body) || std::holds_alternative<ChurnModelFitted>(event.body) ||
         (std::holds_alternative<ConfigChanged>(event.body) && event.tenant != tenant);
}

bool is_from_outside(const Event& event) {
  return event.hops == 0 && (std::holds_alternative<Input>(event.body) || std::holds_alternative<Command>(event.body) ||
                             std::holds_alternative<DeadLetter>(event.body));
}

struct Given {
  std::string key;
  Event event;
};

// One partition of a topic that things from outside come into.
class Source {
 public:
  Source(const LogReader& log, TopicPartition partition, std::string tenant)
      : log_(log), partition_(partition), tenant_(std::move(tenant)) {}

  Result<void> open() {
    auto begin = log_.begin(partition_);
    if (!begin) return std::move(begin.error());
    auto end = log_.end(partition_);
    if (!end) return std::move(end.error());
    next_ = *begin;
    end_ = *end;
    return {};
  }

  // The next event that counts; nullptr at the end.
  Result<const Given*> peek() {
    while (ahead_.empty() && next_ < end_) {
      const Offset before = next_;
      auto read = log_.read(partition_, next_, kRecordsPerRead, [&](const StoredRecord& record) {
        next_ = record.offset + 1;
        newest_ = std::max(newest_, record.time);
        auto event = decoder_.decode(record.value);
        if (!event || !counts(*event)) return true;
        event->recorded = record.time;
        ahead_.push_back({std::string(record.key), std::move(*event)});
        return true;
      });
      if (!read) return std::move(read.error());
      if (next_ == before) break;
    }
    return ahead_.empty() ? nullptr : &ahead_.front();
  }
  Given take() {
    Given given = std::move(ahead_.front());
    ahead_.pop_front();
    return given;
  }

  Topic topic() const { return static_cast<Topic>(partition_.topic); }
  Timestamp newest() const { return newest_; }

 private:
  // What steers everybody stands in every partition of every topic: it is taken from one.
  bool counts(const Event& event) const {
    return is_from_outside(event) ||
           (is_control(event, tenant_) && topic() == Topic::feedback && partition_.partition == 0);
  }

  const LogReader& log_;
  TopicPartition partition_;
  std::string tenant_;
  Offset next_ = 0;
  Offset end_ = 0;
  Timestamp newest_ = kEarliest;
  EventDecoder decoder_;
  std::deque<Given> ahead_;
};

Result<std::deque<Source>> sources_of(const LogReader& log, const std::vector<TopicSpec>& topics,
                                      const std::string& tenant) {
  std::deque<Source> sources;
  for (const Topic topic : {Topic::feedback, Topic::desk}) {
    for (std::uint16_t i = 0; i < topics.at(index_of(topic)).partitions; ++i) {
      if (auto opened = sources.emplace_back(log, TopicPartition{index_of(topic), i}, tenant).open(); !opened)
        return std::move(opened.error());
    }
  }
  return sources;
}

// The one whose event was recorded first; nullptr when all are at their end.
Result<Source*> first_of(std::deque<Source>& sources) {
  Source* first = nullptr;
  Timestamp at{};
  for (Source& source : sources) {
    auto given = source.peek();
    if (!given) return std::move(given.error());
    if (*given == nullptr || (first != nullptr && (*given)->event.recorded >= at)) continue;
    first = &source;
    at = (*given)->event.recorded;
  }
  return first;
}

Result<void> take_all(std::deque<Source>& sources, Station& station,
                      const std::function<void(std::int64_t)>& progress) {
  Pump& pump = station.pump();
  std::int64_t taken = 0;
  while (true) {
    auto source = first_of(sources);
    if (!source) return std::move(source.error());
    if (*source == nullptr) break;
    const Topic topic = (*source)->topic();
    Given given = (*source)->take();
    given.event.recorded = std::max(given.event.recorded, pump.now());
    if (auto ran = pump.run_before(given.event.recorded); !ran) return ran;
    station.read_ahead(given.event);
    if (is_control(given.event, station.config().tenant)) {
      pump.append_everywhere(given.event);
    } else {
      pump.append(topic, std::move(given.key), std::move(given.event));
    }
    if (++taken % kEventsPerCommit != 0) continue;
    if (auto committed = station.commit(); !committed) return committed;
    progress(taken);
  }
  Timestamp end = pump.now();
  for (const Source& source : sources) end = std::max(end, source.newest());
  if (auto ran = pump.run_before(end + Millis{1}); !ran) return ran;
  return station.commit();
}

Result<backtest::History> history_of(const LogReader& log, const std::vector<TopicSpec>& topics, Timestamp now) {
  backtest::History history;
  history.now = now;
  for (const Topic topic : {Topic::activity, Topic::cases, Topic::measures}) {
    auto walked = each_event(log, topics, topic, [&](const Event& event) { history.take(event); });
    if (!walked) return std::move(walked.error());
  }
  std::stable_sort(history.cases.begin(), history.cases.end(),
                   [](const auto& a, const auto& b) { return a.opened < b.opened; });
  return history;
}

}  // namespace

Result<std::map<std::string, std::string>> recorded_sections(const LogReader& log, const std::string& tenant) {
  std::map<std::string, ConfigChanged> newest;
  // Settings stand in every partition.
  auto walked = each_event(log, TopicPartition{index_of(Topic::feedback), 0}, [&](const Event& event) {
    const auto* changed = std::get_if<ConfigChanged>(&event.body);
    if (changed == nullptr || event.tenant != tenant) return;
    const auto [kept, is_first] = newest.try_emplace(changed->section, *changed);
    if (!is_first && replaces(*changed, {kept->second.version, kept->second.settings})) kept->second = *changed;
  });
  if (!walked) return std::move(walked.error());
  std::map<std::string, std::string> sections;
  for (auto& [section, changed] : newest) sections[section] = std::move(changed.settings);
  return sections;
}

Result<backtest::History> fold_again(const LogReader& log, const std::vector<TopicSpec>& topics, const Config& rules,
                                     const std::function<void(std::int64_t)>& progress) {
  auto sources = sources_of(log, topics, rules.tenant);
  if (!sources) return std::move(sources.error());
  auto station = Station::open(rules, {});
  if (!station) return std::move(station.error());
  if (auto recorded = (*station)->record_config(); !recorded) return std::move(recorded.error());
  if (auto taken = take_all(*sources, **station, progress); !taken) return std::move(taken.error());
  return history_of((*station)->log(), (*station)->topics(), (*station)->pump().now());
}

}  // namespace earshot::cli
