// Logarithms of odds into probabilities, in whole numbers: the same answer from every compiler, library and processor.
#pragma once

#include <array>
#include <cstdint>

namespace earshot::text {

// 16 bits after the point.
using Fixed = std::int64_t;
inline constexpr Fixed kFixedOne = 1 << 16;
inline constexpr Fixed kFixedLimit = 20 * kFixedOne;  // e^-20 is below a millionth of a per mille

namespace detail {

// 2^(-i/256) with 30 bits, from the series of e^x in plain additions and multiplications.
constexpr std::array<std::int64_t, 257> negative_powers_of_two() {
  std::array<std::int64_t, 257> table{};
  for (int i = 0; i <= 256; ++i) {
    const double x = -0.69314718055994530942 * i / 256.0;
    double term = 1.0;
    double sum = 1.0;
    for (int n = 1; n < 24; ++n) {
      term = term * x / n;
      sum += term;
    }
    table[static_cast<std::size_t>(i)] = static_cast<std::int64_t>(sum * (1 << 30) + 0.5);
  }
  return table;
}
inline constexpr auto kNegativePowersOfTwo = negative_powers_of_two();

}  // namespace detail

// e^-x with 30 bits after the point, for x >= 0.
constexpr std::int64_t exp_of_negative(Fixed x) {
  if (x >= kFixedLimit) return 0;
  constexpr Fixed kLog2OfE = 94548;              // 1.442695 with 16 bits
  const std::int64_t power = x * kLog2OfE >> 8;  // x in halvings, with 24 bits
  const auto whole = static_cast<int>(power >> 24);
  const auto step = static_cast<std::size_t>(power >> 16 & 0xff);
  const std::int64_t rest = power & 0xffff;
  const std::int64_t high = detail::kNegativePowersOfTwo[step];
  const std::int64_t low = detail::kNegativePowersOfTwo[step + 1];
  return (high - ((high - low) * rest >> 16)) >> whole;
}

// 1000 / (1 + e^-x), rounded.
constexpr std::uint16_t sigmoid_permille(Fixed x) {
  constexpr std::int64_t kOne = 1 << 30;
  const std::int64_t small = exp_of_negative(x < 0 ? -x : x);
  const std::int64_t numerator = x < 0 ? small : kOne;
  return static_cast<std::uint16_t>((numerator * 1000 + (kOne + small) / 2) / (kOne + small));
}

// Shares of e^x in per mille; they add up to 1000.
constexpr std::array<std::uint16_t, 3> softmax_permille(std::array<Fixed, 3> x) {
  Fixed largest = x[0] > x[1] ? x[0] : x[1];
  largest = largest > x[2] ? largest : x[2];
  std::array<std::int64_t, 3> e{};
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < 3; ++i) sum += e[i] = exp_of_negative(largest - x[i]);
  std::array<std::uint16_t, 3> permille{};
  std::size_t top = 0;
  int left = 1000;
  for (std::size_t i = 0; i < 3; ++i) {
    permille[i] = static_cast<std::uint16_t>((e[i] * 1000 + sum / 2) / sum);
    left -= permille[i];
    if (e[i] > e[top]) top = i;
  }
  permille[top] = static_cast<std::uint16_t>(permille[top] + left);
  return permille;
}

// The largest whole number whose square is not above `value`, which must be below 2^62.
constexpr std::int64_t whole_root(std::int64_t value) {
  std::int64_t root = 0;
  for (std::int64_t bit = std::int64_t{1} << 30; bit > 0; bit >>= 1) {
    if ((root + bit) * (root + bit) <= value) root += bit;
  }
  return root;
}

}  // namespace earshot::text
