// The shipped model against the labelled test files, which are not part of the source tree. The floors lie a little
// below docs/text.md, so that a change that makes the model worse is seen.

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
  double ece;  // at most
};

TEST(Scores, StayAboveTheirFloors) {
  if (!std::filesystem::exists(test::shared_file("data/text")))
    GTEST_SKIP() << "no shared/data/text beside the source tree";
  const std::vector<Floor> floors = {
      {"en_tweet", 0.56, 0.56, 0.08},    {"en_sst2", 0.77, 0.77, 0.09},    {"en_zomato", 0.80, 0.68, 0.07},
      {"zh_shopping", 0.92, 0.92, 0.05}, {"zh_waimai", 0.865, 0.84, 0.06}, {"zh_weibo", 0.70, 0.66, 0.08},
      {"zh_dining", 0.85, 0.65, 0.05},
  };
  for (const Floor& floor : floors) {
    SCOPED_TRACE(floor.file);
    const auto file = read_labelled(test::shared_file(std::string("data/text/") + floor.file + ".test.tsv").string());
    ASSERT_TRUE(file.has_value()) << file.error().message;
    const SentimentScores scores = score_sentiment(shipped_analyzer(), file->rows, true);
    EXPECT_GE(scores.confusion.accuracy(), floor.accuracy);
    EXPECT_GE(scores.confusion.macro_f1(), floor.macro_f1);
    EXPECT_LE(scores.ece, floor.ece);
    EXPECT_LE(scores.unknown * 100, scores.rows);  // at most 1 % abstentions in the languages it knows
  }
}

TEST(Scores, IssuesAndLeavingStayAboveTheirFloors) {
  const auto path = test::shared_file("data/text/issue_gold_zh.tsv");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no shared/data/text beside the source tree";
  const auto file = read_labelled(path.string());
  ASSERT_TRUE(file.has_value());
  EXPECT_GE(score_issues(shipped_analyzer(), *file, 4).micro_f1, 0.80);
  EXPECT_GE(score_leaving(shipped_analyzer(), *file, 5).f1, 0.90);
}

}  // namespace
}  // namespace earshot::text
