// How features are found, for those who take them as they come: the list that training and evidence need, and the
// stream that adds up as it reads. features.h says what they are.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>

#include "text/features.h"
#include "text/unicode.h"

namespace earshot::text {

inline constexpr std::size_t kPieceBytesMax = 30;  // of one word, with its two edges
inline constexpr int kNegatedWords = 3;

// One number for each kind of feature, so that equal bytes of different kinds do not meet.
enum Salt : std::uint64_t {
  kWordSalt = 1,
  kNegatedSalt,
  kPairSalt,
  kPieceSalt,
  kNegatedPieceSalt,
  kHanSalt,
  kMarkSalt,
  kFlagSalt,
  kNameSalt
};

inline std::uint64_t mix(std::uint64_t value) {
  value *= 0x9e3779b97f4a7c15ull;
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93ull;
  value ^= value >> 32;
  return value;
}

inline std::uint64_t salted(std::uint64_t value, std::uint64_t salt) { return value + salt * 0xa0761d6478bd642full; }

inline std::uint32_t short_hash(std::uint64_t hash) { return static_cast<std::uint32_t>(mix(hash) >> 32); }

inline std::uint64_t read_bytes(const char* from, std::size_t size) {
  std::uint64_t value = 0;
  std::memcpy(&value, from, size);
  if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
  return value;
}

inline std::uint64_t hash_bytes(std::string_view bytes) {
  std::uint64_t hash = bytes.size();
  for (std::size_t i = 0; i < bytes.size(); i += 8) {
    hash = mix(hash ^ read_bytes(bytes.data() + i, std::min<std::size_t>(8, bytes.size() - i)));
  }
  return hash;
}

inline bool is_word_ascii(char c) { return (c >= 'a' && c <= 'z') || c == '0'; }

inline bool is_negator(std::string_view word) {
  if (word.size() > 3 && word.ends_with("n't")) return true;
  switch (word.size()) {
    case 2: return word == "no";
    case 3: return word == "not" || word == "nor";
    case 4:
      return word == "cant" || word == "dont" || word == "isnt" || word == "wont" || word == "aint" || word == "none";
    case 5: return word == "never" || word == "didnt" || word == "wasnt" || word == "hasnt";
    case 6:
      return word == "cannot" || word == "hardly" || word == "barely" || word == "nobody" || word == "doesnt" ||
             word == "havent" || word == "werent";
    case 7:
      return word == "without" || word == "nothing" || word == "neither" || word == "couldnt" || word == "wouldnt";
    case 8: return word == "shouldnt";
    default: return false;
  }
}

// Whether somebody is a he or a she says nothing of what they think: both are one word, never longer than it was.
inline std::string_view without_gender(std::string_view word) {
  if (word.size() < 3 || word.size() > 9) return word;
  switch (word[0]) {
    case 's': return word == "she" ? "he" : word == "she's" ? "he's" : word == "she'll" ? "he'll" : word;
    case 'h': return word == "her" || word == "him" || word == "hers" ? "his" : word == "herself" ? "himself" : word;
    case 'w': return word == "woman" ? "man" : word == "women" ? "men" : word == "waitress" ? "waiter" : word;
    case 'g': return word == "girl" ? "boy" : word == "girls" ? "boys" : word == "gentleman" ? "lady" : word;
    default: return word;
  }
}

inline bool is_contrast(std::string_view word) { return word == "but" || word == "however" || word == "although"; }

// A word of ASCII letters and its pieces of three to five, with its edges.
template <class Sink>
void features_of_word(std::string_view word, bool negated, std::uint32_t from, std::uint32_t to, Sink& sink) {
  sink.feature(short_hash(salted(hash_bytes(word), negated ? kNegatedSalt : kWordSalt)), kWord, from, to);
  if (word.size() < 3) return;
  const Salt salt = negated ? kNegatedPieceSalt : kPieceSalt;
  char edged[kPieceBytesMax + 8] = {};
  const std::size_t size = std::min(word.size(), kPieceBytesMax - 2);
  edged[0] = '<';
  std::memcpy(edged + 1, word.data(), size);
  edged[size + 1] = '>';
  const auto piece = [&](std::size_t i, std::size_t n, std::uint64_t bytes) {
    const auto start = static_cast<std::uint32_t>(i == 0 ? from : from + i - 1);
    const auto end =
        static_cast<std::uint32_t>(std::min(from + i + n - 1, from + size));  // a shorter word may stand for it
    sink.feature(short_hash(salted(bytes, salt)), kPiece, start, end);
  };
  for (std::size_t i = 0; i + 3 <= size + 2; ++i) {
    const std::uint64_t window = read_bytes(edged + i, 8);
    piece(i, 3, window & 0xffffff);
    if (i + 4 <= size + 2) piece(i, 4, window & 0xffffffff);
    if (i + 5 <= size + 2) piece(i, 5, window & 0xffffffffff);
  }
}

// How many features that makes.
inline std::size_t features_in_word(std::string_view word) {
  return word.size() < 3 ? 1 : 1 + 3 * std::min(word.size(), kPieceBytesMax - 2) - 3;
}

// Walks a text and tells the sink what it finds, in the order of the text:
//
//     sink.feature(hash, kind, from, to)
//     sink.word(word, negated, from, to)    a word with all of its pieces
//     sink.size()                           how many features that makes so far
template <class Sink>
class Extractor {
 public:
  Extractor(std::string_view text, const std::vector<Hit>& hits, Sink& sink)
      : text_(text), sink_(sink), hit_(hits.begin()), hits_end_(hits.end()) {}

