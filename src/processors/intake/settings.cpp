#include "processors/intake/settings.h"

#include <algorithm>

namespace earshot {
namespace {

Error wrong(std::string message) { return {ErrorKind::Invalid, std::move(message)}; }

Result<void> validate_phrases(const std::vector<std::string>& phrases, const char* key) {
  for (const std::string& phrase : phrases) {
    if (phrase.find_first_not_of(' ') == std::string::npos) return wrong(std::string(key) + " holds an empty phrase");
    if (phrase.size() > kPhraseBytesMax)
      return wrong(std::string(key) + " holds a phrase of more than " + std::to_string(kPhraseBytesMax) +
                   " bytes: " + phrase.substr(0, 40));
  }
  return {};
}

}  // namespace

Result<void> validate(const TextSettings& settings) {
  std::size_t phrases = settings.ignore.size();
  for (const TextWords& words : settings.words) {
    phrases += words.phrases.size();
    if (words.phrases.empty()) return wrong("text.words has an entry without phrases");
    if (words.issues.empty() && words.urgency == 0 && words.product.empty())
      return wrong("text.words has an entry that says nothing: give it issues, urgency or a product");
    if (words.urgency < 0 || words.urgency > 2) return wrong("text.words.urgency is not within 0 and 2");
    if (std::find(words.issues.begin(), words.issues.end(), IssueType::none) != words.issues.end())
      return wrong("text.words.issues holds none, which is no issue type");
    if (auto valid = validate_phrases(words.phrases, "text.words.phrases"); !valid) return valid;
  }
  if (auto valid = validate_phrases(settings.ignore, "text.ignore"); !valid) return valid;
  if (phrases > kPhrasesMax) return wrong("text has more than " + std::to_string(kPhrasesMax) + " phrases");
  for (const TextCalibration& calibration : settings.calibration) {
    if (calibration.channel.empty()) return wrong("text.calibration.channel is empty");
    if (calibration.temperature_milli < 100 || calibration.temperature_milli > 10'000)
      return wrong("text.calibration.temperature_milli is not within 100 and 10000");
    if (std::max(std::abs(calibration.negative_milli), std::abs(calibration.positive_milli)) > 10'000)
      return wrong("text.calibration.negative_milli and positive_milli are within -10000 and 10000");
  }
  return {};
}

}  // namespace earshot
