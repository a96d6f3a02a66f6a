// What a tenant may set about texts: section `text` of the configuration.
#pragma once

#include <string>
#include <vector>

#include "earshot/analysis.h"
#include "earshot/result.h"

namespace earshot {

// Phrases of the tenant's own trade, and what a text that holds one of them says.
struct TextWords {
  std::vector<std::string> phrases;
  std::vector<IssueType> issues;
  std::int64_t urgency = 0;
  std::string product;
  bool operator==(const TextWords&) const = default;
};
template <class F>
void fields(F& f, TextWords& v) {
  f.required("phrases", v.phrases);
  f.optional("issues", v.issues);
  f.optional("urgency", v.urgency);
  f.optional("product", v.product);
}

// How the model's probabilities are to be read on one channel; `earshot calibrate` finds the numbers.
struct TextCalibration {
  std::string channel;
  std::int64_t temperature_milli = 1000;  // above 1000: less sure
  std::int64_t negative_milli = 0;        // added to the logarithm of the odds
  std::int64_t positive_milli = 0;
  bool operator==(const TextCalibration&) const = default;
};
template <class F>
void fields(F& f, TextCalibration& v) {
  f.required("channel", v.channel);
  f.optional("temperature_milli", v.temperature_milli);
  f.optional("negative_milli", v.negative_milli);
  f.optional("positive_milli", v.positive_milli);
}

struct TextSettings {
  std::vector<TextWords> words;
  std::vector<std::string> ignore;  // phrases that say nothing: brand names, signatures
  std::vector<TextCalibration> calibration;
  bool operator==(const TextSettings&) const = default;
};
template <class F>
void fields(F& f, TextSettings& v) {
  f.optional("words", v.words);
  f.optional("ignore", v.ignore);
  f.optional("calibration", v.calibration);
}

inline constexpr std::size_t kPhrasesMax = 2000;  // of a tenant, together
inline constexpr std::size_t kPhraseBytesMax = 200;

Result<void> validate(const TextSettings& settings);

}  // namespace earshot
