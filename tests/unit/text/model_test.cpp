#include "text/model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "unit/text/support.h"

namespace earshot::text {
namespace {

Model small_model() {
  Model model;
  model.name = "small-1";
  model.numbers.kind_weight.fill(16);
  model.numbers.step.fill(1 << 16);
  for (auto& language : model.numbers.sharpness) language.fill(1 << 16);
  for (auto& language : model.numbers.threshold) language.fill(500);
  model.numbers.bias[kChinese][kPositiveHead] = -70000;
  model.lexicon = "[positive] good\n";
  model.simplified = {{U'態', U'态'}};
  model.cells[7].rarity = 200;
  model.cells[7].weight[kNegativeHead] = -127;
  model.cells[kBuckets - 1].rarity = 1;
  model.cells[kBuckets - 1].weight[kHeads - 1] = 5;
  return model;
}

TEST(Model, LoadsWhatItSaved) {
  const Model model = small_model();
  const std::string bytes = model.save();
  const auto loaded = Model::load(bytes);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->name, model.name);
  EXPECT_EQ(loaded->numbers, model.numbers);
  EXPECT_EQ(loaded->lexicon, model.lexicon);
  EXPECT_EQ(loaded->simplified, model.simplified);
  EXPECT_EQ(loaded->cells, model.cells);
  EXPECT_EQ(loaded->save(), bytes);
}

TEST(Model, TheShippedOneSavesToItsOwnBytes) {
  const auto bytes = read_bytes(shipped_model_path());
  ASSERT_TRUE(bytes.has_value());
  EXPECT_LE(bytes->size(), 8u << 20);
  const auto model = Model::load(*bytes);
  ASSERT_TRUE(model.has_value()) << model.error().message;
  EXPECT_EQ(model->save(), *bytes);
}

TEST(Model, RefusesEveryTruncationAndEveryFlippedByte) {
  const std::string bytes = small_model().save();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Model::load(bytes.substr(0, size)).has_value()) << size;
  }
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string broken = bytes;
    broken[at] = static_cast<char>(broken[at] ^ 0x20);
    EXPECT_FALSE(Model::load(broken).has_value()) << at;
  }
}

TEST(FixedPoint, AgreesWithTheRealFunctions) {
  for (int i = -2000; i <= 2000; ++i) {
    const double x = i / 100.0;
    const auto fixed = static_cast<Fixed>(std::lround(x * 65536));
    EXPECT_NEAR(sigmoid_permille(fixed), 1000 / (1 + std::exp(-x)), 0.51 + 1e-2) << x;
    if (x >= 0) {
      EXPECT_NEAR(static_cast<double>(exp_of_negative(fixed)) / (1 << 30), std::exp(-x), 2e-5) << x;
    }
  }
}

TEST(FixedPoint, SharesAlwaysAddUpToAThousand) {
  for (Fixed a = -12; a <= 12; a += 3) {
    for (Fixed b = -12; b <= 12; ++b) {
      const auto shares = softmax_permille({a * 65536 / 3, 0, b * 65536 / 7});
      EXPECT_EQ(shares[0] + shares[1] + shares[2], 1000);
    }
  }
}

TEST(FixedPoint, RootsAreExact) {
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{3}, std::int64_t{4}, std::int64_t{1} << 40}) {
    const std::int64_t root = whole_root(value);
    EXPECT_LE(root * root, value);
    EXPECT_GT((root + 1) * (root + 1), value);
  }
}

}  // namespace
}  // namespace earshot::text
