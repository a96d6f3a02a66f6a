#include "processors/insight/windows.h"

#include <algorithm>

#include "processors/control.h"
#include "processors/insight/report.h"
#include "processors/insight/sketch.h"
#include "processors/insight/spikes.h"

namespace earshot::insight {
namespace {

using Heads = google::protobuf::RepeatedPtrField<state::WindowHead>;

constexpr int kCellsInAReport = 500;  // more wait for a minute

bool is_level_only(std::string_view dimension) { return dimension.substr(0, 6) == "state="; }

Heads& heads_of(state::Windows& windows, bool is_day) {
  return is_day ? *windows.mutable_days() : *windows.mutable_hours();
}

Timestamp window_end(bool is_day, std::int64_t hour) { return hour_start(hour + (is_day ? 24 : 1)); }

Timestamp final_at(bool is_day, std::int64_t hour, const Settings& settings) {
  return window_end(is_day, hour) + std::chrono::minutes{settings.provisional_minutes};
}

// History: its hours are kept and not published, its days are published once.
bool is_quiet(bool is_day, std::int64_t hour, Step& step) {
  return window_end(is_day, hour) <= imported_until(step) - kImportQuiet;
}

bool is_expired(bool is_day, std::int64_t hour, Timestamp now, const Settings& settings) {
  const auto kept = std::chrono::days{is_day ? kDaysKept : settings.lateness_days + 1};
  return now > window_end(is_day, hour) + kept;
}

// ---- bookkeeping --------------------------------------------------------------------------------------------------

// A window that is new makes room for two that are too old, so their number stays bounded.
void drop_old(bool is_day, const Settings& settings, Step& step) {
  const auto* dimensions = step.find<state::Dimensions>("dimensions");
  Heads& heads = heads_of(step.edit<state::Windows>("windows"), is_day);
  for (int dropped = 0; dropped < 2 && !heads.empty() && is_expired(is_day, heads.Get(0).hour(), step.now(), settings);
       ++dropped) {
    for (int i = 0; dimensions != nullptr && i < dimensions->names_size(); ++i) {
      const std::string name = cell_name(is_day, heads.Get(0).hour(), dimensions->names(i));
      if (step.find<state::WindowCell>(name) != nullptr) step.erase(name);
    }
    heads.DeleteSubrange(0, 1);
  }
}

void know_window(bool is_day, std::int64_t hour, const Settings& settings, Step& step) {
  const auto before = [](const state::WindowHead& head, std::int64_t wanted) { return head.hour() < wanted; };
  if (const auto* windows = step.find<state::Windows>("windows")) {
    const auto& known = is_day ? windows->days() : windows->hours();
    const auto found = std::lower_bound(known.begin(), known.end(), hour, before);
    if (found != known.end() && found->hour() == hour) return;
  }
  Heads& heads = heads_of(step.edit<state::Windows>("windows"), is_day);
  const int place = static_cast<int>(std::lower_bound(heads.begin(), heads.end(), hour, before) - heads.begin());
  state::WindowHead& head = *heads.Add();
  head.set_hour(hour);
  const Timestamp due = final_at(is_day, hour, settings);
  head.set_final(due <= step.now());
  const bool will_be_published = !is_quiet(is_day, hour, step) || is_day;
  if (!head.final() && will_be_published) step.set_timer("final", due);
  for (int i = heads.size() - 1; i > place; --i) heads.SwapElements(i, i - 1);
  drop_old(is_day, settings, step);
}

bool knows_dimension(const std::string& dimension, Step& step) {
  const auto* known = step.find<state::Dimensions>("dimensions");
  return known != nullptr && std::binary_search(known->names().begin(), known->names().end(), dimension);
}

// The dimension under which something is counted: its own, or `other` when the tenant has too many names of its kind.
// Names come from outside, and each costs a cell in every window. Once decided it stays so: what is added is taken back
// there too.
std::string admit_dimension(const std::string& dimension, Step& step) {
  if (knows_dimension(dimension, step)) return dimension;
  const std::string kind = dimension.substr(0, dimension.find('=') + 1);
  auto& names = *step.edit<state::Dimensions>("dimensions").mutable_names();
  const auto is_of_kind = [&](const std::string& name) { return name.rfind(kind, 0) == 0; };
  const bool is_full = !kind.empty() && std::count_if(names.begin(), names.end(), is_of_kind) >= kNamesMax;
  if (is_full && dimension != kind + "other") return admit_dimension(kind + "other", step);
  *names.Add() = dimension;
  std::sort(names.begin(), names.end());
  return dimension;
}

// `state=open,department=care`, with `other` for a department that has no name of its own. A shard sends the department
// first.
std::string admit_state(const std::string& dimension, Step& step) {
  const auto comma = dimension.find(',');
  if (comma == std::string::npos || knows_dimension(dimension.substr(comma + 1), step)) return dimension;
  return dimension.substr(0, comma) + ",department=other";
}

// Makes sure that a report comes.
state::Dirty& dirty(Step& step) {
  auto& value = step.edit<state::Dirty>("dirty");
  if (value.armed()) return value;
  value.set_armed(true);
  const Timestamp until = imported_until(step);
  const Timestamp soon = step.now() + kReportEvery;
  step.set_timer("report", until > soon ? std::min(until, step.now() + kImportEvery) : soon);
  return value;
}

// False for a repeat. A shard's sums reach this key in the order in which they were sent.
bool is_new(const MeasuresSummed& sums, Step& step) {
  auto& shards = *step.edit<state::Shards>("shards").mutable_shards();
  const auto found =
      std::find_if(shards.begin(), shards.end(), [&](const auto& one) { return one.shard() == sums.shard; });
  if (found != shards.end()) {
    if (found->sequence() >= sums.sequence) return false;
    found->set_sequence(sums.sequence);
    return true;
  }
  auto& added = *shards.Add();
  added.set_shard(sums.shard);
  added.set_sequence(sums.sequence);
  std::sort(shards.begin(), shards.end(), [](const auto& a, const auto& b) { return a.shard() < b.shard(); });
  return true;
}

// ---- adding -------------------------------------------------------------------------------------------------------

void add_durations(state::WindowCell& cell, Span span, const DurationSum& durations) {
  auto& sketches = *cell.mutable_durations();
  auto found = std::find_if(sketches.begin(), sketches.end(),
                            [&](const auto& one) { return one.what() == static_cast<std::uint32_t>(span); });
  if (found == sketches.end()) {
    sketches.Add()->set_what(static_cast<std::uint32_t>(span));
    std::sort(sketches.begin(), sketches.end(), [](const auto& a, const auto& b) { return a.what() < b.what(); });
    found = std::find_if(sketches.begin(), sketches.end(),
                         [&](const auto& one) { return one.what() == static_cast<std::uint32_t>(span); });
  }
  auto values = Quantiles::parse(found->sketch());
  EARSHOT_CHECK(values.has_value(), "a stored distribution cannot be read");
  for (const std::int64_t value : durations.added) values->add(value);
  for (const std::int64_t value : durations.removed)
    (void)values->remove(value);  // false only for what was never added
  found->set_sketch(values->bytes());
}

// A counter or span without a name here is of a newer shard; it will be known after the upgrade.
void add_to_cell(bool is_day, std::int64_t hour, const MeasuresSummed& sums, const Settings& settings, Step& step) {
  if (is_expired(is_day, hour, step.now(), settings)) return;
  know_window(is_day, hour, settings, step);
  auto& cell = step.edit<state::WindowCell>(cell_name(is_day, hour, sums.dimension));
  std::uint32_t changed = 0;
  for (const CountSum& sum : sums.counts) {
    const auto counter = counter_named(sum.name);
    if (!counter) continue;
    const int place = static_cast<int>(*counter);
    if (cell.counts_size() <= place) cell.mutable_counts()->Resize(place + 1, 0);
    cell.set_counts(place, cell.counts(place) + sum.n);
    mark_used(cell, *counter);
    changed |= bit_of(group_of(*counter));
  }
  for (const DurationSum& durations : sums.durations) {
    const auto span = span_named(durations.name);
    if (!span) continue;
    add_durations(cell, *span, durations);
    changed |= bit_of(group_of(*span));
  }
  if (cell.changed() == 0 && changed != 0) {
    state::DirtyCell& one = *dirty(step).add_cells();
    one.set_is_day(is_day);
    one.set_hour(hour);
    one.set_dimension(sums.dimension);
  }
  cell.set_changed(cell.changed() | changed);
}

void add_waiting_hour(state::Levels& levels, std::int64_t hour, std::int64_t n) {
  auto& hours = *levels.mutable_waiting();
  const auto before = [](const state::WaitingHour& one, std::int64_t wanted) { return one.hour() < wanted; };
  const auto found = std::lower_bound(hours.begin(), hours.end(), hour, before);
  const int place = static_cast<int>(found - hours.begin());
  if (found == hours.end() || found->hour() != hour) {
    hours.Add()->set_hour(hour);
    for (int i = hours.size() - 1; i > place; --i) hours.SwapElements(i, i - 1);
  }
  hours.Mutable(place)->set_count(hours.Get(place).count() + n);
  if (hours.Get(place).count() == 0) hours.DeleteSubrange(place, 1);
}

void add_to_levels(const MeasuresSummed& sums, Step& step) {
  std::int64_t active = 0;
  std::int64_t waiting = 0;
  for (const CountSum& sum : sums.counts) {
    if (sum.name == name_of(Counter::active)) active += sum.n;
    if (sum.name == name_of(Counter::waiting)) waiting += sum.n;
  }
  if (active == 0 && waiting == 0) return;
  auto& levels = step.edit<state::Levels>("levels");
  auto& all = *levels.mutable_levels();
  auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.dimension() == sums.dimension; });
  if (found == all.end()) {
    all.Add()->set_dimension(sums.dimension);
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.dimension() < b.dimension(); });
    found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.dimension() == sums.dimension; });
  }
  found->set_active(found->active() + active);
  found->set_waiting(found->waiting() + waiting);
  found->set_changed(true);
  if (sums.dimension.empty() && waiting != 0) add_waiting_hour(levels, hour_of(sums.hour), waiting);
  dirty(step).set_levels(true);
}