  void run() {
    while (at_ < text_.size() && sink_.size() < kFeaturesMax) {
      if (name()) continue;
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte < 0x80) {
        ascii(text_[at_]);
      } else {
        wide();
      }
    }
  }

 private:
  // Whose name it is says nothing: all brands are one word, and so are all people.
  bool name() {
    while (hit_ != hits_end_ && ((hit_->word_class != kBrand && hit_->word_class != kPerson) || hit_->from < at_))
      ++hit_;
    if (hit_ == hits_end_ || hit_->from != at_) return false;
    han_signs_ = 0;
    const std::uint64_t word = salted(hit_->word_class, kNameSalt);
    add(word, kWord, at_, hit_->to);
    last_word_ = word;
    last_from_ = at_;
    at_ = hit_->to;
    return true;
  }

  void ascii(char c) {
    if (c == ' ') {
      ++at_;
      han_signs_ = 0;
    } else if (is_word_ascii(c)) {
      if (c == '0' && han_signs_ > 0) {
        han('0', 1);  // "等了0天": a number between ideographs is one of them
      } else {
        word();
      }
    } else {
      marks();
    }
  }

  void wide() {
    const Decoded decoded = decode(text_, at_);
    switch (sign_of(decoded.point)) {
      case Sign::han:
      case Sign::kana: han(decoded.point, decoded.size); return;
      case Sign::emoji:
        han_signs_ = 0;
        add(salted(decoded.point, kMarkSalt), kWord, at_, at_ + decoded.size);
        at_ += decoded.size;
        return;
      case Sign::punctuation:
      case Sign::space:
      case Sign::hidden:
        han_signs_ = 0;
        end_clause();
        at_ += decoded.size;
        return;
      default: word();
    }
  }

