#include "processors/insight/sketch.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace earshot {
namespace {

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

Quantiles of(std::initializer_list<std::int64_t> values) {
  Quantiles quantiles;
  for (const std::int64_t value : values) quantiles.add(value);
  return quantiles;
}

Quantiles counting_to(std::int64_t last) {
  Quantiles quantiles;
  for (std::int64_t value = 1; value <= last; ++value) quantiles.add(value);
  return quantiles;
}

TEST(Quantiles, OfNothingAreAbsent) {
  const Quantiles none;
  EXPECT_FALSE(none.at(500) || none.mean() || none.max());
  EXPECT_EQ(none.count(), 0);
  EXPECT_EQ(none.bytes(), "");
  EXPECT_EQ(Quantiles::parse("").value(), none);
}

TEST(Quantiles, AreNearestRank) {
  EXPECT_EQ(of({40, 10, 30, 20}).at(500), 20);  // the lower middle value
  EXPECT_EQ(of({50, 10, 30, 20, 40}).at(500), 30);
  EXPECT_EQ(of({40, 10, 30, 20}).at(900), 40);
  EXPECT_EQ(of({40, 10, 30, 20}).at(250), 10);
  EXPECT_EQ(of({40, 10, 30, 20}).at(251), 20);
  EXPECT_EQ(of({40, 10}).at(0), 10);
  EXPECT_EQ(of({40, 10}).at(1000), 40);
  EXPECT_EQ(of({7}).at(500), 7);
  EXPECT_EQ(counting_to(1000).at(900), 900);
  EXPECT_EQ(counting_to(1001).at(900), 901);
}

TEST(Quantiles, ComeWithMeanAndMaximum) {
  EXPECT_EQ(of({1, 2, 4}).mean(), 2);
  EXPECT_EQ(of({1, 2}).mean(), 2);  // 1.5, away from zero
  EXPECT_EQ(of({1, 2, 4}).max(), 4);
  EXPECT_EQ(of({0}).mean(), 0);
  EXPECT_EQ(of({kLargest, kLargest, kLargest}).mean(), kLargest);
  EXPECT_EQ(of({kLargest, kLargest, kLargest}).max(), kLargest);
}

TEST(Quantiles, AreExactUpTo4096Values) {
  Quantiles quantiles = counting_to(4096);
  EXPECT_TRUE(quantiles.is_exact());
  EXPECT_EQ(quantiles.at(500), 2048);
  quantiles.add(4097);
  EXPECT_FALSE(quantiles.is_exact());
  EXPECT_NEAR(static_cast<double>(quantiles.at(500).value()), 2049, 20.49 + 0.5);
  EXPECT_EQ(quantiles.max(), 4097);
  EXPECT_EQ(quantiles.mean(), 2049);
  EXPECT_EQ(quantiles.count(), 4097);
}

TEST(Buckets, AnswerAnHourWithinAFifthOfAPercent) {
  EXPECT_EQ(bucket_of(3600), 410);
  EXPECT_NEAR(answer_of_bucket(410), 3605.5, 0.05);
}

TEST(Buckets, NeedLessThanAThousandForTenYears) {
  EXPECT_EQ(bucket_of(1), 0);
  EXPECT_EQ(bucket_of(10ll * 365 * 86'400), 979);
}

TEST(Buckets, AreTheLogarithmRoundedUp) {
  const double log_gamma = std::log(101.0 / 99);
  for (std::int64_t value = 1; value < 3'000'000'000'000; value += 1 + value / 1000) {
    ASSERT_EQ(bucket_of(value), static_cast<int>(std::ceil(std::log(static_cast<double>(value)) / log_gamma))) << value;
  }
}

TEST(Buckets, AreWithinOnePercentUpToTheLargestNumber) {
  for (std::int64_t value = 1; value < kLargest / 2; value += 1 + value / 3000) {
    const auto exact = static_cast<double>(value);
    ASSERT_LE(std::fabs(answer_of_bucket(bucket_of(value)) - exact), exact * 0.0100001) << value;
  }
  EXPECT_LE(std::fabs(answer_of_bucket(bucket_of(kLargest)) / 0x1p63 - 1), 0.0100001);
}

TEST(Quantiles, KeepZerosApart) {
  Quantiles quantiles;
  for (int i = 0; i < 3000; ++i) quantiles.add(0);
  for (int i = 0; i < 2000; ++i) quantiles.add(1);
  EXPECT_FALSE(quantiles.is_exact());
  EXPECT_EQ(quantiles.at(500), 0);
  EXPECT_EQ(quantiles.at(600), 0);
  EXPECT_EQ(quantiles.at(601), 1);
  EXPECT_TRUE(quantiles.remove(0));
  EXPECT_EQ(quantiles.at(600), 1);
}

TEST(Quantiles, TakeValuesBack) {
  Quantiles quantiles = of({10, 20, 20, 30});
  EXPECT_TRUE(quantiles.remove(20));
  EXPECT_EQ(quantiles, of({10, 20, 30}));
  EXPECT_FALSE(quantiles.remove(25));
  EXPECT_FALSE(quantiles.remove(-1));
  EXPECT_TRUE(quantiles.remove(30));
  EXPECT_EQ(quantiles.max(), 20);
  EXPECT_TRUE(quantiles.remove(10) && quantiles.remove(20));
  EXPECT_EQ(quantiles, Quantiles{});
  EXPECT_FALSE(quantiles.remove(20));
}

TEST(Quantiles, TakeValuesBackFromBuckets) {
  Quantiles quantiles = counting_to(5000);
  Quantiles without = quantiles;
  without.add(1'000'000);
  EXPECT_TRUE(without.remove(777));
  without.add(777);
  EXPECT_EQ(without.max(), 1'000'000);
  EXPECT_TRUE(without.remove(1'000'000));
  // The second largest is not known any more but for its bucket.
  EXPECT_NEAR(static_cast<double>(without.max().value()), 5000, 50);
  EXPECT_EQ(without.mean(), quantiles.mean());
  EXPECT_EQ(without.at(900), quantiles.at(900));
  EXPECT_FALSE(without.remove(2'000'000));
  EXPECT_TRUE(without.remove(5000));
  for (std::int64_t value = 1; value < 5000; ++value) ASSERT_TRUE(without.remove(value));
  EXPECT_EQ(without, Quantiles{});
}

TEST(Quantiles, MergeWithThemselvesAsWithACopy) {
  Quantiles quantiles = counting_to(3000);
  Quantiles copy = quantiles;
  copy.merge(Quantiles(quantiles));
  quantiles.merge(quantiles);
  EXPECT_EQ(quantiles, copy);
  EXPECT_EQ(quantiles.count(), 6000);
}

TEST(Quantiles, RefuseBytesThatTheyDidNotWrite) {
  using namespace std::string_literals;
  const struct {
    const char* name;
    std::string bytes;
  } rows[] = {{"unknown form", "\x02"s},
              {"exact without values", "\0"s},
              {"exact cut short", "\0\x80"s},
              {"exact beyond 64 bits", "\0\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x01"s},
              {"exact with 4,097 values", "\0"s + std::string(4097, '\x01')},
              {"buckets cut short", "\x01\x05\x00"s},
              {"buckets without values", "\x01\x05\x00\x05\x00"s},
              {"a bucket without values", "\x01\x05\x00\x05\x00\x00\x00"s},
              {"a bucket without its count", "\x01\x05\x00\x05\x00\x03"s},
              {"a bucket after the last", "\x01\x05\x00\x05\x00\x89\x11\x01"s}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto quantiles = Quantiles::parse(row.bytes);
    ASSERT_FALSE(quantiles.has_value());
    EXPECT_EQ(quantiles.error().kind, ErrorKind::Corrupt);
  }
  EXPECT_TRUE(Quantiles::parse("\x01\x05\x00\x05\x00\x88\x11\x01"s).has_value());  // in the last one
}

TEST(QuantilesDeathTest, RefuseNegativeValues) {
  Quantiles quantiles;
  EXPECT_DEATH(quantiles.add(-1), "negative");
}

}  // namespace
}  // namespace earshot
