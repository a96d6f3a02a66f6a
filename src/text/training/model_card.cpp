#include "text/training/model_card.h"

#include <algorithm>
#include <cstdio>

namespace earshot::text {
namespace {

std::string decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

double real(std::int32_t fixed) { return static_cast<double>(fixed) / static_cast<double>(kFixedOne); }

}  // namespace

std::string model_card(const Training& training, const CardFacts& facts) {
  const ModelParts& model = training.model;
  std::string out = "## Facts, as the trainer wrote them\n\n";
  out += "- model `" + model.name + "`, " + std::to_string(facts.model_bytes) + " bytes, SHA-256 `" +
         facts.model_sha256 + "`\n";
  out += "- trained " + facts.date + " from `" + facts.config + "`, the mean of " +
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
  out += "\n| file | rows | SHA-256 |\n|---|---|---|\n";
  for (const SourceFile& file : training.files) {
    out += "| " + file.name + " | " + std::to_string(file.rows) + " | `" + file.sha256 + "` |\n";
  }
  return out;
}

}  // namespace earshot::text
