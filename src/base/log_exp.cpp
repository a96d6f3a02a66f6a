#include "base/log_exp.h"

#include <bit>
#include <cstdint>
#include <iterator>
#include <limits>

namespace earshot {
namespace {

static_assert(std::numeric_limits<double>::is_iec559, "needs IEEE doubles");

// ln 2 in two parts. The first has 32 zero bits at its end, so that its product with an exponent is exact.
constexpr double kLn2High = 0x1.62e42feep-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kLog2E = 0x1.71547652b82fep+0;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

constexpr int kMantissaBits = 52;
constexpr std::uint64_t kMantissaMask = (1ull << kMantissaBits) - 1;
constexpr std::uint64_t kOneBits = 0x3ffull << kMantissaBits;
constexpr std::uint64_t kSqrt2Mantissa = 0x6a09e667f3bcdull;

// 2^exponent for a normal result.
double power_of_two(std::int64_t exponent) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << kMantissaBits);
}

// 2/3 + 2z/5 + 2z²/7 + …, summed pairwise so that the processor can work on several terms at once.
double atanh_tail(double z) {
  const double z2 = z * z;
  const double z4 = z2 * z2;
  const double z8 = z4 * z4;
  const double low = (2.0 / 3 + z * (2.0 / 5)) + z2 * (2.0 / 7 + z * (2.0 / 9));
  const double middle = (2.0 / 11 + z * (2.0 / 13)) + z2 * (2.0 / 15 + z * (2.0 / 17));
  const double high = (2.0 / 19 + z * (2.0 / 21)) + z2 * (2.0 / 23);
  return low + z4 * middle + z8 * high;
}

// 1/2! + r/3! + r²/4! + … up to r¹¹/13!, enough for |r| <= ln(2)/2.
double exp_tail(double r) {
  const double r2 = r * r;
  const double r4 = r2 * r2;
  const double r8 = r4 * r4;
  const double low = (1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
  const double middle = (1.0 / 720 + r * (1.0 / 5040)) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
  const double high = (1.0 / 3628800 + r * (1.0 / 39916800)) + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800));
  return low + r4 * middle + r8 * high;
}

}  // namespace

// x = 2^k (1+f) with 1+f between sqrt(1/2) and sqrt(2). With s = f/(2+f), ln(1+f) = 2 atanh(s) = 2s + s (s² tail), and
// since 2s = f - s f, the exact f can be left to the end: ln(1+f) = f - s (f - s² tail).
double portable_log(double x) {
  if (!(x > 0)) return x == 0 ? -kInfinity : kNotANumber;
  if (x == kInfinity) return x;
  std::int64_t k = 0;
  if (x < std::numeric_limits<double>::min()) {  // subnormal
    x *= 0x1p54;
    k = -54;
  }
  const auto bits = std::bit_cast<std::uint64_t>(x);
  k += static_cast<std::int64_t>(bits >> kMantissaBits) - 1023;
  const std::uint64_t mantissa = bits & kMantissaMask;
  const std::uint64_t above_sqrt2 =
      mantissa >= kSqrt2Mantissa ? 1 : 0;  // arithmetic, not a branch: it is a coin's toss
  k += static_cast<std::int64_t>(above_sqrt2);
  const double m = std::bit_cast<double>((kOneBits - (above_sqrt2 << kMantissaBits)) | mantissa);
  const double f = m - 1;
  const double s = f / (2 + f);
  const double z = s * s;
  const double correction = s * (f - z * atanh_tail(z));
  const auto exponent = static_cast<double>(k);
  return exponent * kLn2High - ((correction - exponent * kLn2Low) - f);
}

namespace {

struct Power {  // e^x = 2^k (1 + fraction)
  double fraction;
  std::int64_t k;
};

// x = k ln 2 + r with |r| <= ln(2)/2, and e^r = 1 + fraction. For |x| below 1,000.
Power split_power(double x) {
  constexpr double kRoundToWhole = 0x1.8p52;  // adding it leaves no bits for a fraction
  const double whole = (x * kLog2E + kRoundToWhole) - kRoundToWhole;
  const double r = (x - whole * kLn2High) - whole * kLn2Low;
  return {r + r * r * exp_tail(r), static_cast<std::int64_t>(whole)};
}

}  // namespace

