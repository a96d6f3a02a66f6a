// Says what a text says: language, sentiment, complaint, issue types, aspects, intents, urgency, and on request the
// evidence.
//
// The answer is a function of the bytes and of the model alone: whole numbers only, no clock, no library whose last
// digit differs. In a language the model was not trained for, sentiment is unknown rather than a guess.
//
// Const and safe to use from many threads at once; each thread keeps one set of scratch buffers.
#pragma once

#include <string>
#include <string_view>

#include "base/stable_bytes.h"
#include "earshot/analysis.h"
#include "earshot/result.h"
#include "text/model.h"
#include "text/reading.h"

namespace earshot {

struct AnalyzeOptions {
  bool evidence = true;     // off for streams: it costs more than the answer
  bool may_abstain = true;  // off: always choose a sentiment, even in a language we do not know
  bool by_agent = false;    // the text is an agent's: also say whether a customer should not have to read it
};

class Analyzer {
 public:
  // The bytes of a model file, as `earshot train` writes it.
  static Result<Analyzer> load(StableBytes model_bytes);

  // Any bytes are a text. `declared_language` is what the source said ("zh-TW"), if anything; it may be wrong.
  Analysis analyze(std::string_view utf8_text, std::string_view declared_language = {},
                   AnalyzeOptions options = {}) const;

  // The same into an analysis that is used again, so that a stream of texts allocates nothing.
  void analyze(std::string_view utf8_text, std::string_view declared_language, AnalyzeOptions options,
               Analysis& analysis) const;

  const std::string& model_name() const { return model_.name; }
  const text::Simplified& simplified() const { return reader_.simplified(); }

 private:
  Analyzer(StableBytes bytes, text::Model model, text::Reader reader)
      : bytes_(std::move(bytes)), model_(std::move(model)), reader_(std::move(reader)) {}

  struct Scratch;

  void set_sentiment(const text::Logits& logits, std::size_t language, Analysis& analysis) const;
  void set_issues(const text::Reading& reading, const text::Logits& logits, std::size_t language,
                  Analysis& analysis) const;
  void set_intents(const text::Reading& reading, const text::Logits& logits, std::size_t language,
                   Analysis& analysis) const;
  void set_aspects(const Scratch& scratch, text::Fixed genre, std::size_t language, Analysis& analysis) const;
  bool is_complaint(const text::Reading& reading, const Analysis& analysis, std::size_t language) const;
  std::uint16_t permille(const text::Logits& logits, std::size_t language, std::size_t head) const;
  // `genre` is the head's logit of the whole text: posts have a temperature of their own.
  std::array<std::uint16_t, 3> shares(text::Fixed negative, text::Fixed positive, text::Fixed genre,
                                      std::size_t language) const;

  StableBytes bytes_;
  text::Model model_;  // looks into them
  text::Reader reader_;
};

}  // namespace earshot
