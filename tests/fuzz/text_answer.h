// What must hold for the answer to any text whatever.
#pragma once

#include <algorithm>
#include <string_view>

#include "earshot/check.h"
#include "text/analyzer.h"

namespace earshot::test {

inline void check_answer(const Analyzer& analyzer, std::string_view text) {
  const Analysis analysis = analyzer.analyze(text);
  const int sum = analysis.negative_permille + analysis.neutral_permille + analysis.positive_permille;
  EARSHOT_CHECK(sum == 1000 || (sum == 0 && analysis.sentiment == Sentiment::unknown), "shares add up");
  EARSHOT_CHECK(analysis.evidence.size() <= kEvidenceMax, "evidence is bounded");
  for (const Evidence& evidence : analysis.evidence)
    EARSHOT_CHECK(evidence.from <= evidence.to && evidence.to <= text.size(), "evidence lies in the text");
  for (const Clause& clause : analysis.clauses)
    EARSHOT_CHECK(clause.from <= clause.to && clause.to <= text.size(), "clauses lie in the text");
  for (const IssueScore& issue : analysis.issues) EARSHOT_CHECK(issue.permille <= 1000, "shares are at most 1");
  EARSHOT_CHECK(analysis.urgency <= 2 && (analysis.urgency > 0) == !analysis.alarms.empty(), "urgency has a cause");

  Analysis without = analyzer.analyze(text, {}, {.evidence = false});
  without.evidence = analysis.evidence;
  without.clauses = analysis.clauses;
  EARSHOT_CHECK(without == analysis, "evidence changes nothing else");
  const Analysis chosen = analyzer.analyze(text, {}, {.evidence = false, .may_abstain = false});
  EARSHOT_CHECK(chosen.sentiment != Sentiment::unknown, "a choice was asked for");
}

}  // namespace earshot::test
