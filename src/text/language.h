// Which language a text is in, as far as it decides whether the model may speak: Chinese, English, both, or neither.
// A guess in a language that was never trained is worse than none. Pure; any thread.
#pragma once

#include <string_view>

#include "earshot/analysis.h"
#include "text/normalise.h"

namespace earshot::text {

struct LanguageHint {
  std::string_view declared;      // "en", "zh-TW", "es"; may be empty or wrong
  std::uint32_t words_known = 0;  // Latin words that the model saw in training, of
  std::uint32_t words = 0;        // all Latin words
};

Language language_of(const Normalised& normalised, const LanguageHint& hint);

}  // namespace earshot::text
