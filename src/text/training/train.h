// From a training configuration and a directory of labelled files to a model. Offline: reads files, takes seconds to
// minutes, uses the C library's mathematics. The same files and configuration give the same bytes on every run.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "earshot/result.h"
#include "text/model.h"
#include "text/training/examples.h"
#include "text/training/train_config.h"

namespace earshot::text {

struct DevScore {
  std::string set;
  std::size_t rows = 0;
  double accuracy = 0;
  double macro_f1 = 0;
  double loss = 0;
};

struct EpochReport {
  int epoch = 0;
  double dev_loss = 0;  // mean over the sets that are scored
  std::vector<DevScore> sets;
};

struct Training {
  ModelParts model;
  std::size_t features = 0;       // of the training texts, seen often enough
  std::size_t features_kept = 0;  // that found a place
  std::vector<SourceFile> files;
  std::vector<EpochReport> epochs;  // of all runs; the last one is that of their mean
  std::vector<int> best_epochs;     // of each run
};

// `progress` is called with a line for a person after each step.
Result<Training> train(const TrainPaths& paths, const std::function<void(const std::string&)>& progress);

}  // namespace earshot::text
