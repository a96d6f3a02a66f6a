// What a window's sums say: the definitions of the KPIs. Pure functions, used by the processor and by those who read
// its state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "earshot/event.h"
#include "processors/insight/counters.h"
#include "processors/insight/kpi_math.h"
#include "processors/insight/settings.h"
#include "state/insight.pb.h"

namespace earshot::insight {

struct Window {
  bool is_day = false;
  std::int64_t hour = 0;  // of its begin
  std::string dimension;
  std::int64_t revision = 0;
  bool provisional = true;
};

// Remembers that a counter had something to say, so that taking it back is said too.
void mark_used(state::WindowCell& cell, Counter counter);

// The rows of the groups of KPIs asked for. Only what was ever counted has a row: nothing is said about what nobody
// sent. What was counted and taken back again has a row of 0, and a ratio of it no value.
std::vector<KpiReported> rows_of(const state::WindowCell& cell, const Window& window, std::uint32_t groups);

// What reaching out to silent customers changes: the share who came back of those reached, less the share of those kept
// untouched, over all the cells added. Nothing while one of the two is nobody.
class OutreachLift {
 public:
  void add(const state::WindowCell& cell, std::int64_t hour);
  std::optional<KpiReported> row(Timestamp now) const;

 private:
  std::optional<std::int64_t> first_hour_;
  Ratio reached_;
  Ratio untouched_;
};

// How things stand now: `active` by dimension, and `unanswered` with the age of the oldest in milliseconds as its
// maximum.
std::vector<KpiReported> level_rows(const state::Levels& levels, Timestamp now, bool only_changed);

}  // namespace earshot::insight
