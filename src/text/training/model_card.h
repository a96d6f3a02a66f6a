// The facts of a model's card: what it learned from, how it was chosen, what it is. Written by the trainer, so that the
// card cannot drift from the model.
#pragma once

#include <cstddef>
#include <string>

#include "text/training/train.h"

namespace earshot::text {

struct CardFacts {
  std::string config;
  std::string date;
  std::size_t model_bytes = 0;
  std::string model_sha256;
};

// Markdown.
std::string model_card(const Training& training, const CardFacts& facts);

}  // namespace earshot::text
