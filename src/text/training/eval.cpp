#include "text/training/eval.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "text/training/measures.h"

namespace earshot::text {
namespace {

int label_index(const std::string& label) { return label == "neg" ? 0 : label == "neu" ? 1 : label == "pos" ? 2 : -1; }

int answer_index(const Analysis& analysis, bool two_class) {
  if (analysis.sentiment == Sentiment::unknown) return 3;
  if (two_class && analysis.sentiment == Sentiment::neutral)
    return analysis.negative_permille >= analysis.positive_permille ? 0 : 2;
  return static_cast<int>(analysis.sentiment) - 1;
}

YesNoScores yes_no(std::size_t rows, double right, double answered, double gold) {
  return {.rows = rows,
          .yes = static_cast<std::size_t>(gold),
          .precision = ratio(right, answered),
          .recall = ratio(right, gold),
          .f1 = f1_of(right, answered, gold)};
}

template <class Values>
double sum_of(const Values& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

const std::string& column_of(const LabelledText& row, std::size_t column) {
  static const std::string kEmpty;
  if (column == 0) return row.label;
  return column >= 4 && column - 4 < row.more.size() ? row.more[column - 4] : kEmpty;
}

Analysis answer(const Analyzer& analyzer, const LabelledText& row) {
  return analyzer.analyze(row.text, {}, {.evidence = false, .may_abstain = true});
}

}  // namespace

std::size_t Confusion::total() const {
  std::size_t sum = 0;
  for (const auto& row : count) sum = std::accumulate(row.begin(), row.end(), sum);
  return sum;
}

double Confusion::accuracy() const {
  return ratio(static_cast<double>(count[0][0] + count[1][1] + count[2][2]), static_cast<double>(total()));
}

double Confusion::precision(std::size_t label) const {
  std::size_t answered = 0;
  for (const auto& row : count) answered += row[label];
  return ratio(static_cast<double>(count[label][label]), static_cast<double>(answered));
}

double Confusion::recall(std::size_t label) const {
  return ratio(static_cast<double>(count[label][label]), sum_of(count[label]));
}

double Confusion::f1(std::size_t label) const {
  double answered = 0;
  for (const auto& row : count) answered += static_cast<double>(row[label]);
  return f1_of(static_cast<double>(count[label][label]), answered, sum_of(count[label]));
}

double Confusion::macro_f1() const {
  double sum = 0;
  int labels = 0;
  for (std::size_t label = 0; label < 3; ++label) {
    if (sum_of(count[label]) == 0) continue;
    sum += f1(label);
    ++labels;
  }
  return ratio(sum, labels);
}

double Confusion::mean_recall() const {
  double sum = 0;
  int labels = 0;
  for (std::size_t label = 0; label < 3; ++label) {
    sum += recall(label);
    labels += sum_of(count[label]) > 0 ? 1 : 0;
  }
  return ratio(sum, labels);
}

SentimentScores score_sentiment(const Analyzer& analyzer, const std::vector<LabelledText>& rows, bool may_abstain) {
  SentimentScores scores;
  const bool two_class =
      std::none_of(rows.begin(), rows.end(), [](const LabelledText& row) { return row.label == "neu"; });
  std::vector<Chance> negative;
  std::vector<Chance> sureness;
  for (const LabelledText& row : rows) {
    const int gold = label_index(row.label);
    if (gold < 0) continue;
    const Analysis analysis = analyzer.analyze(row.text, {}, {.evidence = false, .may_abstain = may_abstain});
    const int given = answer_index(analysis, two_class);
    scores.confusion.add(gold, given);
    scores.unknown += given == 3 ? 1 : 0;
    const std::uint16_t neg = analysis.negative_permille;
    const std::uint16_t pos = analysis.positive_permille;
    negative.push_back({two_class ? share_against(neg, pos) : neg / 1000.0, gold == 0});
    const double top = two_class ? share_against(std::max(neg, pos), std::min(neg, pos))
                                 : std::max({neg, pos, analysis.neutral_permille}) / 1000.0;
    sureness.push_back({given == 3 ? 0 : top, given == gold});
  }
  scores.rows = negative.size();
  scores.reliability = bins_of(negative);
  scores.ece = calibration_error(scores.reliability);
  scores.brier = brier(negative);
  scores.auc = area_under_curve(negative);
  scores.recall_at_p90 = recall_at_precision(negative, 0.9);
  const double right = scores.confusion.accuracy() * static_cast<double>(scores.rows);
  scores.accuracy_answered = ratio(right, static_cast<double>(scores.rows - scores.unknown));
  sureness = ranked(std::move(sureness));
  sureness.resize(sureness.size() * 8 / 10);
  scores.accuracy_at_80 = ratio(true_ones(sureness), static_cast<double>(sureness.size()));
  return scores;
}

IssueScores score_issues(const Analyzer& analyzer, const LabelledFile& file, std::size_t column) {
  IssueScores scores;
  std::array<double, kIssueTypes> right{};
  std::array<double, kIssueTypes> answered{};
  std::array<double, kIssueTypes> gold{};
  double missed = 0;
  std::set<std::string> foreign;
  for (const LabelledText& row : file.rows) {
    std::array<bool, kIssueTypes> is_gold{};
    for (const std::string& name : split(column_of(row, column), '|')) {
      bool is_ours = name.empty() || name == "none";
      for (std::size_t i = 1; i < kIssueTypes; ++i) {
        if (name != name_of(static_cast<IssueType>(i))) continue;
        is_gold[i] = is_ours = true;
      }
      // A label that we do not have is one that we miss.
      if (is_ours) continue;
      ++missed;
      foreign.insert(name);
    }
    for (const IssueScore& issue : answer(analyzer, row).issues) {
      const auto i = static_cast<std::size_t>(issue.type);
      ++answered[i];
      right[i] += is_gold[i] ? 1 : 0;
    }
    for (std::size_t i = 1; i < kIssueTypes; ++i) gold[i] += is_gold[i] ? 1 : 0;
    ++scores.rows;
  }
  scores.micro_f1 = f1_of(sum_of(right), sum_of(answered), sum_of(gold) + missed);
  scores.precision = ratio(sum_of(right), sum_of(answered));
  scores.recall = ratio(sum_of(right), sum_of(gold) + missed);
  double labels = static_cast<double>(foreign.size());
  for (std::size_t i = 1; i < kIssueTypes; ++i) {
    scores.of[i] = yes_no(scores.rows, right[i], answered[i], gold[i]);
    labels += gold[i] > 0 ? 1 : 0;
    scores.macro_f1 += gold[i] > 0 ? scores.of[i].f1 : 0;
  }
  scores.macro_f1 = ratio(scores.macro_f1, labels);
  return scores;
}

YesNoScores score_leaving(const Analyzer& analyzer, const LabelledFile& file, std::size_t column) {
  std::vector<Chance> chances;
  double right = 0;
  double answered = 0;
  for (const LabelledText& row : file.rows) {
    const std::uint16_t permille = answer(analyzer, row).leave_permille;
    const bool is_gold = column_of(row, column) == "1";
    chances.push_back({permille / 1000.0, is_gold});
    answered += permille >= 500 ? 1 : 0;
    right += is_gold && permille >= 500 ? 1 : 0;
  }
  YesNoScores scores = yes_no(file.rows.size(), right, answered, true_ones(chances));
  scores.average_precision = average_precision(chances);
  scores.ece = calibration_error(bins_of(chances));
  return scores;
}

AspectScores score_aspects(const Analyzer& analyzer, const std::vector<LabelledText>& rows) {
  struct Counts {
    double right = 0;
    double answered = 0;
    double gold = 0;
  };
  std::array<Counts, kAspects> of{};
  Counts pairs;
  std::set<std::string> known;
  for (const LabelledText& row : rows) {
    for (const std::string& pair : split(row.label, '|')) known.insert(pair.substr(0, pair.find(':')));
  }
  AspectScores scores{.rows = rows.size()};
  for (const LabelledText& row : rows) {
    std::set<std::string> gold_pairs;
    std::set<std::string> gold;
    for (const std::string& pair : split(row.label, '|')) {
      const std::string name = pair.substr(0, pair.find(':'));
      const auto is_it = [&](int i) { return name == name_of(static_cast<Aspect>(i)); };
      bool ours = false;
      for (int i = 0; i < kAspects; ++i) ours = ours || is_it(i);
      if (!ours) continue;
      gold.insert(name);
      gold_pairs.insert(pair);
    }
    std::set<std::string> answered;
    for (const AspectScore& score : answer(analyzer, row).aspects) {
      const std::string name(name_of(score.aspect));
      if (!known.contains(name)) continue;
      constexpr std::array<const char*, 4> kPolarity = {":unknown", ":neg", ":neu", ":pos"};
      answered.insert(name);
      ++pairs.answered;
      pairs.right += gold_pairs.contains(name + kPolarity[static_cast<std::size_t>(score.polarity)]) ? 1 : 0;
    }
    pairs.gold += static_cast<double>(gold_pairs.size());
    for (int i = 0; i < kAspects; ++i) {
      const std::string name(name_of(static_cast<Aspect>(i)));
      Counts& counts = of[static_cast<std::size_t>(i)];
      counts.gold += gold.contains(name) ? 1 : 0;
      counts.answered += answered.contains(name) ? 1 : 0;
      counts.right += gold.contains(name) && answered.contains(name) ? 1 : 0;
    }
  }
  Counts all;
  double labels = 0;
  for (const Counts& counts : of) {
    all.right += counts.right;
    all.answered += counts.answered;
    all.gold += counts.gold;
    if (counts.gold == 0) continue;
    ++labels;
    scores.macro_f1 += f1_of(counts.right, counts.answered, counts.gold);
  }
  scores.macro_f1 = ratio(scores.macro_f1, labels);
  scores.micro_f1 = f1_of(all.right, all.answered, all.gold);
  scores.pair_micro_f1 = f1_of(pairs.right, pairs.answered, pairs.gold);
  return scores;
}

MixedScores score_mixed(const Analyzer& analyzer, const std::vector<LabelledText>& rows) {
  MixedScores scores{.rows = rows.size()};
  for (const LabelledText& row : rows) {
    const Analysis analysis = analyzer.analyze(row.text, {}, {.evidence = true, .may_abstain = true});
    const auto any = [&](auto member) {
      return std::any_of(analysis.clauses.begin(), analysis.clauses.end(),
                         [&](const Clause& clause) { return clause.*member >= 500; });
    };
    const bool blames = any(&Clause::negative_permille);
    scores.any_negative += blames ? 1 : 0;
    scores.both += blames && any(&Clause::positive_permille) ? 1 : 0;
  }
  return scores;
}

YesNoScores score_urgency(const Analyzer& analyzer, const LabelledFile& file, std::size_t column) {
  YesNoScores scores;
  double right = 0;
  for (const LabelledText& row : file.rows) {
    const std::string& gold = column_of(row, column);
    right += gold == std::to_string(answer(analyzer, row).urgency) ? 1 : 0;
    scores.yes += gold != "0" ? 1 : 0;
  }
  scores.rows = file.rows.size();
  scores.f1 = ratio(right, static_cast<double>(scores.rows));
  return scores;
}

}  // namespace earshot::text