double portable_exp(double x) {
  if (x != x) return x;
  if (x > 709.782712893384) return kInfinity;
  if (x < -745.1332191019412) return 0;
  const auto [fraction, k] = split_power(x);
  if (k > 1023) return (1 + fraction) * 2 * power_of_two(k - 1);
  if (k < -1022) return (1 + fraction) * power_of_two(k + 54) * 0x1p-54;
  return (1 + fraction) * power_of_two(k);
}

// 2^k (1 + fraction) - 1 = (2^k - 1) + 2^k fraction, which is the fraction alone for a small x.
double portable_exp_minus_one(double x) {
  if (!(x > -40 && x < 700)) return portable_exp(x) - 1;
  const auto [fraction, k] = split_power(x);
  const double scale = power_of_two(k);
  return (scale - 1) + scale * fraction;
}

double portable_pow(double base, double exponent) { return portable_exp(exponent * portable_log(base)); }

namespace {

// (-1)^k (zeta(k) - 1) / k from k = 2: the Taylor coefficients of ln Gamma(2 + z) after its linear term.
constexpr double kLogGammaAtTwo[] = {
    0.3224670334241132,     -0.0673523010531981,     0.020580808427784546,   -0.007385551028673986,
    0.0028905103307415234,  -0.001192753911703261,   0.0005096695247430425,  -0.00022315475845357939,
    9.945751278180853e-05,  -4.492623673813314e-05,  2.050721277567069e-05,  -9.439488275268397e-06,
    4.374866789907488e-06,  -2.039215753801366e-06,  9.55141213040742e-07,   -4.492469198764566e-07,
    2.1207184805554665e-07, -1.0043224823968099e-07, 4.7698101693639804e-08, -2.2711094608943164e-08,
    1.0838659214896955e-08, -5.183475041970047e-09,  2.4836745438024785e-09, -1.1921401405860912e-09,
    5.731367241678862e-10};
constexpr double kOneMinusEulerGamma = 0.42278433509846713;
constexpr double kHalfLogTwoPi = 0.9189385332046727;

// ln Gamma(2 + z) for |z| <= 1/2.
double log_gamma_near_two(double z) {
  double sum = 0;
  for (int i = static_cast<int>(std::size(kLogGammaAtTwo)) - 1; i >= 0; --i) sum = kLogGammaAtTwo[i] + z * sum;
  return z * (kOneMinusEulerGamma + z * sum);
}

// Stirling's series, for x >= 10.
double log_gamma_far(double x) {
  const double inverse = 1 / x;
  const double z = inverse * inverse;
  const double series =
      inverse * (1.0 / 12 -
                 z * (1.0 / 360 -
                      z * (1.0 / 1260 - z * (1.0 / 1680 - z * (1.0 / 1188 - z * (691.0 / 360360 - z * (1.0 / 156)))))));
  return (x - 0.5) * portable_log(x) - x + kHalfLogTwoPi + series;
}

}  // namespace

// Gamma(x+1) = x Gamma(x) leads every x below 10 to the neighbourhood of 2, where a Taylor series keeps the digits that
// a difference of large terms would lose at the zeros 1 and 2.
double portable_log_gamma(double x) {
  if (!(x > 0)) return kNotANumber;
  if (x >= 10) return x == kInfinity ? x : log_gamma_far(x);
  if (x < 0.5) return log_gamma_near_two(x) - portable_log(x) - portable_log(1 + x);
  if (x < 1.5) return log_gamma_near_two(x - 1) - portable_log(x);
  double product = 1;
  while (x > 2.5) {
    x -= 1;
    product *= x;
  }
  return log_gamma_near_two(x - 2) + portable_log(product);
}

}  // namespace earshot
