#include "text/stream.h"

#include "text/extractor.h"

namespace earshot::text {
namespace {

// The word's own features, added up.
class OneWord {
 public:
  explicit OneWord(const Model& model) : scorer_(model, kEnglish) {}
  void feature(std::uint32_t hash, FeatureKind kind, std::uint32_t, std::uint32_t) {
    const bool is_known = scorer_.add(hash, kind);
    knows_word_ = knows_word_ || (kind == kWord && is_known);
  }
  bool knows_word() const { return knows_word_; }
  Added added() { return scorer_.added(); }

 private:
  Scorer scorer_;
  bool knows_word_ = false;
};

class Stream {
 public:
  Stream(const Model& model, std::string_view text, std::size_t language, std::vector<ClauseLogits>& clauses, WordMemo& memo,
         LanguageHint& hint)
      : model_(model), text_(text), scorer_(model, language), clauses_(scorer_, clauses), memo_(memo), hint_(hint) {}

  void feature(std::uint32_t hash, FeatureKind kind, std::uint32_t from, std::uint32_t to) {
    ++size_;
    clauses_.before(kind, to);
    const bool is_known = scorer_.add(hash, kind);
    if (kind == kWord) count_word(from, is_known);
  }

  void word(std::string_view word, bool negated, std::uint32_t from, std::uint32_t to) {
    size_ += features_in_word(word);
    clauses_.before(kWord, to);
    if (const WordMemo::Word* known = memo_.find(model_, word, negated)) {
      scorer_.add(known->totals, known->squares, known->known);
      count_word(from, known->is_known);
    } else {
      features_of_word(word, negated, from, to, pieces_);
    }
  }

  std::size_t size() const { return size_; }

  // For the features of a word, whose number and clause are known.
  struct Pieces {
    Stream& stream;
    void feature(std::uint32_t hash, FeatureKind kind, std::uint32_t from, std::uint32_t) {
      const bool is_known = stream.scorer_.add(hash, kind);
      if (kind == kWord) stream.count_word(from, is_known);
    }
  };

  Logits finish() {
    clauses_.finish();
    return scorer_.logits();
  }

 private:
  void count_word(std::uint32_t from, bool is_known) {
    if (!counts_as_word(text_, from)) return;
    ++hint_.words;
    hint_.words_known += is_known ? 1 : 0;
  }

  const Model& model_;
  std::string_view text_;
  Scorer scorer_;
  ClauseScorer clauses_;
  WordMemo& memo_;
  LanguageHint& hint_;
  std::size_t size_ = 0;
  Pieces pieces_{*this};
};

constexpr std::size_t kKeyBytes = 16;

}  // namespace

void WordMemo::use(const Model& model) {
  if (words_.empty()) words_.resize(kWords);
  if (print_ == model.print) return;
  print_ = model.print;
  for (Word& word : words_) word = Word{};
}

const WordMemo::Word* WordMemo::find(const Model& model, std::string_view word, bool negated) {
  if (word.size() >= kKeyBytes) return nullptr;
  std::array<char, kKeyBytes> bytes{};
  std::memcpy(bytes.data(), word.data(), word.size());
  bytes.back() = static_cast<char>(word.size() << 1 | (negated ? 1 : 0));
  const std::array<std::uint64_t, 2> key = {read_bytes(bytes.data(), 8), read_bytes(bytes.data() + 8, 8)};
  Word& place = words_[mix(key[0] ^ mix(key[1])) % kWords];
  if (place.key[0] == key[0] && place.key[1] == key[1]) return &place;

  OneWord one(model);
  features_of_word(word, negated, 0, 0, one);
  const Added added = one.added();
  Word fresh{key, {}, static_cast<std::uint32_t>(added.squares), static_cast<std::uint8_t>(added.known), one.knows_word()};
  for (std::size_t i = 0; i < fresh.totals.size(); ++i) {
    fresh.totals[i] = static_cast<std::int16_t>(added.totals[i]);
    if (fresh.totals[i] != added.totals[i]) return nullptr;
  }
  place = fresh;
  return &place;
}

Logits score(const Model& model, const Reading& reading, std::size_t language, std::vector<ClauseLogits>& clauses,
             WordMemo& memo, LanguageHint& hint) {
  memo.use(model);
  Stream stream(model, reading.normalised.text, language, clauses, memo, hint);
  extract_into(reading.normalised, reading.hits, stream);
  return stream.finish();
}

}  // namespace earshot::text
