// How windows of KPIs are cut and how long they can change. Section `insight` of the configuration; every key has a
// default.
#pragma once

#include <algorithm>
#include <cstdint>

#include "earshot/time.h"

namespace earshot::insight {

struct Settings {
  std::int64_t day_starts_utc_hour = 0;   // the hour, in UTC, at which a day of the tenant begins: 16 for Shanghai
  std::int64_t provisional_minutes = 10;  // after the end of a window, until its result counts as final
  std::int64_t lateness_days = 35;        // measures older than this change nothing and are counted as too late
  std::int64_t survey_days = 14;          // after the invitation; an answer at exactly that moment is still valid
  std::int64_t dead_letters_spike =
      20;  // so many of one reason within an hour, and five times the usual, are alerted to; 0: never
  bool operator==(const Settings&) const = default;
};

template <class F>
void fields(F& f, Settings& v) {
  f.optional("day_starts_utc_hour", v.day_starts_utc_hour);
  f.optional("provisional_minutes", v.provisional_minutes);
  f.optional("lateness_days", v.lateness_days);
  f.optional("survey_days", v.survey_days);
  f.optional("dead_letters_spike", v.dead_letters_spike);
}

// Settings that windows can live with, whatever was asked for.
constexpr Settings within_bounds(Settings settings) {
  settings.day_starts_utc_hour = std::clamp<std::int64_t>(settings.day_starts_utc_hour, 0, 23);
  settings.provisional_minutes = std::clamp<std::int64_t>(settings.provisional_minutes, 0, 24 * 60);
  settings.lateness_days = std::clamp<std::int64_t>(settings.lateness_days, 1, 90);
  settings.survey_days = std::clamp<std::int64_t>(settings.survey_days, 1, 60);
  settings.dead_letters_spike = std::clamp<std::int64_t>(settings.dead_letters_spike, 0, 1'000'000);
  return settings;
}

// Bounds of what is kept.
inline constexpr std::int64_t kDaysKept = 400;      // of day windows
inline constexpr int kNamesMax = 64;                // channels, and departments, of a tenant; one more is `other`
inline constexpr int kNamesPendingMax = 256;        // of each in an hour of a shard, until they are sent
inline constexpr int kAnswersMax = 16;              // of one survey: the newest
inline constexpr int kCaseStepsMax = 1000;          // of one case
inline constexpr std::int64_t kItemDaysKept = 90;   // after the last measure of an item
inline constexpr std::int64_t kAheadHoursMax = 24;  // a measure may run ahead of now by this much
inline constexpr int kPendingHoursMax = 48;         // more are sent at once
inline constexpr std::uint32_t kPendingDurationsMax = 2000;

// A spike of dead letters.
inline constexpr std::int64_t kSpikeTimesUsual = 5;  // of the mean of the hours before
inline constexpr std::int64_t kSpikeHoursBefore = 24;
inline constexpr std::int64_t kSpikeQuietHours = 24;  // until the same reason is alerted to again

// When shards tell the tenant's key, and when it reports.
inline constexpr Millis kSendEvery = std::chrono::minutes{1};
inline constexpr Millis kReportEvery = std::chrono::minutes{5};
inline constexpr Millis kImportEvery = std::chrono::hours{24};  // both, while history is imported
inline constexpr Millis kImportQuiet =
    std::chrono::hours{7 * 24};  // before the end of an import hours are not published

constexpr std::int64_t kHourMillis = 3'600'000;

constexpr std::int64_t hour_of(Timestamp at) { return to_millis(at) / kHourMillis; }
constexpr Timestamp hour_start(std::int64_t hour) { return from_millis(hour * kHourMillis); }

// The hour at which the tenant's day that contains `hour` began.
constexpr std::int64_t day_start(std::int64_t hour, const Settings& settings) {
  const std::int64_t shifted = hour - settings.day_starts_utc_hour;
  const std::int64_t day = shifted >= 0 ? shifted / 24 : (shifted - 23) / 24;
  return day * 24 + settings.day_starts_utc_hour;
}

// Whether a window's hour can no longer change. Exactly at the bound it still can.
constexpr bool is_frozen(std::int64_t hour, Timestamp now, const Settings& settings) {
  return now > hour_start(hour + 1) + std::chrono::days{settings.lateness_days};
}

}  // namespace earshot::insight
