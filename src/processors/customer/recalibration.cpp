#include "processors/customer/recalibration.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace earshot {
namespace {

constexpr int kMostMoved = 150;
constexpr int kLevelMax = 995;
constexpr double kAlarmsMin = 50;  // fewer say nothing of a precision

// The corners of the line, in thousandths: of the promises, and of the levels.
std::pair<double, double> corner(const PromiseLevels& levels, int index) {
  if (index < 0) return {0, 0};
  if (index >= kPromises) return {1000, 1000};
  return {promise_at(index), static_cast<double>(levels[static_cast<std::size_t>(index)])};
}

}  // namespace

// Who said at least so much would have alarmed.
std::optional<double> level_that_keeps(std::vector<Said>& said, int promise_permille) {
  std::sort(said.begin(), said.end(),
            [](const Said& a, const Said& b) { return a.most != b.most ? a.most > b.most : a.reached < b.reached; });
  std::optional<double> level;
  std::int64_t right = 0;
  for (std::size_t i = 0; i < said.size(); ++i) {
    right += said[i].reached ? 1 : 0;
    const bool is_last_of_level = i + 1 == said.size() || said[i + 1].most < said[i].most;
    if (is_last_of_level && right * 1000 >= static_cast<std::int64_t>(i + 1) * promise_permille) level = said[i].most;
  }
  return level;
}

namespace {

std::optional<PromiseLevels> learn(std::vector<Said> said) {
  const auto reached =
      static_cast<std::size_t>(std::count_if(said.begin(), said.end(), [](const Said& one) { return one.reached; }));
  if (said.size() < kRecalibrationSilencesMin || reached < kRecalibrationReachedMin ||
      said.size() - reached < kRecalibrationReachedMin)
    return std::nullopt;
  PromiseLevels levels{};
  std::int64_t before = 0;
  for (int i = 0; i < kPromises; ++i) {
    const int promise = promise_at(i);
    const auto kept = level_that_keeps(said, promise);
    const auto wanted = kept ? static_cast<std::int64_t>(*kept * 1000 + 0.5) : promise + kMostMoved;
    const auto level =
        std::min<std::int64_t>(kLevelMax, std::clamp<std::int64_t>(wanted, promise - kMostMoved, promise + kMostMoved));
    before = std::max(before, level);
    levels[static_cast<std::size_t>(i)] = before;
  }
  return levels;
}

// How far what came was from what was promised, over the promises together.
double distance(const std::vector<Said>& said, const std::optional<PromiseLevels>& levels) {
  double sum = 0;
  for (const double promise : {0.6, 0.7, 0.8, 0.9}) {
    const double level = level_of(levels, promise);
    double alarms = 0, right = 0;
    for (const Said& one : said) {
      if (one.most < level) continue;
      alarms += 1;
      right += one.reached ? 1 : 0;
    }
    if (alarms >= kAlarmsMin) sum += std::fabs(right / alarms - promise);
  }
  return sum;
}

}  // namespace

std::optional<PromiseLevels> recalibrate(const std::vector<Said>& said) {
  const auto middle = said.begin() + static_cast<std::ptrdiff_t>(said.size() / 2);
  const auto of_older = learn({said.begin(), middle});
  const std::vector<Said> newer(middle, said.end());
  if (!of_older || distance(newer, of_older) >= distance(newer, std::nullopt)) return std::nullopt;
  return learn(said);
}

double level_of(const std::optional<PromiseLevels>& levels, double promise) {
  if (!levels) return promise;
  const double permille = promise * 1000;
  int to = 0;
  while (to < kPromises && corner(*levels, to).first < permille) ++to;
  const auto [x0, y0] = corner(*levels, to - 1);
  const auto [x1, y1] = corner(*levels, to);
  return (y0 + (y1 - y0) * (permille - x0) / (x1 - x0)) / 1000;
}

double promise_of(const std::optional<PromiseLevels>& levels, double level) {
  if (!levels) return level;
  const double permille = level * 1000;
  int to = 0;
  while (to < kPromises && corner(*levels, to).second < permille) ++to;
  const auto [x0, y0] = corner(*levels, to - 1);
  const auto [x1, y1] = corner(*levels, to);
  if (y1 <= y0) return x1 / 1000;
  return (x0 + (x1 - x0) * (permille - y0) / (y1 - y0)) / 1000;
}

std::optional<PromiseLevels> levels_of(std::span<const std::int64_t> permille) {
  if (permille.size() != kPromises) return std::nullopt;
  PromiseLevels levels;
  std::copy(permille.begin(), permille.end(), levels.begin());
  return levels;
}

}  // namespace earshot
