#include "base/log_exp.h"

#include <iterator>
#include <limits>

#include "base/log_exp_pair.h"

namespace earshot {
namespace {

static_assert(std::numeric_limits<double>::is_iec559, "needs IEEE doubles");

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double portable_log(double x) {
  if (!(x > 0)) return x == 0 ? -kInfinity : kNotANumber;
  if (x == kInfinity) return x;
  if (x >= std::numeric_limits<double>::min()) return log_of_normal(x);
  auto of_normal = scaled(x * 0x1p54);
  of_normal.exponent -= 54;
  return log_of(of_normal);
}

double portable_exp(double x) {
  if (x != x) return x;
  if (x > 709.782712893384) return kInfinity;
  if (x < -745.1332191019412) return 0;
  if (x > -708 && x < 708) return exp_of_moderate(x);
  const auto [k, r] = reduced(x);
  const double one_more = 1 + exp_fraction(r);
  return x > 0 ? one_more * 2 * power_of_two<double>(k - 1) : one_more * power_of_two<double>(k + 54) * 0x1p-54;
}

double portable_exp_minus_one(double x) {
  return x > -40 && x < 700 ? exp_minus_one_of_moderate(x) : portable_exp(x) - 1;
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
