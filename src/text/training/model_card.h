// The facts of a model's card: what it learned from, how it was chosen and made, what it is, how far its probabilities
// come true. Written by the trainer, so that the card cannot drift from the model.
#pragma once

#include <string>
#include <string_view>

#include "earshot/result.h"
#include "text/training/train.h"

namespace earshot::text {

struct CardFacts {
  TrainPaths paths;
  std::string date;
  std::string command;
  std::string_view model_bytes;  // as they were written
};

// Markdown. Reads the dev files once more, for the model as it ships.
Result<std::string> model_card(const Training& training, const CardFacts& facts);

}  // namespace earshot::text
