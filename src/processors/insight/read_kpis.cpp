#include "processors/insight/read_kpis.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "processors/insight/report.h"
#include "processors/insight/windows.h"
#include "state/insight.pb.h"

namespace earshot {
namespace {

using namespace insight;

struct StoredCell {
  std::int64_t hour = 0;
  std::string dimension;
  state::WindowCell cell;
};

template <class Message>
bool parse(Message& message, std::string_view bytes) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

// What stands after `cell/d/`: nine digits, a slash, the dimension.
std::optional<StoredCell> read_cell(std::string_view name, std::string_view value) {
  StoredCell stored;
  const auto slash = name.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto [end, error] = std::from_chars(name.data(), name.data() + slash, stored.hour);
  if (error != std::errc() || end != name.data() + slash || !parse(stored.cell, value)) return std::nullopt;
  stored.dimension = name.substr(slash + 1);
  return stored;
}

bool is_wanted(const KpiQuery& query, const std::string& dimension) {
  return query.all_dimensions || dimension == query.dimension;
}

// All cells from the query's first window on, also those after its end: `active` is counted back from now.
Result<std::vector<StoredCell>> read_cells(const StateStore& store, std::string_view prefix, const KpiQuery& query) {
  const std::string all = std::string(prefix) + std::string(kCells) + (query.by_day ? "d/" : "h/");
  const std::string first = std::string(prefix) + cell_name(query.by_day, hour_of(std::max(query.from, kEarliest)), "");
  std::vector<StoredCell> cells;
  bool is_corrupt = false;
  auto scanned = store.scan(all, first, [&](std::string_view key, std::string_view value) {
    auto cell = read_cell(key.substr(all.size()), value);
    is_corrupt = !cell;
    if (cell && is_wanted(query, cell->dimension)) cells.push_back(std::move(*cell));
    return !is_corrupt;
  });
  if (!scanned) return std::move(scanned.error()).in("reading KPIs");
  if (is_corrupt) return Error{ErrorKind::Corrupt, "a stored window of KPIs is not readable"};
  return cells;
}

Result<std::optional<KpiReported>> read_lift(const StateStore& store, std::string_view prefix, Timestamp now) {
  const std::string days = std::string(prefix) + std::string(kCells) + "d/";
  OutreachLift lift;
  bool is_corrupt = false;
  auto scanned = store.scan(days, days, [&](std::string_view key, std::string_view value) {
    if (!key.ends_with('/')) return true;  // of one dimension
    const auto cell = read_cell(key.substr(days.size()), value);
    is_corrupt = !cell;
    if (cell) lift.add(cell->cell, cell->hour);
    return !is_corrupt;
  });
  if (!scanned) return std::move(scanned.error()).in("reading KPIs");
  if (is_corrupt) return Error{ErrorKind::Corrupt, "a stored window of KPIs is not readable"};
  return lift.row(now);
}

Result<state::Levels> read_levels(const StateStore& store, std::string_view prefix) {
  state::Levels levels;
  auto bytes = store.get(std::string(prefix) + "levels");
  if (!bytes) return std::move(bytes.error()).in("reading levels of KPIs");
  if (*bytes && !parse(levels, **bytes)) return Error{ErrorKind::Corrupt, "the stored levels of KPIs are not readable"};
  return levels;
}

std::int64_t count_of(const state::WindowCell& cell, Counter counter) {
  const int place = static_cast<int>(counter);
  return place < cell.counts_size() ? cell.counts(place) : 0;
}

// The number of active cases at the end of each cell's window: what it is now, less what changed in later windows.
std::vector<std::int64_t> active_at_ends(const std::vector<StoredCell>& cells, const state::Levels& levels) {
  std::map<std::string, std::int64_t> active;
  for (const state::Level& level : levels.levels()) active[level.dimension()] = level.active();
  std::vector<std::int64_t> ends(cells.size());
  for (std::size_t i = cells.size(); i-- > 0;) {
    std::int64_t& at = active[cells[i].dimension];
    ends[i] = at;
    at -= count_of(cells[i].cell, Counter::active);
  }
  return ends;
}

}  // namespace

Result<std::vector<KpiReported>> read_kpis(const StateStore& store, std::string_view prefix, const KpiQuery& query,
                                           Timestamp now, const Settings& settings) {
  auto cells = read_cells(store, prefix, query);
  if (!cells) return std::move(cells.error());
  auto levels = read_levels(store, prefix);
  if (!levels) return std::move(levels.error());
  const std::vector<std::int64_t> active = active_at_ends(*cells, *levels);

  std::vector<KpiReported> rows;
  const auto take = [&](KpiReported row) {
    if ((query.kpi.empty() || row.kpi == query.kpi) && rows.size() < query.rows_max) rows.push_back(std::move(row));
  };
  for (std::size_t i = 0; i < cells->size(); ++i) {
    const StoredCell& stored = (*cells)[i];
    Window window{query.by_day, stored.hour, stored.dimension, stored.cell.revision(), true};
    if (hour_start(window.hour) >= query.to) break;
    // What has changed since the last publication will go out under the next revision.
    if (stored.cell.changed() != 0) ++window.revision;
    const Timestamp end = hour_start(window.hour + (query.by_day ? 24 : 1));
    window.provisional = now < end + std::chrono::minutes{settings.provisional_minutes};
    for (KpiReported& row : rows_of(stored.cell, window, kAllGroups)) take(std::move(row));
    KpiReported level;
    level.kpi = "active";
    level.dimension = stored.dimension;
    level.from = hour_start(window.hour);
    level.to = end;
    level.revision = window.revision;
    level.provisional = window.provisional;
    level.count = active[i];
    if (now >= end) take(std::move(level));
  }
  if (now < query.from || now >= query.to) return rows;
  for (KpiReported& row : level_rows(*levels, now, false)) {
    if (is_wanted(query, row.dimension)) take(std::move(row));
  }
  auto lift = read_lift(store, prefix, now);
  if (!lift) return std::move(lift.error());
  if (*lift && is_wanted(query, "")) take(std::move(**lift));
  return rows;
}

Result<std::vector<ActiveCases>> read_active_cases(std::string_view stored) {
  constexpr std::string_view kState = "state=";
  constexpr std::string_view kDepartment = ",department=";
  state::Levels levels;
  if (!parse(levels, stored)) return Error{ErrorKind::Corrupt, "the stored levels of KPIs are not readable"};
  std::vector<ActiveCases> active;
  for (const state::Level& level : levels.levels()) {
    const std::string& dimension = level.dimension();
    const auto comma = dimension.find(kDepartment);
    if (!dimension.starts_with(kState) || comma == std::string::npos) continue;
    active.push_back({dimension.substr(kState.size(), comma - kState.size()),
                      dimension.substr(comma + kDepartment.size()), level.active()});
  }
  return active;
}

}  // namespace earshot
