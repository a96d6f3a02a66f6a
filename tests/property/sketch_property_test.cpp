// Quantiles: parts merged in any order are the whole to the byte; answers agree with sorting.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "processors/insight/sketch.h"
#include "support/random_test.h"

namespace earshot {
namespace {

constexpr int kCases = 300;

// Durations: some zero, most spread over many magnitudes.
std::int64_t any_value(Random& random) {
  if (random.chance(0.1)) return 0;
  return static_cast<std::int64_t>(random.next() >> (random.chance(0.01) ? 1 : 24 + random.below(40)));
}

std::vector<std::int64_t> any_values(Random& random) {
  std::vector<std::int64_t> values(random.chance(0.3) ? random.between(4090, 4100) : random.below(9000));
  for (auto& value : values) value = any_value(random);
  return values;
}

Quantiles of(const std::vector<std::int64_t>& values) {
  Quantiles quantiles;
  for (const std::int64_t value : values) quantiles.add(value);
  return quantiles;
}

TEST(QuantilesLaws, MergedPartsAreTheWholeToTheByte) {
  Random random{test::seed_of_test(41)};
  for (int i = test::scaled(kCases); i > 0; --i) {
    const auto values = any_values(random);
    std::vector<Quantiles> parts(1 + random.below(6));
    for (const std::int64_t value : values) parts[random.below(parts.size())].add(value);
    // Any two that are left, in either order, until one is left: every grouping can come up.
    while (parts.size() > 1) {
      std::swap(parts[random.below(parts.size())], parts.back());
      const Quantiles last = parts.back();
      parts.pop_back();
      parts[random.below(parts.size())].merge(last);
    }
    ASSERT_EQ(parts[0], of(values));
    ASSERT_EQ(parts[0].bytes(), of(values).bytes());
  }
}

TEST(QuantilesLaws, AgreeWithSorting) {
  Random random{test::seed_of_test(42)};
  for (int i = test::scaled(kCases); i > 0; --i) {
    auto values = any_values(random);
    if (values.empty()) continue;
    const Quantiles quantiles = of(values);
    std::sort(values.begin(), values.end());
    for (const int permille : {0, 1, 250, 500, 900, 950, 999, 1000}) {
      const auto rank = std::max<std::size_t>(1, (static_cast<std::size_t>(permille) * values.size() + 999) / 1000);
      const auto exact = static_cast<double>(values[rank - 1]);
      const auto answer = static_cast<double>(quantiles.at(permille).value());
      ASSERT_LE(std::fabs(answer - exact), quantiles.is_exact() ? 0 : 0.5 + exact * 0.0100001)
          << permille << " of " << values.size();
    }
    long double sum = 0;
    for (const std::int64_t value : values) sum += static_cast<long double>(value);
    const auto mean = static_cast<double>(sum / static_cast<long double>(values.size()));
    ASSERT_NEAR(static_cast<double>(quantiles.mean().value()), mean, 0.5001 + mean * 1e-15);
    ASSERT_EQ(quantiles.max(), values.back());
    ASSERT_EQ(quantiles.is_exact(), values.size() <= Quantiles::kExactMax);
  }
}

TEST(QuantilesLaws, AreReadAsTheyWereWritten) {
  Random random{test::seed_of_test(43)};
  for (int i = test::scaled(kCases); i > 0; --i) {
    Quantiles quantiles = of(any_values(random));
    auto read = Quantiles::parse(quantiles.bytes());
    ASSERT_TRUE(read.has_value());
    ASSERT_EQ(*read, quantiles);
    // And go on alike.
    for (int n = 0; n < 20; ++n) {
      const std::int64_t value = any_value(random);
      if (random.chance(0.5)) {
        ASSERT_EQ(read->remove(value), quantiles.remove(value));
      } else {
        read->add(value);
        quantiles.add(value);
      }
    }
    ASSERT_EQ(read->bytes(), quantiles.bytes());
  }
}

TEST(QuantilesLaws, TakingBackUndoesAdding) {
  Random random{test::seed_of_test(44)};
  for (int i = test::scaled(kCases); i > 0; --i) {
    const auto values = any_values(random);
    if (values.empty()) continue;
    const Quantiles before = of(values);
    Quantiles quantiles = before;
    std::vector<std::int64_t> extra(random.below(before.is_exact() ? Quantiles::kExactMax + 1 - values.size() : 500));
    for (auto& value : extra) quantiles.add(value = std::min(any_value(random), values[0]));
    for (const std::int64_t value : extra) ASSERT_TRUE(quantiles.remove(value));
    if (extra.empty() || before.is_exact()) {
      ASSERT_EQ(quantiles, before);
    }
    ASSERT_EQ(quantiles.count(), before.count());
    ASSERT_EQ(quantiles.mean(), before.mean());
    for (const int permille : {1, 500, 900}) ASSERT_EQ(quantiles.at(permille), before.at(permille));
  }
}

TEST(QuantilesLaws, AnyBytesAreRefusedOrWrittenBackUnchanged) {
  Random random{test::seed_of_test(45)};
  for (int i = test::scaled(kCases * 300); i > 0; --i) {
    std::string bytes(random.below(16), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.chance(0.7) ? random.below(128) : random.below(256));
    if (!bytes.empty()) bytes[0] = static_cast<char>(random.below(3));
    const auto quantiles = Quantiles::parse(bytes);
    if (!quantiles) continue;
    ASSERT_EQ(quantiles->bytes(), bytes);
    if (quantiles->count() > 0) {
      ASSERT_TRUE(quantiles->at(500) && quantiles->mean() && quantiles->max());
    }
  }
}

}  // namespace
}  // namespace earshot
