#include "processors/insight/kpi_math.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "earshot/check.h"

namespace earshot {
namespace {

constexpr double kZ = 1.96;

double as_double(std::int64_t count) { return static_cast<double>(count); }

// The square root is the one function of <cmath> that IEEE defines to the last bit.
double root(double value) { return std::sqrt(value); }

ShareScore share_of(std::span<const std::int64_t> answers, std::size_t good_from) {
  ShareScore result;
  result.histogram.assign(answers.begin(), answers.end());
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    EARSHOT_CHECK(answers[i] >= 0, "nobody gives fewer than no answers");
    result.good.denominator += answers[i];
    if (i >= good_from) result.good.numerator += answers[i];
    sum += answers[i] * static_cast<std::int64_t>(i + 1);
  }
  result.interval = wilson_interval(result.good);
  result.mean = Ratio{sum, result.good.denominator}.value();
  result.low_n = is_low_count(result.good.denominator);
  return result;
}

}  // namespace

std::optional<double> Ratio::value() const {
  if (denominator == 0) return std::nullopt;
  return as_double(numerator) / as_double(denominator);
}

std::optional<std::int64_t> in_units(const Ratio& ratio, std::int64_t units) {
  if (ratio.denominator == 0) return std::nullopt;
  const std::int64_t scaled = ratio.numerator * units;
  const std::int64_t whole = scaled / ratio.denominator;
  const std::int64_t rest = std::abs(scaled % ratio.denominator);
  if (rest < std::abs(ratio.denominator) - rest) return whole;
  return whole + ((scaled < 0) == (ratio.denominator < 0) ? 1 : -1);
}

std::int64_t round_half_away(double value) {
  EARSHOT_CHECK(value > -0x1p62 && value < 0x1p62, "only numbers that fit 64 bits can be rounded");
  const auto whole = static_cast<std::int64_t>(value);
  const double rest = value - as_double(whole);
  if (rest >= 0.5) return whole + 1;
  return rest <= -0.5 ? whole - 1 : whole;
}

std::optional<Interval> wilson_interval(const Ratio& share) {
  const auto p = share.value();
  if (!p) return std::nullopt;
  const double n = as_double(share.denominator);
  const double shrink = 1 + kZ * kZ / n;
  const double centre = (*p + kZ * kZ / (2 * n)) / shrink;
  const double half = kZ * root(*p * (1 - *p) / n + kZ * kZ / (4 * n * n)) / shrink;
  // At a share of 0 or 1 the interval ends there, and only rounding says otherwise.
  return Interval{share.numerator == 0 ? 0 : std::max(0.0, centre - half),
                  share.numerator == share.denominator ? 1 : std::min(1.0, centre + half)};
}

std::optional<ShareDifference> share_difference(const Ratio& first, const Ratio& second) {
  const auto p = first.value();
  const auto q = second.value();
  if (!p || !q) return std::nullopt;
  const Interval a = *wilson_interval(first);
  const Interval b = *wilson_interval(second);
  const auto reach = [](double x, double y) { return root(x * x + y * y); };
  return ShareDifference{*p - *q, {*p - *q - reach(*p - a.low, b.high - *q), *p - *q + reach(a.high - *p, *q - b.low)}};
}

ShareScore csat(const std::array<std::int64_t, 5>& answers) { return share_of(answers, 3); }
ShareScore ces(const std::array<std::int64_t, 7>& answers) { return share_of(answers, 4); }

NpsCounts nps_counts(const std::array<std::int64_t, 11>& answers) {
  const auto sum = [&answers](std::ptrdiff_t from, std::ptrdiff_t to) {
    return std::accumulate(answers.begin() + from, answers.begin() + to, std::int64_t{0});
  };
  return {sum(9, 11), sum(7, 9), sum(0, 7)};
}

namespace {

// Answers are counted in quarters when adjusted, so n, P and D are doubles.
struct NpsParts {
  double n;
  double promoters;
  double detractors;
};

std::int64_t answers_of(const NpsCounts& counts) { return counts.promoters + counts.passives + counts.detractors; }

std::optional<NpsScore> nps_from(const NpsCounts& counts, const NpsParts& parts) {
  NpsScore result;
  result.count = answers_of(counts);
  if (result.count == 0) return std::nullopt;
  result.score = 100 * as_double(counts.promoters - counts.detractors) / as_double(result.count);
  const double balance = (parts.promoters - parts.detractors) / parts.n;
  const double variance = std::max(0.0, (parts.promoters + parts.detractors) / parts.n - balance * balance);
  result.centre = 100 * balance;
  result.standard_error = 100 * root(variance / parts.n);
  result.interval = {std::max(-100.0, result.centre - kZ * result.standard_error),
                     std::min(100.0, result.centre + kZ * result.standard_error)};
  result.low_n = is_low_count(result.count);
  return result;
}

}  // namespace

std::optional<NpsScore> nps_plain(const NpsCounts& counts) {
  return nps_from(counts, {as_double(answers_of(counts)), as_double(counts.promoters), as_double(counts.detractors)});
}

std::optional<NpsScore> nps_adjusted(const NpsCounts& counts) {
  auto result = nps_from(counts, {as_double(answers_of(counts)) + 3, as_double(counts.promoters) + 0.75,
                                  as_double(counts.detractors) + 0.75});
  if (result) result->adjusted = true;
  return result;
}

std::optional<NpsScore> nps(const NpsCounts& counts) {
  const std::int64_t n = answers_of(counts);
  const bool all_agree = counts.promoters == n || counts.passives == n || counts.detractors == n;  // no variance
  return is_low_count(n) || all_agree ? nps_adjusted(counts) : nps_plain(counts);
}

std::optional<NpsDifference> nps_difference(const NpsCounts& before, const NpsCounts& after) {
  const auto first = nps(before);
  const auto second = nps(after);
  if (!first || !second) return std::nullopt;
  const double error =
      root(first->standard_error * first->standard_error + second->standard_error * second->standard_error);
  const double z = (first->centre - second->centre) / error;
  return NpsDifference{z, std::fabs(z) > kZ};
}

ResponseRate response_rate(const ResponseCounts& counts) {
  return {{counts.answered, std::max<std::int64_t>(0, counts.sent - counts.bounced)}, {counts.answered, counts.sent}};
}

std::optional<double> post_stratified(std::span<const Stratum> strata) {
  double weighted = 0;
  std::int64_t size = 0;
  for (const Stratum& stratum : strata) {
    if (stratum.good.denominator < kSuppressedBelow) continue;
    weighted += as_double(stratum.size) * *stratum.good.value();
    size += stratum.size;
  }
  if (size == 0) return std::nullopt;
  return weighted / as_double(size);
}

std::optional<Interval> non_response_bounds(const Ratio& good, std::int64_t asked) {
  if (asked == 0) return std::nullopt;
  const std::int64_t silent = asked - good.denominator;
  return Interval{as_double(good.numerator) / as_double(asked), as_double(good.numerator + silent) / as_double(asked)};
}

std::vector<bool> suppressed_cells(std::span<const std::int64_t> counts) {
  std::vector<bool> suppressed(counts.size());
  std::size_t how_many = 0;
  std::size_t smallest_shown = counts.size();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    suppressed[i] = counts[i] < kSuppressedBelow;
    if (suppressed[i]) {
      how_many += 1;
    } else if (smallest_shown == counts.size() || counts[i] < counts[smallest_shown]) {
      smallest_shown = i;
    }
  }
  if (how_many == 1 && smallest_shown < counts.size()) suppressed[smallest_shown] = true;
  return suppressed;
}

}  // namespace earshot
