#include "text/normalise.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace earshot::text {
namespace {

Simplified some_simplified() {
  Simplified simplified;
  simplified.add(U'態', U'态');
  simplified.add(U'務', U'务');
  return simplified;
}

Normalised normalised(std::string_view input, bool with_origin = false) {
  static const Simplified simplified = some_simplified();
  Normalised out;
  normalise(input, simplified, {.with_origin = with_origin}, out);
  return out;
}

TEST(Normalise, GivesTheseBytes) {
  struct Row {
    const char* name;
    std::string input;
    std::string expected;
  };
  const std::vector<Row> rows = {
      {"lower case", "Good FOOD", "good food"},
      {"white space", "  a \t\r\n b  ", "a b"},
      {"digits are one class", "Waited 45 minutes, 3 times", "waited 00 minutes, 0 times"},
      {"long numbers are no longer than two", "2026", "00"},
      {"elongated words", "sooooo goooood", "soo good"},
      {"two stay two", "good", "good"},
      {"insistent marks", "why?!?!!!!", "why?!?!!"},
      {"no space before a mark", "bad , slow . ! !", "bad, slow.!!"},
      {"full width", "ＧＯＯＤ　ｆｏｏｄ！", "good food!"},
      {"Chinese marks", "好，坏。真的？「是」", "好,坏.真的?\"是\""},
      {"traditional", "服務態度", "服务态度"},
      {"composed and decomposed are one", "caf\xc3\xa9 cafe\xcc\x81", "caf\xc3\xa9 caf\xc3\xa9"},
      {"capital with an accent", "\xc3\x89t\xc3\xa9", "\xc3\xa9t\xc3\xa9"},
      {"compatibility forms", "\xef\xac\x81ne \xe2\x91\xa0", "fine 0"},
      {"curly quotes", "don\xe2\x80\x99t", "don't"},
      {"handle", "@Agent_7 hello", "\x01 hello"},
      {"handle in Chinese", "@某某公司 你好", "\x01 你好"},
      {"handle and link in full width", "＠ｕｓｅｒ ｈｔｔｐｓ：／／ｘ．ｃｏｍ ｏｋ", "\x01 \x02 ok"},
      {"a mail address is no handle", "a@b.com", "a@b.com"},
      {"link", "see https://example.com/a?b=1 now", "see \x02 now"},
      {"bare link word", "look http", "look \x02"},
      {"a word that begins like a link", "httpd", "httpd"},
      {"zero width and direction marks",
       "a\xe2\x80\x8b\xe2\x80\xae\xef\xbb\xbf"
       "b",
       "ab"},
      {"skin tones", "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", "\xf0\x9f\x91\x8d"},
      {"repeated emoji", "😡😡😡😡", "😡😡"},
      {"invalid bytes", std::string("a\xff\xc0\x80z", 5), "a\xef\xbf\xbd\xef\xbf\xbdz"},
      {"control characters", std::string("a\x01\x02\0b", 5), "a b"},
      {"empty", "", ""},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(normalised(row.input).text, row.expected);
  }
}

TEST(Normalise, IsDoneAfterOnePass) {
  for (const std::string_view input : {"GOOOD food!!!", "服務態度 ＡＢＣ", "caf\xc3\xa9 😡😡😡", "waited 123 days"}) {
    const std::string once = normalised(input).text;
    EXPECT_EQ(normalised(once).text, once) << input;
  }
}

TEST(Normalise, CountsWhatItSmooths) {
  const Normalised result = normalised("SOOO bad!!! 太慢了 ほ");
  EXPECT_EQ(result.elongated, 1u);
  EXPECT_EQ(result.insistent, 1u);
  EXPECT_EQ(result.shouted, 1u);
  EXPECT_EQ(result.han, 3u);
  EXPECT_EQ(result.kana, 1u);
}

TEST(Normalise, OriginsPointToWhereEachByteCameFrom) {
  const std::string input = "  Ａ \xe2\x80\x8b 態xxxxx";
  const Normalised result = normalised(input, true);
  ASSERT_EQ(result.text, "a 态xx");
  ASSERT_EQ(result.origin.size(), result.text.size() + 1);
  EXPECT_EQ(result.origin[0], 2u);                // Ａ
  EXPECT_EQ(result.origin[2], input.find("態"));  // 态
  EXPECT_EQ(result.origin[5], input.find('x'));
  EXPECT_EQ(result.origin.back(), input.size());
}

TEST(Normalise, TakesLinearTimeOnManyMarks) {
  std::string input = "a";
  for (int i = 0; i < 200000; ++i) input += i % 2 == 0 ? "\xcc\x81" : "\xcc\xa3";
  EXPECT_LT(normalised(input).text.size(), 100u);
}

}  // namespace
}  // namespace earshot::text
