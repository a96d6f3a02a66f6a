// From learned weights to a model of whole numbers, and its calibration on the dev rows: how sharp each head's
// probability may be, and from which one it says yes. Calibration sees the weights as they ship.
#pragma once

#include <string>

#include "text/model.h"
#include "text/training/optimiser.h"

namespace earshot::text {

// The features that are worth a place in a model of the configured size: whose weights are large, and which are
// frequent.
std::vector<std::uint32_t> worth_a_place(const TrainConfig& config, const Dictionary& dictionary,
                                         const Optimiser& optimiser);

// Fills numbers and cells of `parts`.
void quantise(const TrainConfig& config, const Dictionary& dictionary, const Optimiser& optimiser, ModelParts& parts);

// Sets the sharpness of `parts`, whose weights are those of `model`.
void calibrate(const TrainConfig& config, const Examples& dev, const Dictionary& dictionary, const Model& model,
               ModelParts& parts);

// Traditional ideographs and their simplified form, as the Unicode library knows them today.
std::vector<std::pair<char32_t, char32_t>> simplified_pairs();

}  // namespace earshot::text
