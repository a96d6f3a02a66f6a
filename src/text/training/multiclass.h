// One label of many for each text: intents, topics, whatever a labelled file holds. A model of its own, for sets like
// BANKING77; nothing of it is part of the analyzer's model.
//
// The same features as everywhere, softmax regression, one thread and a fixed order: the same bytes on every run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "earshot/result.h"
#include "text/reading.h"
#include "text/training/dictionary.h"
#include "text/training/labelled.h"

namespace earshot::text {

class Multiclass {
 public:
  struct Settings {
    int epochs = 40;
    double rate = 0.5;
    double decay = 1e-6;
    double dropout = 0.3;
    int min_count = 2;
    std::uint64_t seed = 1;
  };
  using Progress = std::function<void(const std::string&)>;

  static Result<Multiclass> train(const LabelledFile& train, const LabelledFile& dev, const Settings& settings,
                                  const Progress& progress);

  struct Answer {
    std::size_t label = 0;
    std::vector<double> chances;  // of every label
  };
  Answer answer(std::string_view text) const;

  const std::vector<std::string>& labels() const { return labels_; }

  std::string save() const;
  static Result<Multiclass> load(std::string_view bytes);

 private:
  struct Input {
    std::uint32_t id = 0;
    float value = 0;
  };
  using Inputs = std::vector<Input>;

  Multiclass(std::vector<std::string> labels, Dictionary dictionary, Reader reader);

  Inputs inputs_of(std::string_view text) const;
  std::vector<double> logits_of(const Inputs& inputs) const;
  double accuracy(const LabelledFile& file) const;

  std::vector<std::string> labels_;
  Dictionary dictionary_;
  Reader reader_;
  std::vector<float> weights_;  // id × label
  std::vector<float> bias_;
};

struct MulticlassScores {
  std::size_t rows = 0;
  double accuracy = 0;
  double macro_f1 = 0;
  double mean_recall = 0;
  double ece = 0;  // of the chance of the label that was answered
};
MulticlassScores score_multiclass(const Multiclass& model, const std::vector<LabelledText>& rows);

}  // namespace earshot::text
