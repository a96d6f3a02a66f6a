// What a tenant's settings change about what texts say: words of their own, what is overlooked, and how the
// probabilities of a channel are read.
//
// A function of the text and the settings; the words of the settings seen last are kept ready. One thread.
#pragma once

#include <optional>
#include <string>

#include "earshot/event.h"
#include "processors/intake/settings.h"
#include "text/analyzer.h"
#include "text/operator_words.h"

namespace earshot::cli {

class TenantTexts {
 public:
  explicit TenantTexts(const Analyzer& analyzer) : analyzer_(analyzer) {}

  // `settings` is JSON, as in config.changed. Settings that cannot be read say nothing.
  void apply(const Input& input, std::string_view text, std::string_view settings, Analysis& analysis,
             std::string& product);

  // The same for settings that are used for every text. `analysis` is what the analyzer said with `options`.
  void apply(std::string_view text, std::string_view language, std::string_view channel, const AnalyzeOptions& options,
             Analysis& analysis, std::string& product) const;
  Result<void> use(const TextSettings& settings);

 private:
  const Analyzer& analyzer_;
  std::string json_;  // what `settings_` and `words_` were made of
  TextSettings settings_;
  std::optional<text::OperatorWords> words_;
};

// Whether the words of section text can be looked for.
Result<void> check_texts(const Analyzer& analyzer, std::string_view settings);

}  // namespace earshot::cli