  // Letters of any alphabet, digits, and apostrophes between letters.
  void word() {
    han_signs_ = 0;
    const std::size_t from = at_;
    bool is_ascii = true;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (is_word_ascii(c)) {
        ++at_;
      } else if (c == '\'' && at_ + 1 < text_.size() && is_word_ascii(text_[at_ + 1]) && at_ > from) {
        ++at_;
      } else if (static_cast<unsigned char>(c) >= 0x80) {
        const Decoded decoded = decode(text_, at_);
        const Sign sign = sign_of(decoded.point);
        if (sign != Sign::latin && sign != Sign::letter && sign != Sign::mark && sign != Sign::hangul) break;
        is_ascii = false;
        at_ += decoded.size;
      } else {
        break;
      }
    }
    if (at_ == from) at_ += 1;
    one_word(text_.substr(from, at_ - from), from, is_ascii);
  }

  void one_word(std::string_view word, std::size_t from, bool is_ascii) {
    word = without_gender(word);
    if (is_contrast(word)) negated_words_ = 0;
    const bool negated = negated_words_ > 0;
    const std::uint64_t hash = hash_bytes(word);
    if (is_ascii) {
      sink_.word(word, negated, static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(at_));
    } else {
      add(salted(hash, negated ? kNegatedSalt : kWordSalt), kWord, from, at_);
    }
    if (last_word_ != 0) add(salted(mix(last_word_) ^ hash, kPairSalt), kPair, last_from_, at_);
    last_word_ = hash;
    last_from_ = from;
    if (negated) --negated_words_;
    if (is_negator(word)) negated_words_ = kNegatedWords;
  }

  // Every run of up to four ideographs that ends with this one.
  void han(char32_t point, std::uint32_t size) {
    if (han_signs_ == 0) end_clause();
    const std::size_t end = at_ + size;
    history_ = history_ << 21 | point;  // the newest three
    ++han_signs_;
    const auto from = [&](int n) { return han_from_[(han_signs_ - n) & 3]; };
    han_from_[(han_signs_ - 1) & 3] = static_cast<std::uint32_t>(at_);
    constexpr std::uint64_t kOne = (1ull << 21) - 1;
    add(salted(history_ & kOne, kHanSalt), kHan1, at_, end);
    if (han_signs_ > 1) add(salted(history_ & (kOne << 21 | kOne), kHanSalt), kHan2, from(2), end);
    const std::uint64_t three = history_ & ((1ull << 63) - 1);
    if (han_signs_ > 2) add(salted(three, kHanSalt), kHan3, from(3), end);
    if (han_signs_ > 3) add(salted(mix(three) ^ fourth_, kHanSalt), kHan4, from(4), end);
    fourth_ = three >> 42;
    at_ = end;
  }

  // A run of up to three signs is one feature: "!", "?!", ":(".
  void marks() {
    han_signs_ = 0;
    const std::size_t from = at_;
    while (at_ < text_.size() && at_ < from + 3 && text_[at_] != ' ' && static_cast<unsigned char>(text_[at_]) < 0x80 &&
           !is_word_ascii(text_[at_])) {
      ++at_;
    }
    add(salted(hash_bytes(text_.substr(from, at_ - from)), kMarkSalt), kWord, from, at_);
    if (text_[from] != '\'' && text_[from] != '"' && text_[from] != '#' && text_[from] != '-') end_clause();
  }

  void end_clause() {
    negated_words_ = 0;
    last_word_ = 0;
  }

  void add(std::uint64_t hash, FeatureKind kind, std::size_t from, std::size_t to) {
    sink_.feature(short_hash(hash), kind, static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to));
  }

  std::string_view text_;
  Sink& sink_;
  std::vector<Hit>::const_iterator hit_;
  std::vector<Hit>::const_iterator hits_end_;
  std::size_t at_ = 0;
  std::uint64_t last_word_ = 0;
  std::size_t last_from_ = 0;
  int negated_words_ = 0;
  int han_signs_ = 0;
  std::uint64_t history_ = 0;
  std::uint64_t fourth_ = 0;
  std::array<std::uint32_t, 4> han_from_{};
};

template <class Sink>
void add_flag(Sink& sink, std::uint64_t flag, std::uint32_t from = 0, std::uint32_t to = 0) {
  sink.feature(short_hash(salted(flag, kFlagSalt)), kFlag, from, to);
}

// What the lexicon found, by class, and how positive and negative words stand together.
template <class Sink>
void add_lexicon(std::span<const Hit> hits, Sink& sink) {
  int positive = 0;
  int negative = 0;
  bool problem = false;
  for (const Hit& hit : hits) {
    if (hit.word_class >= kAspectFirst || sink.size() >= kFeaturesMax) continue;
    if (hit.word_class == kPositive || hit.word_class == kNegative) {
      const bool good = (hit.word_class == kPositive) != hit.negated;
      good ? ++positive : ++negative;
      add_flag(sink, 100u + hit.word_class * 2u + hit.negated, hit.from, hit.to);
    } else if (hit.word_class > kIssueFirst && hit.word_class < kIssueTopicFirst) {
      problem = true;
      add_flag(sink, 200u + hit.word_class, hit.from, hit.to);
    }
  }
  if (positive > 0 && negative == 0) add_flag(sink, problem ? 1 : 2);  // praise beside a problem may be sarcasm
  if (negative > 0 && positive == 0) add_flag(sink, 3);
  if (negative > 0 && positive > 0) add_flag(sink, positive > negative ? 4 : 5);
  if (negative == 0 && positive == 0) add_flag(sink, problem ? 6 : 7);
}

template <class Sink>
void extract_into(const Normalised& normalised, const std::vector<Hit>& hits, Sink& sink) {
  Extractor<Sink>(normalised.text, hits, sink).run();
  add_lexicon(hits, sink);
  if (normalised.elongated > 0) add_flag(sink, 11);
  if (normalised.insistent > 0) add_flag(sink, 12);
  if (normalised.shouted > 0) add_flag(sink, normalised.shouted > 2 ? 14 : 13);
}

}  // namespace earshot::text
