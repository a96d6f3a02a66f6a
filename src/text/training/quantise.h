// From learned weights to a model of whole numbers, and its calibration on the dev rows: how sharp each head's
// probability may be, and from which one it says yes. Calibration sees the weights as they ship.
#pragma once

#include <string>

#include "text/model.h"
#include "text/training/optimiser.h"

namespace earshot::text {

struct ModelParts {
  std::string lexicon;
  std::vector<std::pair<char32_t, char32_t>> simplified;
};

Model quantise(const TrainConfig& config, const Optimiser& optimiser, ModelParts parts);

// Sets the sharpness and thresholds of `model`.
void calibrate(const TrainConfig& config, const Examples& dev, Model& model);

// The logits of a dev row under the shipped integer weights.
Logits score(const Model& model, const Examples& examples, const Example& example);

// Traditional ideographs and their simplified form, as the Unicode library knows them today.
std::vector<std::pair<char32_t, char32_t>> simplified_pairs();

}  // namespace earshot::text
