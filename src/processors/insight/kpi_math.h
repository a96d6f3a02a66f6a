// The arithmetic behind satisfaction KPIs: shares with Wilson intervals (CSAT, CES), NPS with its interval and the test
// of a difference, response rates and their bounds, and when a number is too small to be shown.
//
// No data is not zero: whatever has a denominator of 0 is absent. Every ratio comes as numerator, denominator and
// value. Inputs are whole counts, so the same counts give the same bits on every machine (IEEE + - * / and square root
// only). Intervals have z = 1.96, that is 95 %.
//
// Pure functions; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace earshot {

inline constexpr std::int64_t kLowCount = 30;        // below it a result is flagged
inline constexpr std::int64_t kSuppressedBelow = 5;  // below it a breakdown by trait or employee is not shown

struct Interval {
  double low = 0;
  double high = 0;
};

struct Ratio {
  std::int64_t numerator = 0;
  std::int64_t denominator = 0;
  std::optional<double> value() const;  // nothing for a denominator of 0
};

// numerator/denominator in whole `units` (10,000 gives percent to two places), rounded half away from zero, exactly.
// The product must fit 64 bits. Nothing for a denominator of 0.
std::optional<std::int64_t> in_units(const Ratio& ratio, std::int64_t units);

// The nearest whole number, half away from zero: for display, and to store `value * 1000` as an integer.
std::int64_t round_half_away(double value);

// The Wilson interval of a share. Nothing for a denominator of 0.
std::optional<Interval> wilson_interval(const Ratio& share);

// first - second, with Newcombe's hybrid interval of a difference of independent shares from their Wilson intervals
// (Newcombe 1998, Statistics in Medicine 17, method 10). Nothing if a denominator is 0.
struct ShareDifference {
  double value = 0;
  Interval interval;
};
std::optional<ShareDifference> share_difference(const Ratio& first, const Ratio& second);

// ---- answers on a scale -------------------------------------------------------------------------------------------

// A share of good answers with the mean and the whole histogram: CSAT (4 or 5 of 1-5) and CES (5 to 7 of 1-7).
struct ShareScore {
  Ratio good;
  std::optional<Interval> interval;
  std::optional<double> mean;  // of the scores
  std::vector<std::int64_t> histogram;
  bool low_n = true;
};

// How many answers had each score, lowest score first.
ShareScore csat(const std::array<std::int64_t, 5>& answers);
ShareScore ces(const std::array<std::int64_t, 7>& answers);

// ---- NPS ----------------------------------------------------------------------------------------------------------

struct NpsCounts {
  std::int64_t promoters = 0;   // 9, 10
  std::int64_t passives = 0;    // 7, 8
  std::int64_t detractors = 0;  // 0 to 6
};

NpsCounts nps_counts(const std::array<std::int64_t, 11>& answers);  // by score from 0

struct NpsScore {
  std::int64_t count = 0;
  double score = 0;           // 100 (P-D)/n
  double centre = 0;          // of the interval: the score, or shifted when adjusted
  double standard_error = 0;  // of the centre
  Interval interval;          // clipped to [-100, 100]
  bool adjusted = false;
  bool low_n = true;
};

// The plain interval; adjusted (n+3, P+0.75, D+0.75 in the same formulas) for n < 30 or when all answers agree, where
// the plain one is useless. Nothing without answers.
std::optional<NpsScore> nps(const NpsCounts& counts);
std::optional<NpsScore> nps_plain(const NpsCounts& counts);
std::optional<NpsScore> nps_adjusted(const NpsCounts& counts);

struct NpsDifference {
  double z = 0;          // (centre before - centre after) / sqrt(SE² + SE²)
  bool changed = false;  // |z| > 1.96
};

// Nothing if a period has no answers. Uses the centre and error that nps() shows for each.
std::optional<NpsDifference> nps_difference(const NpsCounts& before, const NpsCounts& after);

// ---- response -----------------------------------------------------------------------------------------------------

struct ResponseCounts {
  std::int64_t sent = 0;
  std::int64_t bounced = 0;   // of those sent
  std::int64_t answered = 0;  // instances with a counted answer
};

struct ResponseRate {
  Ratio of_delivered;  // answered / (sent - bounced)
  Ratio of_sent;       // answered / sent: the conservative form
};

ResponseRate response_rate(const ResponseCounts& counts);

// A stratum of the customers asked: how many there are, and the answers of those who answered.
struct Stratum {
  std::int64_t size = 0;
  Ratio good;
};

// The share of good answers weighted by the sizes of the strata, over strata of at least kSuppressedBelow answers.
// Nothing if there is none.
std::optional<double> post_stratified(std::span<const Stratum> strata);

// What the share would be if all who did not answer were bad, and if all were good. Nothing if nobody was asked.
std::optional<Interval> non_response_bounds(const Ratio& good, std::int64_t asked);

// ---- small numbers ------------------------------------------------------------------------------------------------

constexpr bool is_low_count(std::int64_t count) { return count < kLowCount; }

// Which cells of a breakdown by customer trait or employee must be shown as `<5` only: those below kSuppressedBelow,
// and, if that is just one, the smallest other (the first of equals), since the one could be found by subtraction.
std::vector<bool> suppressed_cells(std::span<const std::int64_t> counts);

}  // namespace earshot
