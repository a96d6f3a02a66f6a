// How good a model is on labelled texts. The definitions are those in common use: macro-F1 is over the labels that the
// gold file holds; calibration is the expected calibration error of P(negative) in 15 equal bins; where the gold file
// holds no neutral text, a neutral answer counts as the likelier of the two others and P(negative) is taken among
// these.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "earshot/result.h"
#include "text/analyzer.h"
#include "text/training/labelled.h"
#include "text/training/measures.h"

namespace earshot::text {

// Sentiment labels as rows, answers as columns: 0 neg, 1 neu, 2 pos, 3 unknown.
struct Confusion {
  std::array<std::array<std::size_t, 4>, 3> count{};

  void add(int gold, int answer) { ++count[static_cast<std::size_t>(gold)][static_cast<std::size_t>(answer)]; }
  std::size_t total() const;
  double accuracy() const;
  double precision(std::size_t label) const;
  double recall(std::size_t label) const;
  double f1(std::size_t label) const;
  double macro_f1() const;
  double mean_recall() const;
};

struct SentimentScores {
  std::size_t rows = 0;
  std::size_t unknown = 0;  // answered `unknown`, counted as wrong
  Confusion confusion;
  Bins reliability{};  // of P(negative)
  double ece = 0;
  double brier = 0;
  double auc = 0;
  double recall_at_p90 = 0;      // of negative, where at least 90 % of the alarms are right
  double accuracy_at_80 = 0;     // of the 80 % of rows with the surest answers
  double accuracy_answered = 0;  // of the rows that are not unknown
};

struct YesNoScores {
  std::size_t rows = 0;
  std::size_t yes = 0;
  double precision = 0;
  double recall = 0;
  double f1 = 0;
  double average_precision = 0;
  double ece = 0;
};

struct IssueScores {
  std::size_t rows = 0;
  double micro_f1 = 0;
  double precision = 0;
  double recall = 0;
  double macro_f1 = 0;  // over the labels that the gold file holds
  std::array<YesNoScores, kIssueTypes> of{};
};

// Aspects of a file labelled `aspect:polarity|…`, over the aspects that it knows under our names.
struct AspectScores {
  std::size_t rows = 0;
  double micro_f1 = 0;
  double macro_f1 = 0;
  double pair_micro_f1 = 0;  // with the right polarity
};

// Texts that both praise and blame: how often a clause was found for either.
struct MixedScores {
  std::size_t rows = 0;
  std::size_t both = 0;
  std::size_t any_negative = 0;
};

SentimentScores score_sentiment(const Analyzer& analyzer, const std::vector<LabelledText>& rows, bool may_abstain);
IssueScores score_issues(const Analyzer& analyzer, const LabelledFile& file, std::size_t column);
YesNoScores score_leaving(const Analyzer& analyzer, const LabelledFile& file, std::size_t column);
AspectScores score_aspects(const Analyzer& analyzer, const std::vector<LabelledText>& rows);
MixedScores score_mixed(const Analyzer& analyzer, const std::vector<LabelledText>& rows);
YesNoScores score_urgency(const Analyzer& analyzer, const LabelledFile& file,
                          std::size_t column);  // exact 0, 1, 2: f1 holds accuracy

}  // namespace earshot::text
