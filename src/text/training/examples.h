// Labelled files as the trainer sees them: features in one long list, and for each text what is known of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "earshot/result.h"
#include "text/reading.h"
#include "text/training/dictionary.h"
#include "text/training/labelled.h"
#include "text/training/train_config.h"

namespace earshot::text {

struct Example {
  std::uint64_t first_feature = 0;
  std::uint32_t features = 0;
  std::uint32_t raw_features = 0;
  float weight = 1.0f;
  std::uint16_t set = 0;
  std::uint8_t language = 0;   // kEnglish or kChinese
  std::int8_t sentiment = -1;  // 0 neg, 1 neu, 2 pos; -1 not known
  std::int8_t complaint = -1;  // 0 no, 1 yes
  std::int8_t leave = -1;
  std::int8_t suggest = -1;
  std::int8_t social = -1;
  std::uint16_t issues_known = 0;  // bit i: whether IssueType i + 1 applies is known
  std::uint16_t issues = 0;
  bool two_class = false;
};

struct SourceFile {
  std::string name;
  std::string sha256;
  std::size_t rows = 0;
};

struct Examples {
  std::vector<std::uint64_t> raw;       // of all rows: hash, and the kind above it
  std::vector<std::uint32_t> features;  // number in the dictionary, and the kind above it
  std::vector<Example> rows;
  std::vector<SourceFile> files;

  // Fills `features` with what the dictionary knows of `raw`.
  void look_up(const Dictionary& dictionary);
};

inline constexpr int kIdBits = 28;
inline std::uint32_t id_of_packed(std::uint32_t packed) { return packed & ((1u << kIdBits) - 1); }
inline std::size_t kind_of_packed(std::uint32_t packed) { return packed >> kIdBits; }

// `part` is "train" or "dev". A set without such a file is an error for train and skipped for dev.
Result<Examples> read_examples(const TrainConfig& config, const TrainPaths& paths, const std::string& part,
                               const Reader& reader);

// Every feature that stands in at least `min_count` texts.
Dictionary features_of(const Examples& train, int min_count);

}  // namespace earshot::text
