#include "base/log_exp.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/log_exp_pair.h"
#include "support/random_test.h"

namespace earshot {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The worst relative error seen, compared with libm's long double.
class Worst {
 public:
  void see(double at, double ours, long double theirs) {
    const long double error = theirs == 0 ? std::fabs(static_cast<long double>(ours))
                                          : std::fabs((static_cast<long double>(ours) - theirs) / theirs);
    if (error > error_) error_ = error, at_ = at;
  }
  double error() const {
    std::printf("worst relative error %.2e at %.17g\n", static_cast<double>(error_), at_);
    return static_cast<double>(error_);
  }
  double at() const { return at_; }

 private:
  long double error_ = 0;
  double at_ = 0;
};

double any_positive_double(Random& random) {
  return std::bit_cast<double>(random.next() % std::bit_cast<std::uint64_t>(kInfinity));
}

TEST(PortableLog, AgreesWithLongDoubleEverywhere) {
  Random random{test::seed_of_test(1)};
  Worst worst;
  for (int i = test::scaled(1'000'000); i > 0; --i) {
    for (const double x : {any_positive_double(random), random.unit() * 3, 1 + (random.unit() - 0.5) * 0x1p-20}) {
      worst.see(x, portable_log(x), std::log(static_cast<long double>(x)));
    }
  }
  EXPECT_LT(worst.error(), 2.5e-16) << "at " << worst.at();
}

TEST(PortableExp, AgreesWithLongDoubleEverywhere) {
  Random random{test::seed_of_test(2)};
  Worst worst;
  for (int i = test::scaled(1'000'000); i > 0; --i) {
    for (const double x : {random.unit() * 1416 - 708, random.unit() * 4 - 2, (random.unit() - 0.5) * 0x1p-20}) {
      worst.see(x, portable_exp(x), std::exp(static_cast<long double>(x)));
    }
  }
  EXPECT_LT(worst.error(), 2.5e-16) << "at " << worst.at();
}

TEST(PortableExpMinusOne, KeepsTheDigitsOfASmallArgument) {
  Random random{test::seed_of_test(3)};
  Worst worst;
  for (int i = test::scaled(1'000'000); i > 0; --i) {
    const double tiny = (random.unit() - 0.5) / static_cast<double>(1ull << random.below(60));
    for (const double x : {random.unit() * 1400 - 700, random.unit() * 4 - 2, tiny}) {
      worst.see(x, portable_exp_minus_one(x), std::expm1(static_cast<long double>(x)));
    }
  }
  EXPECT_LT(worst.error(), 4e-16) << "at " << worst.at();
}

TEST(PortablePow, IsGoodToTwoInTenToTheThirteen) {
  Random random{test::seed_of_test(4)};
  Worst worst;
  for (int i = test::scaled(1'000'000); i > 0; --i) {
    const double base = any_positive_double(random);
    const double exponent = (random.unit() * 1400 - 700) / std::log(base);
    worst.see(base, portable_pow(base, exponent),
              std::pow(static_cast<long double>(base), static_cast<long double>(exponent)));
  }
  EXPECT_LT(worst.error(), 2e-13) << "at " << worst.at();
}

TEST(PortableLogGamma, AgreesWithLongDoubleAlsoAtItsZeros) {
  Random random{test::seed_of_test(5)};
  Worst worst;
  const auto see = [&worst](double x) {
    worst.see(x, portable_log_gamma(x), std::lgamma(static_cast<long double>(x)));
  };
  for (int i = test::scaled(1'000'000); i > 0; --i) {
    const double near = (random.unit() - 0.5) / static_cast<double>(1ull << random.below(40));
    for (const double x : {random.unit() * 12, random.unit() * 2000, random.unit() * 1e-6, 1 + near, 2 + near}) {
      if (x > 0) see(x);
    }
  }
  EXPECT_LT(worst.error(), 2e-15) << "at " << worst.at();
}

TEST(PortableLogExp, TreatTheEdgesAsIeeeDoes) {
  EXPECT_EQ(portable_log(1), 0);
  EXPECT_EQ(portable_log(0), -kInfinity);
  EXPECT_EQ(portable_log(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(portable_log(-1)));
  EXPECT_TRUE(std::isnan(portable_log(std::nan(""))));
  EXPECT_NEAR(portable_log(std::numeric_limits<double>::denorm_min()), -744.4400719213812, 1e-12);

  EXPECT_EQ(portable_exp(0), 1);
  EXPECT_DOUBLE_EQ(portable_exp(1), 2.718281828459045);
  EXPECT_EQ(portable_exp(kInfinity), kInfinity);
  EXPECT_EQ(portable_exp(-kInfinity), 0);
  EXPECT_EQ(portable_exp(709.79), kInfinity);
  EXPECT_LT(portable_exp(709.78), kInfinity);
  EXPECT_EQ(portable_exp(-745.14), 0);
  EXPECT_EQ(portable_exp(-745.13), std::numeric_limits<double>::denorm_min());
  EXPECT_TRUE(std::isnan(portable_exp(std::nan(""))));
  EXPECT_EQ(portable_exp_minus_one(0), 0);
  EXPECT_EQ(portable_exp_minus_one(-kInfinity), -1);
  EXPECT_EQ(portable_pow(2, 10), 1024);

  EXPECT_EQ(portable_log_gamma(1), 0);
  EXPECT_EQ(portable_log_gamma(2), 0);
  EXPECT_TRUE(std::isnan(portable_log_gamma(0)));
  EXPECT_EQ(portable_log_gamma(kInfinity), kInfinity);
}

TEST(PortableLogExp, GiveEachOfAPairTheBitsThatItHasAlone) {
  Random random{test::seed_of_test(6)};
  const auto expect_same = [](const DoublePair& pair, double first, double second) {
    ASSERT_EQ(std::bit_cast<std::uint64_t>(pair[0]), std::bit_cast<std::uint64_t>(first)) << first;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(pair[1]), std::bit_cast<std::uint64_t>(second)) << second;
  };
  for (int i = test::scaled(1'000'000); i > 0; --i) {
    const double any = std::max(any_positive_double(random), std::numeric_limits<double>::min());
    const double usual = random.unit() * 3 + 0.1, power = random.unit() * 1416 - 708, small = random.unit() * 80 - 40;
    expect_same(log_of_normal(DoublePair{any, usual}), portable_log(any), portable_log(usual));
    expect_same(exp_of_moderate(DoublePair{power, small}), portable_exp(power), portable_exp(small));
    expect_same(exp_minus_one_of_moderate(DoublePair{small, usual}), portable_exp_minus_one(small),
                portable_exp_minus_one(usual));
    if (HasFatalFailure()) return;
  }
}

// The seed is fixed on purpose: the digest is what another machine must find too.
TEST(PortableLogExp, GiveTheSameBitsOnEveryMachine) {
  Random random{20240101};
  std::string bits;
  const auto keep = [&bits](double value) {
    for (auto word = std::bit_cast<std::uint64_t>(value); word != 0; word >>= 8) bits += static_cast<char>(word & 0xff);
    bits += '|';
  };
  for (int i = 0; i < 20'000; ++i) {
    const double x = any_positive_double(random);
    keep(portable_log(x));
    keep(portable_exp(random.unit() * 1400 - 700));
    keep(portable_exp_minus_one(random.unit() - 0.5));
    keep(portable_log_gamma(random.unit() * 1000 + 1e-9));
  }
  EXPECT_EQ(sha256_hex(bits), "48b215a2974dc8d442e11ffb23a3fa41c3d52aa2f1f1bfe6e605748878986976");
}

}  // namespace
}  // namespace earshot
