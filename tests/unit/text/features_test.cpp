#include "text/features.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "text/reading.h"

namespace earshot::text {
namespace {

constexpr std::string_view kLexicon =
    "[positive] good 好 不错\n[negative] bad 错\n[negator] not 不\n[never] never\n[buy] buy\n[delivery] late*\n"
    "= leave 900 gap 6 : never buy\n";

Reading read(std::string_view text) {
  static const Result<Reader> reader = Reader::make(kLexicon, {});
  Reading reading;
  reader->read(text, {.with_origin = true}, reading);
  return reading;
}

std::set<std::uint32_t> hashes(std::string_view text, FeatureKind kind) {
  std::set<std::uint32_t> found;
  for (const Feature& feature : read(text).features) {
    if (feature.kind == kind) found.insert(feature.hash);
  }
  return found;
}

bool is_within(const std::set<std::uint32_t>& inner, const std::set<std::uint32_t>& outer) {
  return std::includes(outer.begin(), outer.end(), inner.begin(), inner.end());
}

TEST(Features, ASignDecidesWhichKindItGives) {
  EXPECT_EQ(hashes("cold soup", kWord).size(), 2u);
  EXPECT_EQ(hashes("cold soup", kPair).size(), 1u);
  EXPECT_TRUE(hashes("cold soup", kHan1).empty());
  EXPECT_EQ(hashes("送餐太慢", kHan1).size(), 4u);
  EXPECT_EQ(hashes("送餐太慢", kHan2).size(), 3u);
  EXPECT_EQ(hashes("送餐太慢", kHan3).size(), 2u);
  EXPECT_EQ(hashes("送餐太慢", kHan4).size(), 1u);
  EXPECT_TRUE(is_within(hashes("app", kWord), hashes("这个 app 太慢", kWord)));
  EXPECT_TRUE(is_within(hashes("太慢", kHan2), hashes("这个 app 太慢", kHan2)));
}

TEST(Features, PiecesAreThreeToFiveLettersWithTheEdges) {
  // "<cat>" has three pieces of 3, two of 4 and one of 5.
  EXPECT_EQ(hashes("cat", kPiece).size(), 6u);
  EXPECT_TRUE(hashes("at", kPiece).empty());
}

TEST(Features, NegationMarksTheNextThreeWordsUntilAMark) {
  const auto plain = hashes("tasty", kWord);
  EXPECT_TRUE(is_within(plain, hashes("very tasty", kWord)));
  EXPECT_FALSE(is_within(plain, hashes("not tasty", kWord)));
  EXPECT_FALSE(is_within(plain, hashes("wasn't so very tasty", kWord)));
  EXPECT_TRUE(is_within(plain, hashes("not one two three tasty", kWord)));
  EXPECT_TRUE(is_within(plain, hashes("not cold, tasty", kWord)));
  EXPECT_TRUE(is_within(plain, hashes("not cold but tasty", kWord)));
}

TEST(Features, SpansLieInTheText) {
  const Reading reading = read("not so 好吃 ok!! 送餐 0 café");
  for (const Feature& feature : reading.features) {
    EXPECT_LE(feature.from, feature.to);
    EXPECT_LE(feature.to, reading.normalised.text.size());
  }
}

TEST(Features, AreBoundedForAnyText) {
  EXPECT_LE(read(std::string(1 << 20, 'x')).features.size(), kFeaturesMax + 1024);
  std::string words;
  for (int i = 0; i < 200000; ++i) words += "abc ";
  EXPECT_LE(read(words).features.size(), kFeaturesMax + 1024);
}

TEST(Lexicon, NegationFlipsAndDoubleNegationFlipsBack) {
  const auto negated = [](std::string_view text) {
    for (const Hit& hit : read(text).hits) {
      if (hit.word_class == kPositive || hit.word_class == kNegative) return hit.negated;
    }
    return false;
  };
  EXPECT_FALSE(negated("good"));
  EXPECT_TRUE(negated("not good"));
  EXPECT_TRUE(negated("not so good"));
  EXPECT_FALSE(negated("not not good"));
  EXPECT_FALSE(negated("not here, good"));
  EXPECT_FALSE(negated("not now and good"));
  EXPECT_TRUE(negated("不好"));
}

TEST(Lexicon, AWordInsideALongerOneDoesNotCount) {
  const Reading reading = read("不错");
  ASSERT_EQ(reading.hits.size(), 1u);
  EXPECT_EQ(reading.hits[0].word_class, kPositive);
  EXPECT_FALSE(reading.hits[0].negated);
  EXPECT_TRUE(read("goodbye badge").hits.empty());
  EXPECT_EQ(read("lately").hits.size(), 1u);
}

TEST(Lexicon, RulesKeepOrderGapAndSentence) {
  EXPECT_NE(leaving(read("i never buy")), nullptr);
  EXPECT_NE(leaving(read("never 00000 buy")), nullptr);
  EXPECT_EQ(leaving(read("never a long way to buy")), nullptr);
  EXPECT_EQ(leaving(read("buy never")), nullptr);
  EXPECT_EQ(leaving(read("never. buy")), nullptr);
}

TEST(Lexicon, RefusesWhatItCannotRead) {
  for (const std::string_view text : {"word before class", "[a] b\n= nonsense 900 : a", "[a] b\n= leave 1001 : a",
                                      "[a] b\n= leave 900 a", "[a] b\n= leave 900 gap x : a", "[a] b\n= leave 900 :"}) {
    SCOPED_TRACE(text);
    const auto reader = Reader::make(text, {});
    ASSERT_FALSE(reader.has_value());
    EXPECT_NE(reader.error().message.find("line"), std::string::npos);
  }
}

}  // namespace
}  // namespace earshot::text
