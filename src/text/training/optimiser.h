// The learning itself: one linear model with many heads, logistic loss, AdaGrad. One thread and a fixed order, so the
// same examples and settings give the same weights to the last bit.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "text/model.h"
#include "text/training/examples.h"

namespace earshot::text {

using HeadValues = std::array<float, 20>;  // kHeads of them, and one unused

class Optimiser {
 public:
  Optimiser(const TrainConfig& config, const Dictionary& dictionary);

  // One pass over all examples, in an order drawn from the seed, the run and the epoch.
  void run_epoch(const Examples& train, int run, int epoch);

  // Makes this the mean of what it is, which counts `times`, and of `other`.
  void average_with(const Optimiser& other, int times);

  // As a model would answer: which genre the text is of is not known.
  HeadValues logits(const Examples& examples, const Example& example);

  const std::vector<std::uint8_t>& rarity() const { return rarity_; }
  const std::vector<HeadValues>& weights() const { return weights_; }
  const std::array<HeadValues, kModelLanguages>& bias() const { return bias_; }

 private:
  struct Input {
    std::uint32_t id = 0;
    float value = 0;
  };

  void look(const Examples& examples, const Example& example, Random* hide);
  HeadValues sums_of_look(std::size_t language) const;
  void update(const Example& example, float rate);

  const TrainConfig* config_;  // outlives the optimiser; a pointer so that a snapshot can be assigned
  std::vector<std::uint8_t> rarity_;
  std::vector<HeadValues> weights_;
  std::vector<HeadValues> squares_;
  std::array<HeadValues, kModelLanguages> bias_{};
  std::array<HeadValues, kModelLanguages> bias_squares_{};
  std::vector<Input> look_;
};

// What the labels of an example ask of each head: the slope of the loss, and which heads it is about.
struct Slope {
  HeadValues value{};
  HeadValues active{};
};
Slope slope_of(const Example& example, const HeadValues& logits, double neutral_share);

}  // namespace earshot::text
