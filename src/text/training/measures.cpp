#include "text/training/measures.h"

#include <algorithm>
#include <cmath>

namespace earshot::text {

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0.0; }
double share_against(std::uint16_t permille, std::uint16_t other) {
  const double share = permille / 1000.0;
  return share / std::max(1e-9, share + other / 1000.0);
}
double f1_of(double right, double answered, double gold) { return ratio(2 * right, answered + gold); }

Bins bins_of(const std::vector<Chance>& chances) {
  Bins bins;
  for (const Chance& chance : chances) {
    ReliabilityBin& bin = bins[std::min(bins.size() - 1, static_cast<std::size_t>(chance.p * bins.size()))];
    ++bin.rows;
    bin.claimed += chance.p;
    bin.true_share += chance.is_true ? 1 : 0;
  }
  for (ReliabilityBin& bin : bins) {
    bin.claimed = ratio(bin.claimed, static_cast<double>(bin.rows));
    bin.true_share = ratio(bin.true_share, static_cast<double>(bin.rows));
  }
  return bins;
}

double calibration_error(const Bins& bins) {
  double error = 0;
  double rows = 0;
  for (const ReliabilityBin& bin : bins) {
    error += std::abs(bin.claimed - bin.true_share) * static_cast<double>(bin.rows);
    rows += static_cast<double>(bin.rows);
  }
  return ratio(error, rows);
}

double brier(const std::vector<Chance>& chances) {
  double sum = 0;
  for (const Chance& chance : chances) {
    const double miss = chance.p - (chance.is_true ? 1 : 0);
    sum += miss * miss;
  }
  return ratio(sum, static_cast<double>(chances.size()));
}

std::vector<Chance> ranked(std::vector<Chance> chances) {
  std::stable_sort(chances.begin(), chances.end(), [](const Chance& a, const Chance& b) { return a.p > b.p; });
  return chances;
}

double true_ones(const std::vector<Chance>& chances) {
  return static_cast<double>(std::count_if(chances.begin(), chances.end(), [](const Chance& c) { return c.is_true; }));
}

double average_precision(const std::vector<Chance>& chances) {
  double found = 0;
  double sum = 0;
  double rank = 0;
  for (const Chance& chance : ranked(chances)) {
    ++rank;
    if (chance.is_true) sum += ++found / rank;
  }
  return ratio(sum, found);
}

double recall_at_precision(const std::vector<Chance>& chances, double precision) {
  const double all = true_ones(chances);
  double found = 0;
  double rank = 0;
  double best = 0;
  for (const Chance& chance : ranked(chances)) {
    ++rank;
    found += chance.is_true ? 1 : 0;
    if (found / rank >= precision) best = ratio(found, all);
  }
  return best;
}

double area_under_curve(std::vector<Chance> chances) {
  std::sort(chances.begin(), chances.end(), [](const Chance& a, const Chance& b) { return a.p < b.p; });
  double rank_sum = 0;
  double positives = 0;
  for (std::size_t i = 0; i < chances.size();) {
    std::size_t j = i;
    while (j < chances.size() && chances[j].p == chances[i].p) ++j;
    for (std::size_t k = i; k < j; ++k) {
      if (!chances[k].is_true) continue;
      rank_sum += static_cast<double>(i + j + 1) / 2;
      ++positives;
    }
    i = j;
  }
  const double negatives = static_cast<double>(chances.size()) - positives;
  return ratio(rank_sum - positives * (positives + 1) / 2, positives * negatives);
}

}  // namespace earshot::text
