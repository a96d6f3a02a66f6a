#include "processors/insight/report.h"

#include <algorithm>
#include <array>

#include "processors/insight/kpi_math.h"
#include "processors/insight/sketch.h"

namespace earshot::insight {
namespace {

// Builds the rows of one cell.
class Rows {
 public:
  Rows(const state::WindowCell& cell, const Window& window) : cell_(cell), window_(window) {}

  std::int64_t at(Counter counter) const {
    const int place = static_cast<int>(counter);
    return place < cell_.counts_size() ? cell_.counts(place) : 0;
  }

  template <std::size_t n>
  std::array<std::int64_t, n> histogram(Counter first) const {
    std::array<std::int64_t, n> answers{};
    for (std::size_t i = 0; i < n; ++i) answers[i] = std::max<std::int64_t>(0, at(first + static_cast<int>(i)));
    return answers;
  }

  KpiReported& row(std::string name, std::int64_t count) {
    KpiReported& report = rows_.emplace_back();
    report.kpi = std::move(name);
    report.dimension = window_.dimension;
    report.from = hour_start(window_.hour);
    report.to = hour_start(window_.hour + (window_.is_day ? 24 : 1));
    report.revision = window_.revision;
    report.provisional = window_.provisional;
    report.count = count;
    return report;
  }

  bool was_used(Counter first, int counters) const {
    for (int place = static_cast<int>(first); place < static_cast<int>(first) + counters; ++place) {
      const std::uint64_t bits = place < 64 ? cell_.used() : cell_.used_above();
      if ((bits >> (place % 64) & 1) != 0) return true;
    }
    return false;
  }

  void count(std::string name, Counter counter) {
    if (was_used(counter, 1)) row(std::move(name), at(counter));
  }

  // nullptr when none of the `counters` from `first` on, which make up the denominator, was ever used.
  KpiReported* ratio(std::string name, Ratio ratio, Counter first, int counters) {
    if (!was_used(first, counters)) return nullptr;
    KpiReported& report = row(std::move(name), ratio.denominator);
    report.numerator = ratio.numerator;
    report.denominator = ratio.denominator;
    report.value_milli = in_units(ratio, 1000);
    report.low_n = is_low_count(ratio.denominator);
    return &report;
  }

  KpiReported* share(std::string name, Ratio share, Counter first, int counters) {
    KpiReported* report = ratio(std::move(name), share, first, counters);
    if (report != nullptr) set_interval(*report, wilson_interval(share));
    return report;
  }

  static void set_interval(KpiReported& report, const std::optional<Interval>& interval) {
    if (!interval) return;
    report.low_milli = round_half_away(interval->low * 1000);
    report.high_milli = round_half_away(interval->high * 1000);
  }

  const state::WindowCell& cell() const { return cell_; }
  std::vector<KpiReported> take() { return std::move(rows_); }

