#include "text/training/train.h"

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "text/training/eval.h"
#include "text/training/optimiser.h"
#include "text/training/quantise.h"

namespace earshot::text {
namespace {

constexpr int kPatience = 2;  // epochs without a better dev loss

// Scores each dev set with the weights as they are in training.
EpochReport score_dev(const TrainConfig& config, Optimiser& optimiser, const Examples& dev) {
  EpochReport report;
  std::size_t scored = 0;
  for (std::size_t s = 0; s < config.sets.size(); ++s) {
    DevScore score{.set = config.sets[s].name};
    Confusion confusion;
    for (const Example& example : dev.rows) {
      if (example.set != s || example.sentiment < 0) continue;
      const HeadValues logits = optimiser.logits(dev, example);
      const double neutral = example.two_class ? 0.0 : 1.0;
      const double neg = std::exp(static_cast<double>(logits[kNegativeHead]));
      const double pos = std::exp(static_cast<double>(logits[kPositiveHead]));
      const int predicted = neutral > neg && neutral > pos ? 1 : neg >= pos ? 0 : 2;
      confusion.add(example.sentiment, predicted);
      score.loss += std::log(neg + pos + neutral) - std::log(example.sentiment == 0   ? neg
                                                             : example.sentiment == 2 ? pos
                                                                                      : 1.0);
      ++score.rows;
    }
    if (score.rows == 0) continue;
    score.loss /= static_cast<double>(score.rows);
    score.accuracy = confusion.accuracy();
    score.macro_f1 = confusion.macro_f1();
    if (!config.sets[s].unscored) {
      report.dev_loss += score.loss;
      ++scored;
    }
    report.sets.push_back(std::move(score));
  }
  if (scored > 0) report.dev_loss /= static_cast<double>(scored);
  return report;
}

std::string line_for(const EpochReport& report) {
  char text[160];
  std::snprintf(text, sizeof text, "epoch %d  dev loss %.4f ", report.epoch, report.dev_loss);
  std::string line = text;
  for (const DevScore& score : report.sets) {
    std::snprintf(text, sizeof text, " %s %.3f/%.3f", score.set.c_str(), score.accuracy, score.macro_f1);
    line += text;
  }
  return line;
}

// Learns with all features for a while, to find out which are worth a place in the model.
std::vector<std::uint32_t> survey(const TrainConfig& config, const Dictionary& all, Examples& examples, Examples& dev,
                                  const std::function<void(const std::string&)>& progress) {
  examples.look_up(all);
  dev.look_up(all);
  Optimiser optimiser(config, all);
  for (int epoch = 1; epoch <= config.survey_epochs; ++epoch) {
    optimiser.run_epoch(examples, 0, epoch);
    EpochReport report = score_dev(config, optimiser, dev);
    report.epoch = epoch;
    progress("survey " + line_for(report));
  }
  return worth_a_place(config, all, optimiser);
}

// Learns until dev loss has not become better for a while; gives the weights of the best epoch.
Optimiser learn(const TrainConfig& config, const Dictionary& kept, const Examples& examples, const Examples& dev,
                int run, Training& training, const std::function<void(const std::string&)>& progress) {
  Optimiser optimiser(config, kept);
  Optimiser best = optimiser;
  double best_loss = 1e9;
  int best_epoch = 0;
  for (int epoch = 1; epoch <= config.epochs && epoch <= best_epoch + kPatience; ++epoch) {
    optimiser.run_epoch(examples, run, epoch);
    EpochReport report = score_dev(config, optimiser, dev);
    report.epoch = epoch;
    progress(line_for(report));
    if (report.sets.empty() || report.dev_loss < best_loss) {
      best_loss = report.dev_loss;
      best = optimiser;
      best_epoch = epoch;
    }
    training.epochs.push_back(std::move(report));
  }
  training.best_epochs.push_back(best_epoch);
  return best;
}

}  // namespace

Result<Training> train(const TrainPaths& paths, const std::function<void(const std::string&)>& progress) {
  auto config_text = read_bytes(paths.config);
  if (!config_text) return std::move(config_text.error());
  auto config = TrainConfig::parse(*config_text);
  if (!config) return std::move(config.error()).in(paths.config);
  const auto lexicon_path = std::filesystem::path(paths.config).parent_path() / config->lexicon;
  auto lexicon = read_bytes(lexicon_path.string());
  if (!lexicon) return std::move(lexicon.error());
  Training training;
  ModelParts& parts = training.model;
  parts.lexicon = std::move(*lexicon);
  parts.simplified = simplified_pairs();
  auto reader = Reader::make(parts.lexicon, parts.simplified);
  if (!reader) return std::move(reader.error()).in(lexicon_path.string());

  auto examples = read_examples(*config, paths, "train", *reader);
  if (!examples) return std::move(examples.error());
  auto dev = read_examples(*config, paths, "dev", *reader);
  if (!dev) return std::move(dev.error());
  const Dictionary all = features_of(*examples, config->min_count);
  training.features = all.size();
  progress("read " + std::to_string(examples->rows.size()) + " texts to learn from, " +
           std::to_string(dev->rows.size()) + " to tune on, " + std::to_string(all.size()) + " features");

  const Dictionary kept = all.only(survey(*config, all, *examples, *dev, progress));
  training.features_kept = kept.size();
  progress(std::to_string(kept.size()) + " features are worth a place");

  examples->look_up(kept);
  dev->look_up(kept);
  Optimiser mean = learn(*config, kept, *examples, *dev, 1, training, progress);
  for (int run = 2; run <= config->runs; ++run) {
    mean.average_with(learn(*config, kept, *examples, *dev, run, training, progress), run - 1);
  }
  if (config->runs > 1) {
    EpochReport report = score_dev(*config, mean, *dev);
    progress("mean " + line_for(report));
    training.epochs.push_back(std::move(report));
  }
  quantise(*config, kept, mean, parts);
  const std::string bytes = parts.save();
  auto model = Model::load(bytes);
  if (!model) return std::move(model.error());
  calibrate(*config, *dev, kept, *model, parts);
  training.files = std::move(examples->files);
  training.files.insert(training.files.end(), dev->files.begin(), dev->files.end());
  return training;
}

}  // namespace earshot::text
