#include "text/training/calibration.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "text/training/measures.h"

namespace earshot::text {
namespace {

constexpr std::int64_t kTemperatureMin = 300;
constexpr std::int64_t kTemperatureMax = 4000;
constexpr std::int64_t kShiftMax = 3000;

struct Row {
  Analysis analysis;
  int label = 0;  // 0 neg, 1 neu, 2 pos
};

int label_of(const std::string& label) { return label == "neg" ? 0 : label == "neu" ? 1 : label == "pos" ? 2 : -1; }

std::array<double, 3> shares(const Row& row, const Recalibration& recalibration) {
  Analysis analysis = row.analysis;
  recalibrate(recalibration, analysis);
  return {analysis.negative_permille / 1000.0, analysis.neutral_permille / 1000.0, analysis.positive_permille / 1000.0};
}

double loss(const std::vector<const Row*>& rows, const Recalibration& recalibration) {
  double sum = 0;
  for (const Row* row : rows)
    sum -= std::log(std::max(0.0005, shares(*row, recalibration)[static_cast<std::size_t>(row->label)]));
  return rows.empty() ? 0 : sum / static_cast<double>(rows.size());
}

double ece(const std::vector<const Row*>& rows, const Recalibration& recalibration) {
  std::vector<Chance> chances;
  for (const Row* row : rows) chances.push_back({shares(*row, recalibration)[0], row->label == 0});
  return calibration_error(bins_of(chances));
}

// Walks along each number in ever smaller steps, as long as that helps.
Recalibration fit(const std::vector<const Row*>& rows) {
  Recalibration best;
  double best_loss = loss(rows, best);
  for (std::int64_t step = 400; step >= 5; step /= 2) {
    bool helped = true;
    while (helped) {
      helped = false;
      for (auto number :
           {&Recalibration::temperature_milli, &Recalibration::negative_milli, &Recalibration::positive_milli}) {
        for (const std::int64_t change : {-step, step}) {
          Recalibration other = best;
          other.*number += change;
          const bool is_temperature = number == &Recalibration::temperature_milli;
          if (is_temperature &&
              (other.temperature_milli < kTemperatureMin || other.temperature_milli > kTemperatureMax))
            continue;
          if (!is_temperature && std::abs(other.*number) > kShiftMax) continue;
          const double now = loss(rows, other);
          if (now >= best_loss) continue;
          best = other;
          best_loss = now;
          helped = true;
        }
      }
    }
  }
  return best;
}

}  // namespace

Result<FittedCalibration> fit_calibration(const Analyzer& analyzer, const std::vector<LabelledText>& rows) {
  std::vector<Row> answered;
  for (const LabelledText& row : rows) {
    Row one{analyzer.analyze(row.text, {}, {.evidence = false}), label_of(row.label)};
    if (one.label >= 0 && one.analysis.sentiment != Sentiment::unknown) answered.push_back(std::move(one));
  }
  if (answered.size() < kCalibrationRowsMin) {
    return Error{ErrorKind::Invalid,
                 std::to_string(answered.size()) +
                     " rows are labelled neg, neu or pos and in a language we know; a channel needs " +
                     std::to_string(kCalibrationRowsMin) + " of its own"};
  }
  std::array<std::size_t, 3> rows_of{};
  for (const Row& row : answered) ++rows_of[static_cast<std::size_t>(row.label)];
  if (*std::max_element(rows_of.begin(), rows_of.end()) == answered.size())
    return Error{ErrorKind::Invalid,
                 "all rows have one label; a channel is told by its own mix: label texts as they come"};
  std::vector<const Row*> all;
  std::vector<const Row*> even;
  std::vector<const Row*> odd;
  for (std::size_t i = 0; i < answered.size(); ++i) {
    all.push_back(&answered[i]);
    (i % 2 == 0 ? even : odd).push_back(&answered[i]);
  }
  const Recalibration half = fit(even);
  return FittedCalibration{.recalibration = fit(all),
                           .rows = answered.size(),
                           .rows_of = rows_of,
                           .loss_before = loss(odd, {}),
                           .loss_after = loss(odd, half),
                           .ece_before = ece(odd, {}),
                           .ece_after = ece(odd, half)};
}

}  // namespace earshot::text
