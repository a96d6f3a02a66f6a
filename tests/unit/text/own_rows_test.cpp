#include "text/training/own_rows.h"

#include <gtest/gtest.h>

#include <set>

#include "earshot/analysis.h"
#include "support/scratch.h"
#include "support/shared_data.h"
#include "text/training/labelled.h"

namespace earshot::text {
namespace {

Result<OwnRows> rows_of(std::string_view text) {
  const test::Scratch scratch;
  const auto path = scratch.path() / "own.txt";
  EXPECT_TRUE(write_bytes(path.string(), text).has_value());
  return read_own_rows(path);
}

TEST(OwnRows, OneLineStandsForManySentences) {
  const auto own = rows_of(
      "# a comment\n{thing} = phone | desk lamp\nen neg delivery complaint : my {thing} is {late|lost {again|for "
      "ever}}\n");
  ASSERT_TRUE(own.has_value()) << own.error().message;
  std::set<std::string> texts;
  for (const OwnRow& row : own->rows) {
    texts.insert(row.text);
    EXPECT_EQ(row.sentiment, "neg");
    EXPECT_TRUE(row.complaint);
    EXPECT_EQ(row.issues, 1u << (static_cast<int>(earshot::IssueType::delivery) - 1));
  }
  EXPECT_EQ(texts, (std::set<std::string>{"my phone is late", "my phone is lost again", "my phone is lost for ever",
                                          "my desk lamp is late", "my desk lamp is lost again",
                                          "my desk lamp is lost for ever"}));
  EXPECT_EQ(own->rows.size(), texts.size()) << "each sentence stands once";
}

TEST(OwnRows, SayWhatIsWrongAndWhere) {
  struct Row {
    std::string_view text;
    std::string_view message;
  };
  for (const Row& row : {Row{"en neg a sentence", "expected"}, Row{"fr neg : x", "unknown language fr"},
                         Row{"en neg lateness : x", "unknown word lateness"},
                         Row{"en neg : a {missing}", "unknown list"}, Row{"en neg : a {b", "not closed"}}) {
    SCOPED_TRACE(row.text);
    const auto own = rows_of(row.text);
    ASSERT_FALSE(own.has_value());
    EXPECT_NE(own.error().message.find(row.message), std::string::npos) << own.error().message;
    EXPECT_NE(own.error().message.find("line 1"), std::string::npos);
  }
}

TEST(OwnRows, NoneIsARowOfTheChallengeList) {
  const auto own = read_own_rows(std::string(EARSHOT_SOURCE_DIR) + "/models/own.txt");
  ASSERT_TRUE(own.has_value()) << own.error().message;
  EXPECT_GT(own->rows.size(), 2000u);
  const auto path = test::shared_file("data/text/challenge.tsv");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no shared/data/text beside the source tree";
  const auto challenge = read_labelled(path.string());
  ASSERT_TRUE(challenge.has_value());
  std::set<std::string> texts;
  for (const LabelledText& row : challenge->rows) texts.insert(row.text);
  for (const OwnRow& row : own->rows) EXPECT_FALSE(texts.contains(row.text)) << row.text;
}

}  // namespace
}  // namespace earshot::text