// ---- reporting ----------------------------------------------------------------------------------------------------

void publish(KpiReported report, Step& step) {
  step.emit(Topic::kpis, tenant_key(step.tenant()), std::move(report), step.now());
}

void publish_cell(bool is_day, std::int64_t hour, const std::string& dimension, std::uint32_t groups,
                  const Settings& settings, Step& step) {
  auto& cell = step.edit<state::WindowCell>(cell_name(is_day, hour, dimension));
  cell.set_changed(0);
  cell.set_revision(cell.revision() + 1);
  Window window{is_day, hour, dimension, cell.revision(), step.now() < final_at(is_day, hour, settings)};
  for (KpiReported& report : rows_of(cell, window, groups)) publish(std::move(report), step);
}

void publish_levels(Step& step) {
  auto& levels = step.edit<state::Levels>("levels");
  levels.set_revision(levels.revision() + 1);
  for (KpiReported& report : level_rows(levels, step.now(), true)) publish(std::move(report), step);
  for (state::Level& level : *levels.mutable_levels()) level.set_changed(false);
}

}  // namespace

std::string cell_name(bool is_day, std::int64_t hour, std::string_view dimension) {
  std::string digits = std::to_string(hour);
  if (digits.size() < 9) digits.insert(0, 9 - digits.size(), '0');  // so that windows sort by time
  return std::string(kCells) + (is_day ? "d/" : "h/") + digits + "/" + std::string(dimension);
}

