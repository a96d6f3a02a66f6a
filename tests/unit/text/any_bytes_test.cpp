// Whatever the bytes, there is an answer and it keeps its promises. tests/fuzz looks further, for longer.
#include <gtest/gtest.h>

#include "fuzz/text_answer.h"
#include "support/random_test.h"
#include "unit/text/support.h"

namespace earshot {
namespace {

// Pieces that real and hostile texts are made of.
std::string random_text(Random& random) {
  static const std::vector<std::string> kPieces = {"not good",
                                                   "cancel my subscription",
                                                   "never",
                                                   "buy",
                                                   "again",
                                                   " ",
                                                   ",",
                                                   ".",
                                                   "!!!",
                                                   "??",
                                                   "\n",
                                                   "@user",
                                                   "http://a.b/c",
                                                   "退款",
                                                   "不是",
                                                   "太慢了",
                                                   "但是",
                                                   "。",
                                                   "，",
                                                   "服務",
                                                   "她",
                                                   "😡",
                                                   "🙂",
                                                   "👍\xf0\x9f\x8f\xbd",
                                                   "[微笑]",
                                                   "ｆｕｌｌ",
                                                   "café",
                                                   "e\xcc\x81",
                                                   "\xe2\x80\x8b",
                                                   "\xe2\x80\xae",
                                                   "\xff",
                                                   "\xf0\x9f",
                                                   "\xed\xa0\x80",
                                                   "\xc0\x80",
                                                   std::string(1, '\0'),
                                                   "aaaaaaaa",
                                                   "0123",
                                                   "'",
                                                   "\"",
                                                   "かな",
                                                   "한글",
                                                   "дом",
                                                   "caught fire",
                                                   "lawyer",
                                                   "iphone",
                                                   "samsung",
                                                   "please add",
                                                   "do you",
                                                   "she's"};
  std::string text;
  for (std::uint64_t i = random.below(30); i > 0; --i) {
    text += kPieces[random.below(kPieces.size())];
    if (random.chance(0.3)) text += ' ';
    if (random.chance(0.05)) text += static_cast<char>(random.below(256));
  }
  return text;
}

TEST(AnyBytes, GetAnAnswerThatKeepsItsPromises) {
  Random random(test::seed_of_test(20261126));
  for (int i = 0; i < test::scaled(20'000); ++i) test::check_answer(shipped_analyzer(), random_text(random));
}

TEST(AnyBytes, TakeLinearTimeHoweverLong) {
  std::string marks = "a";
  for (int i = 0; i < 100'000; ++i) marks += "\xcc\x81";
  std::string directions;
  for (int i = 0; i < 100'000; ++i) directions += i % 2 == 0 ? "\xe2\x80\xae" : "\xe2\x80\x8b";
  for (const std::string& text :
       {std::string(1 << 20, 'x'), std::string(1 << 20, '\xf0'), std::string(1 << 20, ','), marks, directions})
    test::check_answer(shipped_analyzer(), text);
}

}  // namespace
}  // namespace earshot
