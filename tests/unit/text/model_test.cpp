#include "text/model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "text/clause_scorer.h"
#include "text/scorer.h"
#include "text/training/labelled.h"
#include "unit/text/support.h"

namespace earshot::text {
namespace {

constexpr std::uint32_t kFirst = 7u << 16 | 5u;
constexpr std::uint32_t kLast = 0xffff0001u;

Cell a_cell(std::uint8_t rarity, Head head, std::int8_t weight) {
  Cell cell;
  cell.rarity = rarity;
  cell.weight[head] = weight;
  return cell;
}

ModelParts small_model() {
  ModelParts parts;
  parts.name = "small-1";
  parts.numbers.kind_weight.fill(16);
  parts.numbers.step.fill(1 << 16);
  for (auto& language : parts.numbers.sharpness) language.fill(1 << 16);
  for (auto& language : parts.numbers.threshold) language.fill(500);
  parts.numbers.bias[kChinese][kPositiveHead] = -70000;
  parts.lexicon = "[positive] good\n";
  parts.simplified = {{U'態', U'态'}};
  parts.resize(3);
  EXPECT_TRUE(parts.add(kFirst, a_cell(200, kNegativeHead, -127)));
  EXPECT_TRUE(parts.add(kLast, a_cell(1, static_cast<Head>(kHeads - 1), 5)));
  return parts;
}

// Bytes where a model expects them.
struct Loaded {
  explicit Loaded(const std::string& from) : bytes(StableBytes::copy(from)), model(Model::load(bytes.view())) {}
  StableBytes bytes;
  Result<Model> model;
};

TEST(Model, LoadsWhatWasSaved) {
  const ModelParts parts = small_model();
  const Loaded loaded(parts.save());
  ASSERT_TRUE(loaded.model.has_value()) << loaded.model.error().message;
  const Model& model = *loaded.model;
  EXPECT_EQ(model.name, parts.name);
  EXPECT_EQ(model.numbers, parts.numbers);
  EXPECT_EQ(model.lexicon, parts.lexicon);
  EXPECT_EQ(model.simplified, parts.simplified);
  ASSERT_NE(model.cells.find(kFirst), nullptr);
  EXPECT_EQ(*model.cells.find(kFirst), a_cell(200, kNegativeHead, -127));
  ASSERT_NE(model.cells.find(kLast), nullptr);
  EXPECT_EQ(*model.cells.find(kLast), a_cell(1, static_cast<Head>(kHeads - 1), 5));
}

TEST(Model, TellsAFeatureThatItNeverSaw) {
  const Loaded loaded(small_model().save());
  ASSERT_TRUE(loaded.model.has_value());
  EXPECT_EQ(loaded.model->cells.find(kFirst + 1), nullptr) << "the same row, another tag";
  EXPECT_EQ(loaded.model->cells.find(0x80000000u), nullptr) << "an empty row";
}

TEST(Model, ARowHasFourPlaces) {
  ModelParts parts;
  parts.resize(1);
  for (std::uint32_t tag = 1; tag <= 4; ++tag) EXPECT_TRUE(parts.add(tag, Cell{}));
  EXPECT_FALSE(parts.add(5, Cell{}));
  parts.resize(1);
  EXPECT_TRUE(parts.add(1, Cell{}));
  EXPECT_FALSE(parts.add(1, Cell{})) << "two features of one tag could not be told apart";
}

TEST(Model, EveryPlaceOfARowIsFound) {
  ModelParts parts = small_model();
  parts.resize(1);
  for (std::uint32_t tag = 1; tag <= 4; ++tag)
    (void)parts.add(tag, a_cell(static_cast<std::uint8_t>(tag), kPositiveHead, 1));
  const Loaded loaded(parts.save());
  ASSERT_TRUE(loaded.model.has_value());
  for (std::uint32_t tag = 1; tag <= 4; ++tag) {
    const Cell* cell = loaded.model->cells.find(tag);
    ASSERT_NE(cell, nullptr);
    EXPECT_EQ(cell->rarity, tag);
  }
}

TEST(Model, TheShippedOneIsSmall) {
  const auto bytes = read_bytes(shipped_model_path());
  ASSERT_TRUE(bytes.has_value());
  EXPECT_LE(bytes->size(), 8'000'000u);
  const Loaded loaded(*bytes);
  EXPECT_TRUE(loaded.model.has_value()) << loaded.model.error().message;
}

TEST(Model, RefusesEveryTruncationAndEveryFlippedByte) {
  const std::string bytes = small_model().save();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Model::load(std::string_view(bytes).substr(0, size)).has_value()) << size;
  }
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string broken = bytes;
    broken[at] = static_cast<char>(broken[at] ^ 0x20);
    EXPECT_FALSE(Model::load(broken).has_value()) << at;
  }
}

// A text of two clauses whose features weigh the opposite; the whole is their mean.
TEST(Score, EachClauseIsScoredByItself) {
  const Loaded loaded([] {
    ModelParts parts = small_model();
    parts.numbers.bias = {};
    parts.resize(8);
    (void)parts.add(kFirst, a_cell(10, kNegativeHead, 30));
    (void)parts.add(kLast, a_cell(10, kNegativeHead, -30));
    return parts.save();
  }());
  ASSERT_TRUE(loaded.model.has_value());
  const std::vector<Feature> features = {{kFirst, kWord, 0, 4}, {kLast, kWord, 5, 9}, {kFirst, kFlag, 0, 4}};
  std::vector<ClauseLogits> clauses = {{.to = 5}, {.to = 9}};
  Scorer scorer(*loaded.model, kEnglish);
  ClauseScorer parts(*loaded.model, scorer, {}, clauses);
  for (const Feature& feature : features) {
    parts.before(feature.kind, feature.to);
    EXPECT_TRUE(scorer.add(feature.hash, feature.kind));
  }
  parts.finish();
  const Logits logits = scorer.logits();
  EXPECT_EQ(clauses[0].negative, 3 * kFixedOne);
  EXPECT_EQ(clauses[1].negative, -3 * kFixedOne);
  EXPECT_EQ(clauses[0].known, 1u);
  EXPECT_EQ(logits.head[kNegativeHead], score(*loaded.model, features, kEnglish).head[kNegativeHead]);
  EXPECT_EQ(logits.known, 3u);
}

TEST(Score, AWordOfPraiseCountsForItsOwnClause) {
  const std::uint32_t praised = short_hash(salted(100 + 2 * kPositive, kFlagSalt));
  const Loaded loaded([&] {
    ModelParts parts = small_model();
    parts.numbers.bias = {};
    parts.resize(8);
    (void)parts.add(praised, a_cell(10, kPositiveHead, 30));
    return parts.save();
  }());
  ASSERT_TRUE(loaded.model.has_value());
  const std::vector<Hit> hits = {{.word_class = kPositive, .from = 6, .to = 9}};
  std::vector<ClauseLogits> clauses = {{.to = 5}, {.to = 9}};
  Scorer scorer(*loaded.model, kEnglish);
  ClauseScorer parts(*loaded.model, scorer, hits, clauses);
  parts.finish();
  EXPECT_EQ(clauses[0].positive, 0);
  EXPECT_EQ(clauses[1].positive, 3 * kFixedOne);
  EXPECT_EQ(scorer.logits().head[kPositiveHead], 0);  // the whole text hears of it from its flags
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