void add_sums(const MeasuresSummed& given, const Settings& settings, Step& step) {
  if (!is_new(given, step)) return;
  MeasuresSummed sums = given;
  const bool is_level = is_level_only(sums.dimension);
  sums.dimension = is_level ? admit_state(sums.dimension, step) : admit_dimension(sums.dimension, step);
  add_to_levels(sums, step);
  if (is_level) return;
  const std::int64_t hour = hour_of(sums.hour);
  add_to_cell(false, hour, sums, settings, step);
  add_to_cell(true, day_start(hour, settings), sums, settings, step);
  if (is_of_dead_letters(sums.dimension)) look_for_spike(hour, sums.dimension, settings, step);
}

void report_changes(const Settings& settings, Step& step) {
  const auto* known = step.find<state::Dirty>("dirty");
  if (known == nullptr || !known->armed()) return;
  state::Dirty work = *known;
  state::Dirty rest;
  int published = 0;
  for (state::DirtyCell& one : *work.mutable_cells()) {
    if (published == kCellsInAReport) {
      *rest.add_cells() = std::move(one);
      continue;
    }
    const std::string name = cell_name(one.is_day(), one.hour(), one.dimension());
    const auto* cell = step.find<state::WindowCell>(name);
    if (cell == nullptr || cell->changed() == 0) continue;  // dropped, or published as final since
    if (is_quiet(one.is_day(), one.hour(), step) && step.now() < final_at(one.is_day(), one.hour(), settings)) continue;
    if (is_quiet(one.is_day(), one.hour(), step) && !one.is_day()) {
      step.edit<state::WindowCell>(name).set_changed(0);
      continue;
    }
    publish_cell(one.is_day(), one.hour(), one.dimension(), cell->changed(), settings, step);
    ++published;
  }
  if (work.levels()) publish_levels(step);
  rest.set_armed(rest.cells_size() > 0);
  if (rest.armed()) step.set_timer("report", step.now() + std::chrono::minutes{1});
  step.edit<state::Dirty>("dirty") = std::move(rest);
}

void report_final(const Settings& settings, Step& step) {
  const auto* known = step.find<state::Windows>("windows");
  const auto* dimensions = step.find<state::Dimensions>("dimensions");
  if (known == nullptr || dimensions == nullptr) return;
  auto& windows = step.edit<state::Windows>("windows");
  for (const bool is_day : {false, true}) {
    for (state::WindowHead& head : heads_of(windows, is_day)) {
      if (head.final() || final_at(is_day, head.hour(), settings) > step.now()) continue;
      head.set_final(true);
      if (!is_day && is_quiet(is_day, head.hour(), step)) continue;
      for (const std::string& dimension : dimensions->names()) {
        if (step.find<state::WindowCell>(cell_name(is_day, head.hour(), dimension)) == nullptr) continue;
        publish_cell(is_day, head.hour(), dimension, kAllGroups, settings, step);
      }
    }
  }
}

}  // namespace earshot::insight