 private:
  const state::WindowCell& cell_;
  const Window& window_;
  std::vector<KpiReported> rows_;
};

void add_feedback(Rows& rows) {
  const std::int64_t negative = rows.at(Counter::negative);
  const std::int64_t neutral = rows.at(Counter::neutral);
  const std::int64_t positive = rows.at(Counter::positive);
  const std::int64_t unknown = rows.at(Counter::unknown);
  const std::int64_t known = negative + neutral + positive;
  if (!rows.was_used(Counter::negative, 4)) return;
  rows.row("feedback", known + unknown);
  rows.count("feedback_negative", Counter::negative);
  rows.count("feedback_neutral", Counter::neutral);
  rows.count("feedback_positive", Counter::positive);
  rows.count("feedback_unknown", Counter::unknown);
  rows.ratio("net_sentiment", {positive - negative, known}, Counter::negative, 3);
  rows.share("complaints", {rows.at(Counter::complaints), known + unknown}, Counter::negative, 4);
}

// Response rate, and what was answered without counting.
void add_response(Rows& rows, SurveyFamily family) {
  const int place = static_cast<int>(family);
  const std::string name(kFamilies[static_cast<std::size_t>(place)]);
  const auto response = response_rate({rows.at(Counter::sent + place), 0, rows.at(Counter::responded + place)});
  rows.share(name + "_response", response.of_delivered, Counter::sent + place, 1);
  rows.count(name + "_late", Counter::late + place);
  rows.count(name + "_partial", Counter::partial + place);
  rows.count(name + "_invalid", Counter::invalid + place);
}

void add_share_score(Rows& rows, const std::string& name, const ShareScore& score, Counter first) {
  const int scores = static_cast<int>(score.histogram.size());
  KpiReported* report = rows.share(name, score.good, first, scores);
  if (report == nullptr) return;
  report->histogram = score.histogram;
  Ratio mean{0, score.good.denominator};
  for (std::size_t i = 0; i < score.histogram.size(); ++i)
    mean.numerator += score.histogram[i] * static_cast<std::int64_t>(i + 1);
  rows.ratio(name + "_mean", mean, first, scores);
}

void add_nps(Rows& rows) {
  const auto answers = rows.histogram<11>(Counter::nps_0);
  const NpsCounts counts = nps_counts(answers);
  const Ratio balance{counts.promoters - counts.detractors, counts.promoters + counts.passives + counts.detractors};
  if (KpiReported* report = rows.ratio("nps", balance, Counter::nps_0, 11)) {
    report->value_milli = in_units(balance, 100'000);  // NPS runs from -100 to 100
    report->histogram.assign(answers.begin(), answers.end());
    if (const auto score = nps(counts)) Rows::set_interval(*report, score->interval);
  }
  add_response(rows, SurveyFamily::nps);
}

void add_spans(Rows& rows, Group group) {
  for (const state::DurationSketch& one : rows.cell().durations()) {
    const auto span = static_cast<Span>(one.what());
    if (group_of(span) != group) continue;
    const auto values = Quantiles::parse(one.sketch());
    if (!values) continue;
    KpiReported& report = rows.row(std::string(name_of(span)), values->count());
    if (const auto mean = values->mean()) report.value_milli = *mean * 1000;
    report.p50 = values->at(500);
    report.p90 = values->at(900);
    report.max = values->max();
    report.low_n = is_low_count(values->count());
  }
}

void add_flow(Rows& rows, bool is_day) {
  for (const Counter counter : {Counter::opened, Counter::reopened, Counter::resolution_events, Counter::merged,
                                Counter::closed_unresolved, Counter::cases}) {
    rows.count(std::string(name_of(counter)), counter);
  }
  rows.count("resolved", is_day ? Counter::resolved_day : Counter::resolved_hour);
  rows.count("still_unanswered", Counter::waiting);
}

void add_sla(Rows& rows) {
  for (int i = 0; i < static_cast<int>(kSlaMetrics.size()); ++i) {
    const Ratio attained{rows.at(Counter::sla_met + i),
                         rows.at(Counter::sla_met + i) + rows.at(Counter::sla_breached + i)};
    const std::string name = "sla_" + std::string(kSlaMetrics[static_cast<std::size_t>(i)]);
    const Counter used = rows.was_used(Counter::sla_met + i, 1) ? Counter::sla_met + i : Counter::sla_breached + i;
    rows.share(name, attained, used, 1);
  }
}

}  // namespace

std::vector<KpiReported> rows_of(const state::WindowCell& cell, const Window& window, std::uint32_t groups) {
  Rows rows(cell, window);
  const auto asked = [&](Group group) { return (groups & bit_of(group)) != 0; };
  if (asked(Group::feedback)) add_feedback(rows);
  if (asked(Group::csat)) {
    add_share_score(rows, "csat", csat(rows.histogram<5>(Counter::csat_1)), Counter::csat_1);
    add_response(rows, SurveyFamily::csat);
  }
  if (asked(Group::nps)) add_nps(rows);
  if (asked(Group::ces)) {
    add_share_score(rows, "ces", ces(rows.histogram<7>(Counter::ces_1)), Counter::ces_1);
    add_response(rows, SurveyFamily::ces);
  }
  if (asked(Group::first_response)) add_spans(rows, Group::first_response);
  if (asked(Group::resolution)) add_spans(rows, Group::resolution);
  if (asked(Group::flow)) add_flow(rows, window.is_day);
  if (asked(Group::sla)) add_sla(rows);
  if (asked(Group::signals)) {
    rows.count("signals_raised", Counter::signals_raised);
    rows.count("signals_cleared", Counter::signals_cleared);
    rows.count("silences_waiting", Counter::silences_waiting);
    rows.share("return_reached", {rows.at(Counter::reached_returned), rows.at(Counter::silences_reached)},
               Counter::silences_reached, 1);
    rows.share("return_untouched", {rows.at(Counter::untouched_returned), rows.at(Counter::silences_untouched)},
               Counter::silences_untouched, 1);
  }
  if (asked(Group::dead_letters)) rows.count("dead_letters", Counter::dead_letters);
  if (asked(Group::lateness)) {
    rows.count("too_late", Counter::too_late);
    rows.count("too_early", Counter::too_early);
  }
  return rows.take();
}

void mark_used(state::WindowCell& cell, Counter counter) {
  const int place = static_cast<int>(counter);
  const std::uint64_t bit = std::uint64_t{1} << (place % 64);
  if (place < 64) {
    cell.set_used(cell.used() | bit);
  } else {
    cell.set_used_above(cell.used_above() | bit);
  }
}

void OutreachLift::add(const state::WindowCell& cell, std::int64_t hour) {
  const auto at = [&](Counter counter) {
    return static_cast<int>(counter) < cell.counts_size() ? cell.counts(static_cast<int>(counter)) : 0;
  };
  const std::int64_t silences = at(Counter::silences_reached) + at(Counter::silences_untouched);
  if (silences == 0) return;
  first_hour_ = std::min(hour, first_hour_.value_or(hour));
  reached_ = {reached_.numerator + at(Counter::reached_returned), reached_.denominator + at(Counter::silences_reached)};
  untouched_ = {untouched_.numerator + at(Counter::untouched_returned),
                untouched_.denominator + at(Counter::silences_untouched)};
}

std::optional<KpiReported> OutreachLift::row(Timestamp now) const {
  const auto difference = share_difference(reached_, untouched_);
  if (!difference) return std::nullopt;
  KpiReported report;
  report.kpi = "outreach_lift";
  report.from = hour_start(*first_hour_);
  report.to = hour_start(hour_of(now) + 1);
  report.provisional = true;
  report.count = reached_.denominator + untouched_.denominator;
  report.value_milli = round_half_away(difference->value * 1000);
  report.low_milli = round_half_away(difference->interval.low * 1000);
  report.high_milli = round_half_away(difference->interval.high * 1000);
  report.low_n = is_low_count(std::min(reached_.denominator, untouched_.denominator));
  return report;
}

std::vector<KpiReported> level_rows(const state::Levels& levels, Timestamp now, bool only_changed) {
  std::vector<KpiReported> rows;
  const auto add = [&](const char* kpi, const std::string& dimension, std::int64_t count) -> KpiReported& {
    KpiReported& report = rows.emplace_back();
    report.kpi = kpi;
    report.dimension = dimension;
    report.from = hour_start(hour_of(now));
    report.to = hour_start(hour_of(now) + 1);
    report.revision = levels.revision();
    report.count = count;
    return report;
  };
  for (const state::Level& level : levels.levels()) {
    if (only_changed && !level.changed()) continue;
    add("active", level.dimension(), level.active());
    if (level.dimension().rfind("state=", 0) == 0) continue;
    KpiReported& waiting = add("unanswered", level.dimension(), level.waiting());
    // The hour in which the oldest began is known of all cases together.
    if (level.dimension().empty() && !levels.waiting().empty()) {
      waiting.max = to_millis(now) - to_millis(hour_start(levels.waiting(0).hour()));
    }
  }
  return rows;
}

}  // namespace earshot::insight
