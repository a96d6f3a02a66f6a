// Says what a text says: language, sentiment, complaint, issue types, leaving, urgency, and on request the evidence.
//
// The answer is a function of the bytes and of the model alone: whole numbers only, no clock, no library whose last
// digit differs. In a language the model was not trained for, sentiment is unknown rather than a guess.
//
// Const and safe to use from many threads at once; each thread keeps one set of scratch buffers.
#pragma once

#include <string>
#include <string_view>

#include "earshot/analysis.h"
#include "earshot/result.h"
#include "text/model.h"
#include "text/reading.h"

namespace earshot {

struct AnalyzeOptions {
  bool evidence = true;     // off for streams: it doubles the cost
  bool may_abstain = true;  // off: always choose a sentiment, even in a language we do not know
};

class Analyzer {
 public:
  // The bytes of a model file, as `earshot train` writes it.
  static Result<Analyzer> load(std::string_view model_bytes);

  // Any bytes are a text. `declared_language` is what the source said ("zh-TW"), if anything; it may be wrong.
  Analysis analyze(std::string_view utf8_text, std::string_view declared_language = {},
                   AnalyzeOptions options = {}) const;

  const std::string& model_name() const { return model_.name; }

 private:
  Analyzer(text::Model model, text::Reader reader) : model_(std::move(model)), reader_(std::move(reader)) {}

  text::LanguageHint hint(const text::Reading& reading, std::string_view declared) const;
  void set_sentiment(const text::Logits& logits, std::size_t language, Analysis& analysis) const;
  void set_issues(const text::Reading& reading, const text::Logits& logits, std::size_t language,
                  Analysis& analysis) const;
  void set_leave(const text::Reading& reading, const text::Logits& logits, std::size_t language,
                 Analysis& analysis) const;
  std::uint16_t permille(const text::Logits& logits, std::size_t language, std::size_t head) const;

  text::Model model_;
  text::Reader reader_;
};

}  // namespace earshot
