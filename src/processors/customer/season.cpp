#include "processors/customer/season.h"

#include <algorithm>
#include <cmath>

#include "state/customer.pb.h"

namespace earshot {
namespace {

constexpr std::string_view kLevel = "level";
constexpr int kDaysCounted = Season::kQuarter + Season::kWeek + 7;  // a week more, for what comes late
constexpr double kByChance = 3;                                     // standard deviations

DayNumber today(Step& step) { return day_of(step.now()); }

// counts(i) is of day last_day - i.
std::int64_t sum(const state::ActivityLevel& level, DayNumber from, DayNumber to) {
  std::int64_t all = 0;
  for (DayNumber day = from; day <= to; ++day) {
    const std::int64_t index = level.last_day() - day;
    if (index >= 0 && index < level.counts_size()) all += level.counts(static_cast<int>(index));
  }
  return all;
}

void move_on(state::ActivityLevel& level, DayNumber day) {
  auto& counts = *level.mutable_counts();
  const int moved = std::min(day - level.last_day(), kDaysCounted);
  const int kept = std::min(counts.size(), kDaysCounted - moved);
  counts.Resize(kept + moved, 0);
  for (int i = kept - 1; i >= 0; --i) counts.Set(i + moved, counts.Get(i));
  for (int i = 0; i < moved; ++i) counts.Set(i, 0);
  level.set_last_day(day);
}

// In thousandths of a usual week; 1000: nothing that chance does not explain.
std::int64_t heard_permille(const state::ActivityLevel& level, DayNumber day, std::int64_t quiet_permille) {
  if (day - level.first_day() < Season::kQuarter + Season::kWeek) return 1000;
  const std::int64_t heard = sum(level, day - Season::kWeek + 1, day);
  const std::int64_t before = sum(level, day - Season::kWeek - Season::kQuarter + 1, day - Season::kWeek);
  const double usual = static_cast<double>(before) * Season::kWeek / Season::kQuarter;
  const bool is_quiet = static_cast<double>(heard) * 1000 < usual * static_cast<double>(quiet_permille);
  if (usual < Season::kUsualMin || !is_quiet || static_cast<double>(heard) > usual - kByChance * std::sqrt(usual))
    return 1000;
  return static_cast<std::int64_t>(static_cast<double>(heard) * 1000 / usual);
}

}  // namespace

void Season::count(DayNumber day, Step& step) {
  auto& level = step.edit_at<state::ActivityLevel>(step.tenant(), kLevel);
  if (level.counts().empty()) {
    level.set_first_day(day);
    level.set_last_day(day);
    level.set_closed_day(today(step) - 1);
    level.add_counts(0);
  }
  if (day > level.last_day()) move_on(level, day);
  const int index = level.last_day() - day;
  if (index >= kDaysCounted) return;  // news of long ago
  level.set_first_day(std::min(level.first_day(), day));
  if (index >= level.counts_size()) level.mutable_counts()->Resize(index + 1, 0);
  level.set_counts(index, level.counts(index) + 1);
}

void Season::close(std::int64_t quiet_permille, Step& step) {
  const DayNumber yesterday = today(step) - 1;
  const auto* kept = step.find_at<state::ActivityLevel>(step.tenant(), kLevel);
  if (kept == nullptr || kept->closed_day() >= yesterday) return;
  auto& level = step.edit_at<state::ActivityLevel>(step.tenant(), kLevel);
  for (DayNumber day = std::max<DayNumber>(level.closed_day() + 1, yesterday - kDaysCounted); day <= yesterday; ++day) {
    const std::int64_t heard = heard_permille(level, day, quiet_permille);
    if (heard == 1000) continue;
    auto& quiet = *level.add_quiet();
    quiet.set_day(day);
    quiet.set_heard_permille(static_cast<std::int32_t>(heard));
  }
  if (const int more = level.quiet_size() - kQuietDaysMax; more > 0) level.mutable_quiet()->DeleteSubrange(0, more);
  level.set_closed_day(yesterday);
}

std::vector<BlindSpan> Season::quiet_after(Timestamp since, Step& step) {
  std::vector<BlindSpan> spans;
  const auto* level = step.find_at<state::ActivityLevel>(step.tenant(), kLevel);
  if (level == nullptr) return spans;
  const DayNumber first = day_of(since);
  auto day = std::lower_bound(level->quiet().begin(), level->quiet().end(), first,
                              [](const state::QuietDay& one, DayNumber wanted) { return one.day() < wanted; });
  for (; day != level->quiet().end(); ++day) {
    const Timestamp begin{std::chrono::days{day->day()}};
    const Timestamp end = begin + Millis{std::chrono::days{1}} * (1000 - day->heard_permille()) / 1000;
    if (end > since) spans.push_back({std::max(since, begin), end});
  }
  return spans;
}

std::vector<BlindSpan> united(std::vector<BlindSpan> one, const std::vector<BlindSpan>& other) {
  if (other.empty()) return one;
  one.insert(one.end(), other.begin(), other.end());
  std::sort(one.begin(), one.end(),
            [](const BlindSpan& a, const BlindSpan& b) { return a.from != b.from ? a.from < b.from : a.to < b.to; });
  std::vector<BlindSpan> all;
  for (const BlindSpan& span : one) {
    if (!all.empty() && span.from <= all.back().to) {
      all.back().to = std::max(all.back().to, span.to);
    } else {
      all.push_back(span);
    }
  }
  return all;
}

}  // namespace earshot
