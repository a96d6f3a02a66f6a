// Plain measures of how good answers are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace earshot::text {

inline constexpr std::size_t kReliabilityBins = 15;

// Rows whose chance lies in one of 15 equal parts of [0, 1].
struct ReliabilityBin {
  std::size_t rows = 0;
  double claimed = 0;  // mean chance
  double true_share = 0;
};
using Bins = std::array<ReliabilityBin, kReliabilityBins>;

// What was claimed of a row, and what was true.
struct Chance {
  double p = 0;
  bool is_true = false;
};

double ratio(double part, double whole);  // 0 of nothing
// The first of two shares of a thousand against the other, to the last bit as whoever reads them as decimals finds it:
// many stand on the border of two bins.
double share_against(std::uint16_t permille, std::uint16_t other);
double f1_of(double right, double answered, double gold);

Bins bins_of(const std::vector<Chance>& chances);
double calibration_error(const Bins& bins);
double brier(const std::vector<Chance>& chances);

// Surest first; equal ones keep their order.
std::vector<Chance> ranked(std::vector<Chance> chances);

double true_ones(const std::vector<Chance>& chances);
double average_precision(const std::vector<Chance>& chances);
double recall_at_precision(const std::vector<Chance>& chances, double precision);

// The chance that a true row ranks above a false one; equal ranks count half.
double area_under_curve(std::vector<Chance> chances);

}  // namespace earshot::text
