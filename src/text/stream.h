// The answer of the heads without a list of features: each is added up as it is found. What a word and its pieces weigh
// is remembered, for the few thousand words that people use most are most of what they write.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "text/language.h"
#include "text/model.h"
#include "text/reading.h"
#include "text/scorer.h"

namespace earshot::text {

// What the words that came last weigh under one model, in 4 MiB. A cache: an answer never depends on what it holds.
class WordMemo {
 public:
  struct alignas(64) Word {
    std::array<std::uint64_t, 2>
        key{};  // the bytes of the word; the last one holds its length and whether it is negated
    std::array<std::int16_t, kHeads + 1> totals{};
    std::uint32_t squares = 0;
    std::uint8_t known = 0;
    bool is_known = false;  // the word itself, not only pieces of it
  };
  static_assert(sizeof(Word) == 64);

  // Forgets everything if this is another model than last time.
  void use(const Model& model);

  struct Key {
    std::array<std::uint64_t, 2> bytes{};
    std::size_t place = 0;
  };

  // Of a word shorter than kKeyBytes; its place is fetched from memory meanwhile.
  Key key_of(std::string_view word, bool negated) const;

  // Null for a word that does not fit.
  const Word* find(const Model& model, std::string_view word, bool negated) {
    return word.size() < kKeyBytes ? find(model, key_of(word, negated), word, negated) : nullptr;
  }
  const Word* find(const Model& model, const Key& key, std::string_view word, bool negated);

  static constexpr std::size_t kKeyBytes = 16;

 private:
  static constexpr std::size_t kWords = 65536;

  std::uint64_t print_ = 0;
  std::vector<Word> words_;
};

// Needs a reading without features. `hint` gets the number of Latin words and of those the model knows.
Logits score(const Model& model, const Reading& reading, std::size_t language, std::vector<ClauseLogits>& clauses,
             WordMemo& memo, LanguageHint& hint);

}  // namespace earshot::text
