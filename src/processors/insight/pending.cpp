#include "processors/insight/pending.h"

#include <algorithm>
#include <string>
#include <utility>

#include "event/names.h"
#include "processors/insight/settings.h"

namespace earshot::insight {
namespace {

using Tallies = google::protobuf::RepeatedPtrField<state::Tally>;

constexpr int kValuesInAnEvent = 1000;
constexpr std::string_view kOther = "other";
constexpr int kStatesMax = 4 * (kNamesPendingMax + 2);  // four active states, alone and in each department

// Keeps the list sorted: the last element goes where it belongs.
template <class Items>
void settle_last(Items& items, int place) {
  for (int i = items.size() - 1; i > place; --i) items.SwapElements(i, i - 1);
}

state::Tally& named_tally(Tallies& tallies, std::string_view name, int names_max = kNamesPendingMax) {
  const auto found = std::lower_bound(tallies.begin(), tallies.end(), name,
                                      [](const auto& tally, std::string_view wanted) { return tally.name() < wanted; });
  if (found != tallies.end() && found->name() == name) return *found;
  if (tallies.size() >= names_max && name != kOther) return named_tally(tallies, kOther, names_max);
  const int place = static_cast<int>(found - tallies.begin());
  tallies.Add()->set_name(std::string(name));
  settle_last(tallies, place);
  return *tallies.Mutable(place);
}

void take_once(google::protobuf::RepeatedField<std::int64_t>& values, std::int64_t value, std::int64_t& n) {
  const auto found = std::find(values.begin(), values.end(), value);
  if (found == values.end()) return;
  values.erase(found);
  --n;
}

class Sender {
 public:
  Sender(state::PendingSums& pending, std::int64_t shard) : pending_(pending), shard_(shard) {}

  void send(std::int64_t hour, std::string dimension, const state::Tally& tally) {
    MeasuresSummed sums = begin(hour, dimension);
    for (int i = 0; i < tally.counts_size(); ++i) {
      if (tally.counts(i) != 0) sums.counts.push_back({std::string(name_of(static_cast<Counter>(i))), tally.counts(i)});
    }
    int held = 0;
    for (const state::DurationChange& change : tally.durations()) {
      const std::string name(name_of(static_cast<Span>(change.what())));
      for (const bool is_added : {true, false}) {
        for (const std::int64_t value : is_added ? change.added() : change.removed()) {
          if (held == kValuesInAnEvent) {
            finish(std::exchange(sums, begin(hour, dimension)));
            held = 0;
          }
          if (sums.durations.empty() || sums.durations.back().name != name) sums.durations.push_back({name, {}, {}});
          auto& list = is_added ? sums.durations.back().added : sums.durations.back().removed;
          list.push_back(value);
          ++held;
        }
      }
    }
    finish(std::move(sums));
  }

  std::vector<MeasuresSummed> take() { return std::move(sent_); }

 private:
  MeasuresSummed begin(std::int64_t hour, const std::string& dimension) const {
    MeasuresSummed sums;
    sums.shard = shard_;
    sums.hour = hour_start(hour);
    sums.dimension = dimension;
    return sums;
  }

  void finish(MeasuresSummed sums) {
    if (sums.counts.empty() && sums.durations.empty()) return;
    pending_.set_sequence(pending_.sequence() + 1);
    sums.sequence = pending_.sequence();
    sent_.push_back(std::move(sums));
  }

  state::PendingSums& pending_;
  std::int64_t shard_;
  std::vector<MeasuresSummed> sent_;
};

// `open/care` → `state=open,department=care`
std::string state_dimension(const std::string& name) {
  const auto slash = name.find('/');
  if (slash == std::string::npos) return "state=" + name;
  return "state=" + name.substr(0, slash) + ",department=" + name.substr(slash + 1);
}

}  // namespace

state::PendingHour& pending_hour(state::PendingSums& pending, std::int64_t hour) {
  auto& hours = *pending.mutable_hours();
  int place = hours.size();
  while (place > 0 && hours.Get(place - 1).hour() > hour) --place;
  if (place > 0 && hours.Get(place - 1).hour() == hour) return *hours.Mutable(place - 1);
  hours.Add()->set_hour(hour);
  settle_last(hours, place);
  return *hours.Mutable(place);
}

state::Tally& tally_of(state::PendingHour& hour, const Dimension& dimension) {
  switch (dimension.kind) {
    case DimensionKind::all: break;
    case DimensionKind::issue: {
      auto& issues = *hour.mutable_issues();
      while (issues.size() <= static_cast<int>(dimension.issue)) issues.Add();
      return *issues.Mutable(static_cast<int>(dimension.issue));
    }
    case DimensionKind::channel: return named_tally(*hour.mutable_channels(), dimension.name);
    case DimensionKind::department: return named_tally(*hour.mutable_departments(), dimension.name);
    case DimensionKind::reason: return named_tally(*hour.mutable_reasons(), dimension.name);
    case DimensionKind::state: return named_tally(*hour.mutable_states(), dimension.name, kStatesMax);
  }
  return *hour.mutable_all();
}

void add(state::PendingSums& pending, state::Tally& tally, Span span, std::int64_t value, std::int64_t n) {
  auto& changes = *tally.mutable_durations();
  auto change = std::find_if(changes.begin(), changes.end(),
                             [&](const auto& one) { return one.what() == static_cast<std::uint32_t>(span); });
  if (change == changes.end()) {
    const auto place = std::lower_bound(changes.begin(), changes.end(), static_cast<std::uint32_t>(span),
                                        [](const auto& one, std::uint32_t what) { return one.what() < what; }) -
                       changes.begin();
    changes.Add()->set_what(static_cast<std::uint32_t>(span));
    settle_last(changes, static_cast<int>(place));
    change = changes.begin() + place;
  }
  // What is added and taken back within one sending never leaves.
  auto& against = n > 0 ? *change->mutable_removed() : *change->mutable_added();
  auto& with = n > 0 ? *change->mutable_added() : *change->mutable_removed();
  std::int64_t times = n > 0 ? n : -n;
  while (times > 0) {
    const std::int64_t before = times;
    take_once(against, value, times);
    if (times == before) break;
  }
  for (; times > 0; --times) {
    with.Add(value);
    pending.set_durations(pending.durations() + 1);
  }
}

std::vector<MeasuresSummed> take_sums(state::PendingSums& pending, std::int64_t shard) {
  Sender sender(pending, shard);
  for (const state::PendingHour& hour : pending.hours()) {
    sender.send(hour.hour(), "", hour.all());
    for (const state::Tally& tally : hour.channels()) sender.send(hour.hour(), "channel=" + tally.name(), tally);
    for (const state::Tally& tally : hour.departments()) sender.send(hour.hour(), "department=" + tally.name(), tally);
    for (int i = 0; i < hour.issues_size(); ++i) {
      sender.send(hour.hour(), "issue_type=" + std::string(name_of(static_cast<IssueType>(i))), hour.issues(i));
    }
    for (const state::Tally& tally : hour.reasons()) sender.send(hour.hour(), "reason=" + tally.name(), tally);
    for (const state::Tally& tally : hour.states()) sender.send(hour.hour(), state_dimension(tally.name()), tally);
  }
  pending.clear_hours();
  pending.set_durations(0);
  return sender.take();
}

}  // namespace earshot::insight
