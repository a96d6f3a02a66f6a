// The shipped model against the labelled test files, which are not part of the source tree. The floors lie just under
// what docs/text.md says and nowhere under what was promised, so that a change that makes the model worse is seen.

#include <algorithm>

#include <gtest/gtest.h>

#include "support/shared_data.h"
#include "text/training/eval.h"
#include "unit/text/support.h"

namespace earshot::text {
namespace {

struct Floor {
  const char* file;
  double accuracy;
  double macro_f1;
  double f1_negative;
  double auc;
  double ece;  // at most
};

void expect_above(const Floor& floor, const SentimentScores& forced) {
  EXPECT_GE(forced.confusion.accuracy(), floor.accuracy);
  EXPECT_GE(forced.confusion.macro_f1(), floor.macro_f1);
  EXPECT_GE(forced.confusion.f1(0), floor.f1_negative);
  EXPECT_GE(forced.auc, floor.auc);
  EXPECT_LE(forced.ece, floor.ece);
}

TEST(Scores, StayAboveTheirFloors) {
  if (!std::filesystem::exists(test::shared_file("data/text")))
    GTEST_SKIP() << "no shared/data/text beside the source tree";
  const std::vector<Floor> floors = {
      {"en_tweet", 0.600, 0.602, 0.612, 0.810, 0.03},
      {"en_sst2", 0.821, 0.821, 0.820, 0.909, 0.035},
      {"en_zomato", 0.837, 0.741, 0.850, 0.972, 0.045},
      {"en_amazon_snip", 0.735, 0.651, 0.735, 0.893, 0.054},  // the must of .05 is missed
      {"zh_shopping", 0.938, 0.938, 0.937, 0.977, 0.02},
      {"zh_waimai", 0.886, 0.868, 0.916, 0.930, 0.048},
      {"zh_weibo", 0.795, 0.747, 0.874, 0.919, 0.045},
      {"zh_dining", 0.873, 0.684, 0.687, 0.923, 0.025},
  };
  for (const Floor& floor : floors) {
    SCOPED_TRACE(floor.file);
    const auto file = read_labelled(test::shared_file(std::string("data/text/") + floor.file + ".test.tsv").string());
    ASSERT_TRUE(file.has_value()) << file.error().message;
    expect_above(floor, score_sentiment(shipped_analyzer(), file->rows, false));
    const SentimentScores abstaining = score_sentiment(shipped_analyzer(), file->rows, true);
    EXPECT_LE(abstaining.unknown * 100, abstaining.rows);  // at most 1 % abstentions in the languages it knows
  }
}

TEST(Scores, OfTheProbesStayAboveTheirFloors) {
  const auto path = test::shared_file("data/text/challenge.tsv");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no shared/data/text beside the source tree";
  const auto file = read_labelled(path.string());
  ASSERT_TRUE(file.has_value());
  for (const Floor& floor : {Floor{"en", 0.80, 0.70, 0.88, 0.90, 1}, Floor{"zh", 0.85, 0.76, 0.89, 0.94, 1}}) {
    SCOPED_TRACE(floor.file);
    std::vector<LabelledText> rows;
    std::copy_if(file->rows.begin(), file->rows.end(), std::back_inserter(rows),
                 [&](const LabelledText& row) { return row.language == floor.file; });
    ASSERT_EQ(rows.size(), 40u);
    expect_above(floor, score_sentiment(shipped_analyzer(), rows, false));
  }
}

TEST(Scores, IssuesAndLeavingStayAboveTheirFloors) {
  const auto path = test::shared_file("data/text/issue_gold_zh.tsv");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no shared/data/text beside the source tree";
  const auto file = read_labelled(path.string());
  ASSERT_TRUE(file.has_value());
  EXPECT_GE(score_issues(shipped_analyzer(), *file, 4).micro_f1, 0.84);
  EXPECT_GE(score_leaving(shipped_analyzer(), *file, 5).f1, 0.94);
  EXPECT_GE(score_urgency(shipped_analyzer(), *file, 6).f1, 0.93);
}

}  // namespace
}  // namespace earshot::text
