// The arithmetic of log_exp.h for one double or, as processors can, for two at once: each of a pair comes out with the
// bits that it has alone. Without branches, and without the edges that log_exp.h takes care of. Always inline: a call
// would put every register of a pair aside.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

namespace earshot {

using DoublePair [[gnu::vector_size(16)]] = double;
using BitsPair [[gnu::vector_size(16)]] = std::uint64_t;

template <class D>  // double or DoublePair
using BitsOf = std::conditional_t<std::is_same_v<D, double>, std::uint64_t, BitsPair>;

inline constexpr int kMantissaBits = 52;
inline constexpr std::uint64_t kExponentMask = 0xfffull << kMantissaBits;
inline constexpr std::uint64_t kOneBits = 0x3ffull << kMantissaBits;

// ln 2 in two parts. The first has 32 zero bits at its end, so that its product with an exponent is exact.
inline constexpr double kLn2High = 0x1.62e42feep-1;
inline constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

// x = 2^exponent (1 + fraction), with 1 + fraction between sqrt(1/2) and sqrt(2). For a normal x above 0.
template <class D>
struct Scaled {
  D exponent, fraction;
};
template <class D>
[[gnu::always_inline]] inline Scaled<D> scaled(D x) {
  constexpr std::uint64_t kCarryFromSqrt2 = (1ull << kMantissaBits) - 0x6a09e667f3bcdull;
  constexpr double kTwo52 = 0x1p52;  // a whole number in its last bits is one more in its value
  const auto bits = std::bit_cast<BitsOf<D>>(x);
  const auto carried = bits + kCarryFromSqrt2;
  const auto exponent = (carried >> kMantissaBits) | std::bit_cast<std::uint64_t>(kTwo52);
  const auto mantissa = bits - ((carried & kExponentMask) - kOneBits);
  return {std::bit_cast<D>(exponent) - (kTwo52 + 1023), std::bit_cast<D>(mantissa) - 1};
}

// 2/3 + 2z/5 + 2z²/7 + …, summed pairwise so that the processor can work on several terms at once.
template <class D>
[[gnu::always_inline]] inline D atanh_tail(D z) {
  const D z2 = z * z;
  const D z4 = z2 * z2;
  const D z8 = z4 * z4;
  const D low = (2.0 / 3 + z * (2.0 / 5)) + z2 * (2.0 / 7 + z * (2.0 / 9));
  const D middle = (2.0 / 11 + z * (2.0 / 13)) + z2 * (2.0 / 15 + z * (2.0 / 17));
  const D high = (2.0 / 19 + z * (2.0 / 21)) + z2 * (2.0 / 23);
  return low + z4 * middle + z8 * high;
}

// With s = f/(2+f), ln(1+f) = 2 atanh(s) = 2s + s (s² tail), and since 2s = f - s f, the exact f can be left to the
// end: ln(1+f) = f - s (f - s² tail).
template <class D>
[[gnu::always_inline]] inline D log_of(const Scaled<D>& x) {
  const D f = x.fraction;
  const D s = f / (2 + f);
  const D z = s * s;
  const D correction = s * (f - z * atanh_tail(z));
  return x.exponent * kLn2High - ((correction - x.exponent * kLn2Low) - f);
}

// For a normal x above 0, and not infinity.
template <class D>
[[gnu::always_inline]] inline D log_of_normal(D x) {
  return log_of(scaled(x));
}

// 1/2! + r/3! + r²/4! + … up to r¹¹/13!, enough for |r| <= ln(2)/2.
template <class D>
[[gnu::always_inline]] inline D exp_tail(D r) {
  const D r2 = r * r;
  const D r4 = r2 * r2;
  const D r8 = r4 * r4;
  const D low = (1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
  const D middle = (1.0 / 720 + r * (1.0 / 5040)) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
  const D high = (1.0 / 3628800 + r * (1.0 / 39916800)) + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800));
  return low + r4 * middle + r8 * high;
}

// x = k ln 2 + r with |r| <= ln(2)/2. For |x| below 1,000.
template <class D>
struct Reduced {
  BitsOf<D> k;  // in two's complement
  D r;
};
template <class D>
[[gnu::always_inline]] inline Reduced<D> reduced(D x) {
  constexpr double kLog2E = 0x1.71547652b82fep+0;
  constexpr double kRoundToWhole = 0x1.8p52;  // adding it leaves no bits for a fraction
  const D rounded = x * kLog2E + kRoundToWhole;
  const D whole = rounded - kRoundToWhole;
  return {std::bit_cast<BitsOf<D>>(rounded) - std::bit_cast<std::uint64_t>(kRoundToWhole),
          (x - whole * kLn2High) - whole * kLn2Low};
}

// 2^k, which must be normal.
template <class D>
[[gnu::always_inline]] inline D power_of_two(BitsOf<D> k) {
  return std::bit_cast<D>((k << kMantissaBits) + kOneBits);
}

// e^r - 1
template <class D>
[[gnu::always_inline]] inline D exp_fraction(D r) {
  return r + r * r * exp_tail(r);
}

// For |x| <= 708.
template <class D>
[[gnu::always_inline]] inline D exp_of_moderate(D x) {
  const auto [k, r] = reduced(x);
  return (1 + exp_fraction(r)) * power_of_two<D>(k);
}

// 2^k (1 + fraction) - 1 = (2^k - 1) + 2^k fraction, which is the fraction alone for a small x. For x between -40 and
// 700.
template <class D>
[[gnu::always_inline]] inline D exp_minus_one_of_moderate(D x) {
  const auto [k, r] = reduced(x);
  const D scale = power_of_two<D>(k);
  return (scale - 1) + scale * exp_fraction(r);
}

}  // namespace earshot
