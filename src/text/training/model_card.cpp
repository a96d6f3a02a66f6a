#include "text/training/model_card.h"

#include <cstdio>

#include "base/hash.h"
#include "text/analyzer.h"
#include "text/training/eval.h"
#include "text/training/labelled.h"

namespace earshot::text {
namespace {

std::string decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

double real(std::int32_t fixed) { return static_cast<double>(fixed) / static_cast<double>(kFixedOne); }

double real(std::size_t count) { return static_cast<double>(count); }

std::string row_of(const ReliabilityBin& bin, std::size_t number, std::size_t of) {
  return "| " + decimal(real(number) / real(of)) + "-" + decimal(real(number + 1) / real(of)) + " | " +
         std::to_string(bin.rows) + " | " + decimal(ratio(bin.claimed, real(bin.rows))) + " | " +
         decimal(ratio(bin.true_share, real(bin.rows))) + " |\n";
}

// What the model says of the dev sets with a sentiment, as it ships, and how often that is true.
Result<std::string> calibration_table(const Training& training, const CardFacts& facts) {
  auto analyzer = Analyzer::load(StableBytes::copy(facts.model_bytes));
  if (!analyzer) return std::move(analyzer.error()).in("the model that was trained");
  std::string sets;
  Bins all{};
  for (const DevScore& score : training.epochs.empty() ? std::vector<DevScore>{} : training.epochs.back().sets) {
    auto file = read_labelled(facts.paths.data_directory + "/" + score.set + ".dev.tsv");
    if (!file) return std::move(file.error());
    const SentimentScores scores = score_sentiment(*analyzer, file->rows, false);
    if (scores.rows == 0) continue;  // its labels are no sentiment
    sets += "| " + score.set + " | " + std::to_string(scores.rows) + " | " + decimal(scores.confusion.accuracy()) +
            " | " + decimal(scores.confusion.macro_f1()) + " | " + decimal(scores.ece) + " |\n";
    for (std::size_t i = 0; i < all.size(); ++i) {
      const ReliabilityBin& bin = scores.reliability[i];
      all[i].rows += bin.rows;
      all[i].claimed += bin.claimed * real(bin.rows);
      all[i].true_share += bin.true_share * real(bin.rows);
    }
  }
  std::string out =
      "Dev scores as it ships, sentiment forced, and the calibration error of P(neg):\n\n| set | rows | accuracy | "
      "macro-F1 | error |\n|---|---|---|---|---|\n" +
      sets;
  out +=
      "\nCalibration, all of these rows (P(neg) against positive alone where a set has no neutral texts):\n\n| P(neg) "
      "| rows | said | true |\n|---|---|---|---|\n";
  for (std::size_t i = 0; i < all.size(); ++i) out += row_of(all[i], i, all.size());
  return out + "\n";
}

}  // namespace

Result<std::string> model_card(const Training& training, const CardFacts& facts) {
  const ModelParts& model = training.model;
  std::string out = "## Facts, as the trainer wrote them\n\n";
  out += "- model `" + model.name + "`, " + std::to_string(facts.model_bytes.size()) + " bytes, SHA-256 `" +
         sha256_hex(facts.model_bytes) + "`\n";
  out += "- command: `" + facts.command + "`\n";
  out += "- trained " + facts.date + " from `" + facts.paths.config + "`, the mean of " +
         std::to_string(training.best_epochs.size()) + " runs, each stopped by mean dev loss: epoch";
  for (const int epoch : training.best_epochs) out += " " + std::to_string(epoch);
  out += "\n";
  out += "- " + std::to_string(training.features_kept) + " of " + std::to_string(training.features) +
         " features have a place, " + std::to_string(kHeads) + " heads of 8 bits each\n";
  out += "- temperature of sentiment: English " + decimal(1 / real(model.numbers.sharpness[kEnglish][kNegativeHead])) +
         ", Chinese " + decimal(1 / real(model.numbers.sharpness[kChinese][kNegativeHead])) + "\n\n";
  out +=
      "Dev scores in training, before rounding to 8 bits:\n\n| set | rows | accuracy | macro-F1 | loss "
      "|\n|---|---|---|---|---|\n";
  if (!training.epochs.empty()) {
    for (const DevScore& score : training.epochs.back().sets) {
      out += "| " + score.set + " | " + std::to_string(score.rows) + " | " + decimal(score.accuracy) + " | " +
             decimal(score.macro_f1) + " | " + decimal(score.loss) + " |\n";
    }
  }
  auto calibration = calibration_table(training, facts);
  if (!calibration) return std::move(calibration.error());
  out += "\n" + *calibration + "| file | rows | SHA-256 |\n|---|---|---|\n";
  for (const SourceFile& file : training.files) {
    out += "| " + file.name + " | " + std::to_string(file.rows) + " | `" + file.sha256 + "` |\n";
  }
  return out;
}

}  // namespace earshot::text
