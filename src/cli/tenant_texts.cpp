#include "cli/tenant_texts.h"

#include "event/json_reader.h"
#include "text/recalibrate.h"

namespace earshot::cli {

Result<void> check_texts(const Analyzer& analyzer, std::string_view settings) {
  const auto read = read_json<TextSettings>(settings);
  if (!read) return read.error();
  return TenantTexts(analyzer).use(*read);
}

Result<void> TenantTexts::use(const TextSettings& settings) {
  settings_ = settings;
  words_.reset();
  std::vector<text::OperatorWords::Group> groups;
  for (const TextWords& words : settings.words)
    groups.push_back({words.phrases, words.issues, static_cast<std::uint8_t>(words.urgency), words.product});
  if (!settings.ignore.empty()) groups.push_back({.phrases = settings.ignore});
  if (groups.empty()) return {};
  auto words = text::OperatorWords::make(std::move(groups), analyzer_.simplified());
  if (!words) return std::move(words.error()).in("section text");
  words_ = std::move(*words);
  return {};
}

void TenantTexts::apply(const Input& input, std::string_view text, std::string_view settings, Analysis& analysis,
                        std::string& product) {
  if (json_ != settings) {
    json_ = settings;
    const auto read = read_json<TextSettings>(json_);
    // What stands in the log was checked before it came there; settings of a later version may be beyond us.
    if (!read || !use(*read)) (void)use({});  // without words nothing can fail
  }
  apply(text, input.content.language, input.channel, {.evidence = false}, analysis, product);
}

void TenantTexts::apply(std::string_view text, std::string_view language, std::string_view channel,
                        const AnalyzeOptions& options, Analysis& analysis, std::string& product) const {
  if (words_) {
    // Masked in place, so that evidence still points into the text; the answer is that for the masked one.
    if (const std::string masked = words_->masked(text); masked != text)
      analyzer_.analyze(masked, language, options, analysis);
    words_->apply(text, options.evidence, analysis, product);
  }
  for (const TextCalibration& calibration : settings_.calibration) {
    if (calibration.channel == channel)
      text::recalibrate({calibration.temperature_milli, calibration.negative_milli, calibration.positive_milli},
                        analysis);
  }
}

}  // namespace earshot::cli
