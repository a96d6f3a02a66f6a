#include "text/operator_words.h"

#include <gtest/gtest.h>

#include "text/recalibrate.h"
#include "unit/text/support.h"

namespace earshot::text {
namespace {

OperatorWords some_words() {
  std::vector<OperatorWords::Group> groups = {
      {.phrases = {"Blue Screen", "蓝屏"}, .issues = {IssueType::technical}, .urgency = 1},
      {.phrases = {"X200"}, .product = "kettle-x200"},
      {.phrases = {"Acme Ltd", "顶好電器"}},
  };
  auto words = OperatorWords::make(std::move(groups), shipped_analyzer().simplified());
  EXPECT_TRUE(words.has_value());
  return std::move(*words);
}

struct Applied {
  Analysis analysis;
  std::string product;
};

Applied apply(std::string_view text) {
  static const OperatorWords words = some_words();
  Applied applied;
  words.apply(text, true, applied.analysis, applied.product);
  return applied;
}

TEST(OperatorWords, AreFoundWhateverTheirCaseWidthAndScript) {
  for (const std::string_view text : {"it shows a BLUE   screen again", "又是ｂｌｕｅ ｓｃｒｅｅｎ", "一开机就藍屏"}) {
    SCOPED_TRACE(text);
    const Applied applied = apply(text);
    ASSERT_EQ(applied.analysis.issues.size(), 1u);
    EXPECT_EQ(applied.analysis.issues[0].type, IssueType::technical);
    EXPECT_EQ(applied.analysis.urgency, 1);
    EXPECT_EQ(applied.analysis.urgency_cause, UrgencyCause::operator_word);
    EXPECT_TRUE(applied.analysis.complaint);
  }
}

TEST(OperatorWords, MatchWholeWordsOnly) {
  EXPECT_EQ(apply("my x200 leaks").product, "kettle-x200");
  EXPECT_EQ(apply("my x200s leaks").product, "");
  EXPECT_TRUE(apply("a blue screensaver").analysis.issues.empty());
}

TEST(OperatorWords, AddToWhatTheModelFoundAndLowerNothing) {
  static const OperatorWords words = some_words();
  Analysis analysis;
  analysis.issues = {{IssueType::delivery, 950}, {IssueType::technical, 600}};
  analysis.urgency = 2;
  analysis.urgency_cause = UrgencyCause::safety;
  analysis.alarms = {UrgencyCause::safety};
  std::string product = "known";
  words.apply("blue screen on my X200", false, analysis, product);
  EXPECT_EQ(analysis.issues, (std::vector<IssueScore>{{IssueType::delivery, 950}, {IssueType::technical, 900}}));
  EXPECT_EQ(analysis.urgency, 2);
  EXPECT_EQ(analysis.urgency_cause, UrgencyCause::safety);
  EXPECT_EQ(analysis.alarms, (std::vector<UrgencyCause>{UrgencyCause::safety, UrgencyCause::operator_word}));
  EXPECT_EQ(product, "known");
}

TEST(OperatorWords, ShowWhereTheyStand) {
  const std::string_view text = "ｂｌｕｅ screen on my X200, blue screen, blue screen";
  std::vector<std::string> shown;
  for (const Evidence& evidence : apply(text).analysis.evidence)
    shown.push_back(evidence.label + " " + std::string(text.substr(evidence.from, evidence.to - evidence.from)));
  EXPECT_EQ(shown, (std::vector<std::string>{"technical ｂｌｕｅ screen", "operator_word ｂｌｕｅ screen",
                                             "product X200", "technical blue screen", "operator_word blue screen"}));

  static const OperatorWords words = some_words();
  Analysis full;
  full.evidence.assign(kEvidenceMax, {"neg", 0, 1, 2000});
  std::string product;
  words.apply("my X200", true, full, product);
  EXPECT_EQ(full.evidence.size(), kEvidenceMax);
  EXPECT_EQ(full.evidence.back().label, "product");
  Analysis without;
  words.apply("my X200", false, without, product);
  EXPECT_TRUE(without.evidence.empty());
}

TEST(OperatorWords, WhatIsOverlookedBecomesSpacesByteForByte) {
  static const OperatorWords words = some_words();
  EXPECT_EQ(words.masked("thanks ACME Ltd!"), "thanks         !");
  EXPECT_EQ(words.masked("顶好电器的锅"), "            的锅");
  EXPECT_EQ(words.masked("nothing of it"), "nothing of it");
}

TEST(Recalibrate, ShiftsAndSoftens) {
  Analysis analysis;
  analysis.sentiment = Sentiment::negative;
  analysis.negative_permille = 800;
  analysis.neutral_permille = 100;
  analysis.positive_permille = 100;
  Analysis same = analysis;
  recalibrate({}, same);
  EXPECT_EQ(same, analysis);

  Analysis softer = analysis;
  recalibrate({.temperature_milli = 2000}, softer);  // sqrt(8) : 1 : 1
  EXPECT_NEAR(softer.negative_permille, 586, 1);
  EXPECT_EQ(softer.negative_permille + softer.neutral_permille + softer.positive_permille, 1000);

  Analysis shifted = analysis;
  recalibrate({.negative_milli = -3000}, shifted);
  EXPECT_LT(shifted.negative_permille, 400);
  EXPECT_NE(shifted.sentiment, Sentiment::negative);

  Analysis unknown;
  recalibrate({.negative_milli = 5000}, unknown);
  EXPECT_EQ(unknown, Analysis{});
}

}  // namespace
}  // namespace earshot::text
