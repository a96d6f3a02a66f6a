#include "text/training/eval.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace earshot::text {
namespace {

constexpr std::size_t kBins = 15;

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0.0;
}
double f1_of(double right, double answered, double gold) {
  return ratio(2 * right, answered + gold);
}

struct Chance {
  double p = 0;
  bool is_true = false;
};

double calibration_error(const std::vector<Chance>& chances) {
  std::array<double, kBins> claimed{};
  std::array<double, kBins> true_ones{};
  for (const Chance& chance : chances) {
    const auto bin = std::min(kBins - 1, static_cast<std::size_t>(chance.p * kBins));
    claimed[bin] += chance.p;
    true_ones[bin] += chance.is_true ? 1 : 0;
  }
  double error = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) error += std::abs(claimed[bin] - true_ones[bin]);
  return ratio(error, static_cast<double>(chances.size()));
}

// The chance that a true row ranks above a false one; equal ranks count half.
double area_under_curve(std::vector<Chance> chances) {
  std::sort(chances.begin(), chances.end(), [](const Chance& a, const Chance& b) { return a.p < b.p; });
  double rank_sum = 0;
  double positives = 0;
  for (std::size_t i = 0; i < chances.size();) {
    std::size_t j = i;
    while (j < chances.size() && chances[j].p == chances[i].p) ++j;
    for (std::size_t k = i; k < j; ++k) {
      if (!chances[k].is_true) continue;
      rank_sum += static_cast<double>(i + j + 1) / 2;
      ++positives;
    }
    i = j;
  }
  const double negatives = static_cast<double>(chances.size()) - positives;
  return ratio(rank_sum - positives * (positives + 1) / 2, positives * negatives);
}

int label_index(const std::string& label) {
  return label == "neg" ? 0 : label == "neu" ? 1 : label == "pos" ? 2 : -1;
}

int answer_index(const Analysis& analysis, bool two_class) {
  if (analysis.sentiment == Sentiment::unknown) return 3;
  if (two_class && analysis.sentiment == Sentiment::neutral)
    return analysis.negative_permille >= analysis.positive_permille ? 0 : 2;
  return static_cast<int>(analysis.sentiment) - 1;
}

YesNoScores yes_no(std::size_t rows, double right, double answered, double gold) {
  return {rows, static_cast<std::size_t>(gold), ratio(right, answered), ratio(right, gold),
          f1_of(right, answered, gold)};
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

double Confusion::f1(std::size_t label) const {
  std::size_t gold = std::accumulate(count[label].begin(), count[label].end(), std::size_t{0});
  std::size_t answered = 0;
  for (const auto& row : count) answered += row[label];
  return f1_of(static_cast<double>(count[label][label]), static_cast<double>(answered), static_cast<double>(gold));
}

double Confusion::macro_f1() const {
  double sum = 0;
  int labels = 0;
  for (std::size_t label = 0; label < 3; ++label) {
    if (std::accumulate(count[label].begin(), count[label].end(), std::size_t{0}) == 0) continue;
    sum += f1(label);
    ++labels;
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
    const double neg = analysis.negative_permille;
    const double pos = analysis.positive_permille;
    const double p = two_class ? neg / std::max(1e-6, neg + pos) : neg / 1000;
    negative.push_back({p, gold == 0});
    const double top = two_class ? std::max(neg, pos) / std::max(1e-6, neg + pos)
                                 : std::max({neg, pos, static_cast<double>(analysis.neutral_permille)}) / 1000;
    sureness.push_back({given == 3 ? 0 : top, given == gold});
  }
  scores.rows = negative.size();
  scores.ece = calibration_error(negative);
  scores.auc = area_under_curve(negative);
  std::stable_sort(sureness.begin(), sureness.end(), [](const Chance& a, const Chance& b) { return a.p > b.p; });
  sureness.resize(sureness.size() * 8 / 10);
  const auto right =
      std::count_if(sureness.begin(), sureness.end(), [](const Chance& chance) { return chance.is_true; });
  scores.accuracy_at_80 = ratio(static_cast<double>(right), static_cast<double>(sureness.size()));
  return scores;
}

IssueScores score_issues(const Analyzer& analyzer, const LabelledFile& file, std::size_t column) {
  IssueScores scores;
  std::array<double, kIssueTypes> right{};
  std::array<double, kIssueTypes> answered{};
  std::array<double, kIssueTypes> gold{};
  for (const LabelledText& row : file.rows) {
    std::array<bool, kIssueTypes> is_gold{};
    for (const std::string& name : split(column_of(row, column), '|')) {
      for (std::size_t i = 1; i < kIssueTypes; ++i)
        is_gold[i] = is_gold[i] || name == name_of(static_cast<IssueType>(i));
    }
    for (const IssueScore& issue : answer(analyzer, row).issues) {
      const auto i = static_cast<std::size_t>(issue.type);
      ++answered[i];
      right[i] += is_gold[i] ? 1 : 0;
    }
    for (std::size_t i = 1; i < kIssueTypes; ++i) gold[i] += is_gold[i] ? 1 : 0;
    ++scores.rows;
  }
  const auto sum = [](const auto& values) { return std::accumulate(values.begin(), values.end(), 0.0); };
  scores.micro_f1 = f1_of(sum(right), sum(answered), sum(gold));
  scores.precision = ratio(sum(right), sum(answered));
  scores.recall = ratio(sum(right), sum(gold));
  for (std::size_t i = 1; i < kIssueTypes; ++i) scores.of[i] = yes_no(scores.rows, right[i], answered[i], gold[i]);
  return scores;
}

YesNoScores score_leaving(const Analyzer& analyzer, const LabelledFile& file, std::size_t column) {
  double right = 0;
  double answered = 0;
  double gold = 0;
  for (const LabelledText& row : file.rows) {
    const bool is_gold = column_of(row, column) == "1";
    const bool says_yes = answer(analyzer, row).leave_permille >= 500;
    gold += is_gold ? 1 : 0;
    answered += says_yes ? 1 : 0;
    right += is_gold && says_yes ? 1 : 0;
  }
  return yes_no(file.rows.size(), right, answered, gold);
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
