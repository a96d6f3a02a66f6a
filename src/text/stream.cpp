#include "text/stream.h"

#include "text/clause_scorer.h"
#include "text/extractor.h"

namespace earshot::text {
namespace {

// The word's own features, added up.
class OneWord {
 public:
  explicit OneWord(const Model& model) : scorer_(model, kEnglish) {}
  void feature(std::uint32_t hash, FeatureKind kind, std::uint32_t, std::uint32_t) {
    if (kind == kWord) {
      knows_word_ = scorer_.add(hash, kind) || knows_word_;
    } else {
      scorer_.add_later(hash, kind);
    }
  }
  bool knows_word() const { return knows_word_; }
  Added added() { return scorer_.added(); }

 private:
  Scorer scorer_;
  bool knows_word_ = false;
};

class Stream {
 public:
  Stream(const Model& model, const Reading& reading, std::size_t language, std::vector<ClauseLogits>& clauses,
         WordMemo& memo, LanguageHint& hint)
      : model_(model),
        text_(reading.normalised.text),
        scorer_(model, language),
        clauses_(model, scorer_, reading.hits, clauses),
        memo_(memo),
        hint_(hint) {}

  void feature(std::uint32_t hash, FeatureKind kind, std::uint32_t from, std::uint32_t to) {
    ++size_;
    end_clause_before(kind, to);
    if (kind == kWord) {
      count_word(from, scorer_.add(hash, kind));
    } else {
      scorer_.add_later(hash, kind);
    }
  }

  void word(std::string_view word, bool negated, std::uint32_t from, std::uint32_t to) {
    size_ += features_in_word(word);
    end_clause_before(kWord, to);
    if (word.size() >= WordMemo::kKeyBytes) {
      features_of_word(word, negated, from, to, pieces_);
      return;
    }
    waiting_[waits_++] = {memo_.key_of(word, negated), word, negated, from, to};
    if (waits_ == kWaiting) look_up();
  }

  std::size_t size() const { return size_; }

  // For the features of a word, whose number and clause are known.
  struct Pieces {
    Stream& stream;
    void feature(std::uint32_t hash, FeatureKind kind, std::uint32_t from, std::uint32_t) {
      if (kind == kWord) {
        stream.count_word(from, stream.scorer_.add(hash, kind));
      } else {
        stream.scorer_.add_later(hash, kind);
      }
    }
  };

  Logits finish() {
    look_up();
    clauses_.finish();
    return scorer_.logits();
  }

 private:
  // A word whose place in the memo is on its way.
  struct Waiting {
    WordMemo::Key key;
    std::string_view word;
    bool negated = false;
    std::uint32_t from = 0;
    std::uint32_t to = 0;
  };

  void end_clause_before(FeatureKind kind, std::uint32_t to) {
    if (!clauses_.is_over(kind, to)) return;
    look_up();
    clauses_.before(kind, to);
  }

  void look_up() {
    for (std::size_t i = 0; i < waits_; ++i) {
      const Waiting& one = waiting_[i];
      if (const WordMemo::Word* known = memo_.find(model_, one.key, one.word, one.negated)) {
        scorer_.add(known->totals, known->squares, known->known);
        count_word(one.from, known->is_known);
      } else {
        features_of_word(one.word, one.negated, one.from, one.to, pieces_);
      }
    }
    waits_ = 0;
  }

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
  static constexpr std::size_t kWaiting = 8;
  std::array<Waiting, kWaiting> waiting_;
  std::size_t waits_ = 0;
};

}  // namespace

void WordMemo::use(const Model& model) {
  if (words_.empty()) words_.resize(kWords);
  if (print_ == model.print) return;
  print_ = model.print;
  for (Word& word : words_) word = Word{};
}

WordMemo::Key WordMemo::key_of(std::string_view word, bool negated) const {
  std::array<char, kKeyBytes> bytes{};
  std::memcpy(bytes.data(), word.data(), word.size());
  bytes.back() = static_cast<char>(word.size() << 1 | (negated ? 1 : 0));
  Key key{{read_bytes(bytes.data(), 8), read_bytes(bytes.data() + 8, 8)}, 0};
  key.place = mix(key.bytes[0] ^ mix(key.bytes[1])) % kWords;
  __builtin_prefetch(&words_[key.place]);
  return key;
}

const WordMemo::Word* WordMemo::find(const Model& model, const Key& key, std::string_view word, bool negated) {
  Word& place = words_[key.place];
  if (place.key == key.bytes) return &place;

  OneWord one(model);
  features_of_word(word, negated, 0, 0, one);
  const Added added = one.added();
  Word fresh{key.bytes,
             {},
             static_cast<std::uint32_t>(added.squares),
             static_cast<std::uint8_t>(added.known),
             one.knows_word()};
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
  Stream stream(model, reading, language, clauses, memo, hint);
  extract_into(reading.normalised, reading.hits, stream);
  return stream.finish();
}

}  // namespace earshot::text
